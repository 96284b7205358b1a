import { type Clock, systemClock } from './clock.ts';
import { followSignal } from './follow-signal.ts';

// The server sends a keep-alive every 10 s (STREAM_PING_MS). After three missing ones the connection counts as lost.
const silenceMs = 30_000;

/**
 * A `fetch` that detects dead connections, for example after the network changed. If nothing arrives for 30 s while the response or the
 * next part of its body is awaited, the request fails, and with it the subscription that it carries. For the HTTP transports of Apollo and
 * urql, which would wait for ever.
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
    // Some implementations of `fetch`, such as React Native's, read the whole body first and have no stream.
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
