/** The real fetch, for a client library that takes one, and what is heard on it. */
export interface OverheardFetch {
  readonly fetch: typeof fetch;
  /** All that was answered so far. */
  heard(): string;
  /** The methods of the requests so far. */
  requested(): readonly string[];
}

/** Makes one. */
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
