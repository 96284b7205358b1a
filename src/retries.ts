import { setTimeout as delay } from 'node:timers/promises';

// A lost connection is usually back within a moment. At most every 2 s, so that everything retried goes on soon after an outage.
const firstMs = 100;
const lastMs = 2_000;

/**
 * The pauses between attempts at a read that must succeed in the end: 0.1 s, then twice as long each time, up to 2 s. Each is drawn from half
 * to one and a half times that, so that what failed together is not retried together.
 */
export class Retries {
  #nextMs = firstMs;

  /** Waits before the next attempt. Does not keep the process alive. */
  async pause(): Promise<void> {
    const ms = this.#nextMs * (0.5 + Math.random());
    this.#nextMs = Math.min(this.#nextMs * 2, lastMs);
    await delay(ms, undefined, { ref: false });
  }

  /** Called after an attempt that succeeded: the next pause is the first again. */
  reset(): void {
    this.#nextMs = firstMs;
  }
}
