import { setTimeout as delay } from 'node:timers/promises';

// After a quarter of a second, then ever later: eight times are half a minute, in which a deployment is over.
const firstMs = 250;
const lastMs = 30_000;

/** Waits before the next try, with jitter, after `tries` (0, 1, …) that failed before this one. Rejects where the signal is aborted. */
export async function backOff(tries: number, signal: AbortSignal): Promise<void> {
  const ms = Math.min(firstMs * 2 ** Math.min(tries, 10), lastMs) * (0.5 + Math.random() / 2);
  await delay(ms, undefined, { signal, ref: false });
}
