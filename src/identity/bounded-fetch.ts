// Configurations and sets of keys are some kilobytes each, and the largest of them some dozens.
const mostBytes = 1_048_576;

/** As fetch, of an answer of 1 MiB at most, once it is unpacked: reading on fails, and no more of it is taken from whoever sends. */
export const boundedFetch: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  if (response.body === null) return response;
  let bytes = 0;
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes > mostBytes) controller.error(new Error(`it was answered with more than ${mostBytes} bytes`));
      else controller.enqueue(chunk);
    },
  });
  const { status, statusText, headers } = response;
  return new Response(response.body.pipeThrough(counted), { status, statusText, headers });
};
