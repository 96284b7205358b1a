import type { Clock } from '../cluster/index.ts';

/** Does something each time so many ms have gone by; returns the way to end that. `work` must not throw. */
export function every(clock: Clock, ms: number, work: () => void): () => void {
  async function again(): Promise<void> {
    cancel = clock.after(ms, again);
    work();
  }
  let cancel = clock.after(ms, again);
  return () => cancel();
}

/** Waits so many ms. Rejects with the signal's reason when that aborts. */
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
