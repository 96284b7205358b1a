import type { Clock } from '../cluster/index.ts';

/** Calls `work` every `ms` milliseconds. Returns a function that stops it. `work` must not throw. */
export function every(clock: Clock, ms: number, work: () => void): () => void {
  async function again(): Promise<void> {
    cancel = clock.after(ms, again);
    work();
  }
  let cancel = clock.after(ms, again);
  return () => cancel();
}

/** Waits `ms` milliseconds. Rejects with the signal's reason if the signal aborts. */
export async function wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const giveUp = (): void => reject(signal.reason);
  const cancel = clock.after(ms, async () => resolve());
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    await promise;
  } finally {
    cancel();
    signal.removeEventListener('abort', giveUp);
  }
}
