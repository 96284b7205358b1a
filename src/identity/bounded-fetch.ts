// OpenID configurations and key sets are a few kilobytes each, the largest some dozens.
const mostBytes = 1_048_576;

/**
 * Works like fetch, but a response has at most 1 MiB once it is decompressed. Reading past that fails, and nothing more is taken from the
 * server.
 */
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
