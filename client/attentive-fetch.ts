import { type Clock, systemClock } from './clock.ts';

// The server gives a sign of life every ten seconds (STREAM_PING_MS): three that did not come are a connection that is lost.
const silenceMs = 30_000;

/**
 * A `fetch` that notices a connection that is dead without having been closed, as after a change of networks: where nothing is heard for half a minute while somebody waits,
 * for the answer or for more of it, the request fails, and with it the subscription that it brings. For the HTTP transports of Apollo and urql, which wait for ever.
 */
export function attentiveFetch(fetchBy: typeof fetch = fetch, clock: Clock = systemClock): typeof fetch {
  return async (input, init) => {
    const controller = new AbortController();
    const given = init?.signal ?? (input instanceof Request ? input.signal : null);
    const signal = given === null ? controller.signal : AbortSignal.any([given, controller.signal]);

    async function attend<T>(heard: Promise<T>): Promise<T> {
      const calm = clock.after(silenceMs, () => controller.abort(new Error(`nothing was heard for ${silenceMs} ms`)));
      try {
        return await heard;
      } finally {
        calm();
      }
    }

    const response = await attend(fetchBy(input, { ...init, signal }));
    if (response.body === null) return response;
    const reader = response.body.getReader();
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      async pull(out) {
        const { done, value } = await attend(reader.read());
        if (done) out.close();
        else out.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    });
    return new Response(body, response);
  };
}
