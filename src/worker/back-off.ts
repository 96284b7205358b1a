import { setTimeout as delay } from 'node:timers/promises';

// A quarter of a second at first, then doubled. Eight attempts take half a minute, enough for a deployment to finish.
const firstMs = 250;
const lastMs = 30_000;

/** Waits before the next attempt, with jitter. `tries`: the number of failures before this one, from 0. Rejects if the signal aborts. */
export async function backOff(tries: number, signal: AbortSignal): Promise<void> {
  const ms = Math.min(firstMs * 2 ** Math.min(tries, 10), lastMs) * (0.5 + Math.random() / 2);
  await delay(ms, undefined, { signal, ref: false });
}
