import type { Due, Held, Queue } from './queue.ts';

// A consumer looks again as often as with a queue in Redis.
const waitMs = 1_000;

/** Creates a queue in this process. Its consumers live and die with it. */
export function createMemoryQueue(): Queue {
  const waiting = new Map<bigint, Due>();
  const held = new Map<bigint, AbortController>();
  let wake = Promise.withResolvers<void>();
  let asked = false;

  function next(limit: number): readonly Held[] {
    const free = [...waiting.values()].filter(({ streamId }) => !held.has(streamId)).slice(0, limit);
    return free.map((due) => {
      const hold = new AbortController();
      waiting.delete(due.streamId);
      held.set(due.streamId, hold);
      return { ...due, lost: hold.signal, done: async () => letGo(due.streamId, hold) };
    });
  }

  function letGo(streamId: bigint, hold: AbortController): void {
    if (held.get(streamId) === hold) held.delete(streamId);
    if (waiting.has(streamId)) wake.resolve();
  }

  async function come(signal: AbortSignal): Promise<void> {
    const over = AbortSignal.any([signal, AbortSignal.timeout(waitMs)]);
    const { promise, resolve } = Promise.withResolvers<void>();
    over.addEventListener('abort', () => resolve(), { once: true });
    wake = Promise.withResolvers<void>();
    await Promise.race([wake.promise, promise]);
  }

  return {
    async lead() {
      const anew = !asked;
      asked = true;
      return { anew, waiting: waiting.size + held.size };
    },
    async put(due) {
      for (const one of due) waiting.set(one.streamId, one);
      wake.resolve();
    },
    async take(limit, signal) {
      const found = next(limit);
      if (found.length > 0 || signal.aborted) return found;
      await come(signal);
      return signal.aborted ? [] : next(limit);
    },
    // This process is the only consumer.
    inherit: async () => undefined,
    async [Symbol.asyncDispose]() {
      for (const hold of held.values()) hold.abort();
      wake.resolve();
    },
  };
}
