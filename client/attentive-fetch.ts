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
    const { signal } = controller;
    const release = followSignal(init?.signal ?? (input instanceof Request ? input.signal : null), controller);

    async function attend<T>(heard: Promise<T>): Promise<T> {
      const calm = clock.after(silenceMs, () => controller.abort(new Error(`nothing was heard for ${silenceMs} ms`)));
      try {
        return await heard;
      } catch (error) {
        release();
        throw error;
      } finally {
        calm();
      }
    }

    const response = await attend(fetchBy(input, { ...init, signal }));
    // Some apps' `fetch`, such as React Native's, has read all of it by then and shows no stream.
    if (!response.body) {
      release();
      return response;
    }
    const reader = response.body.getReader();
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      async pull(out) {
        const { done, value } = await attend(reader.read());
        if (!done) return out.enqueue(value);
        release();
        out.close();
      },
      cancel(reason) {
        release();
        return reader.cancel(reason);
      },
    });
    return new Response(body, response);
  };
}

/** Aborts with a signal, until it is released. `AbortSignal.any` would do so too, where there is one: not in apps, nor in browsers from before 2024. */
function followSignal(signal: AbortSignal | null, controller: AbortController): () => void {
  const abort = (): void => controller.abort(signal?.reason);
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true });
  return () => signal?.removeEventListener('abort', abort);
}
