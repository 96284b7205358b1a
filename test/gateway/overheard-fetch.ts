/** The real fetch, for a client library, with a record of its traffic. */
export interface OverheardFetch {
  readonly fetch: typeof fetch;
  /** The text of all responses so far. */
  heard(): string;
  /** The methods of all requests so far. */
  requested(): readonly string[];
}

/** Makes such a fetch. */
export function overhear(): OverheardFetch {
  const requests: string[] = [];
  let text = '';
  return {
    async fetch(input, init) {
      requests.push(init?.method ?? 'GET');
      const response = await fetch(input, init);
      const decoder = new TextDecoder();
      const ear = new TransformStream<Uint8Array, Uint8Array>({
        transform(bytes, onward) {
          text += decoder.decode(bytes, { stream: true });
          onward.enqueue(bytes);
        },
      });
      return new Response(response.body?.pipeThrough(ear) ?? null, response);
    },
    heard: () => text,
    requested: () => requests,
  };
}
