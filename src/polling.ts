import { setTimeout as delay } from 'node:timers/promises';

/** How to poll. */
export interface Polling {
  /** Returns the usual pause in ms. It is varied by half, so that nodes do not poll at the same time. */
  readonly pauseMs: () => number;
  /** Called with the error of a look that has failed. The next look follows after a pause. */
  readonly failed: (error: unknown) => void;
  /** Ends the polling, at the latest when the look that is under way ends. */
  readonly signal: AbortSignal;
}

/** Calls `look` again and again: at once while it resolves to true because there may be more, otherwise after a pause. Never rejects. */
export async function poll(look: () => Promise<boolean>, { pauseMs, failed, signal }: Polling): Promise<void> {
  while (!signal.aborted) {
    const more = await look().catch((error: unknown) => {
      failed(error);
      return false;
    });
    await delay(more ? 0 : pauseMs() * (0.5 + Math.random()), undefined, { signal, ref: false }).catch(() => undefined);
  }
}
