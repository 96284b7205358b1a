import { LRUCache } from 'lru-cache';
import { ChatError } from '../errors.ts';
import type { MessageConfig } from './parts.ts';

// So many ms' worth of signals may come at once. The start of a group call sends an offer and several addresses to each participant.
const burstMs = 10_000;
// How many users are remembered: far more than send signals at one moment. A user who is evicted starts anew.
const remembered = 10_000;

/** Limits how fast each user may send signals on this node (config SIGNALS_PER_SECOND). */
export class SignalPace {
  readonly #config: Pick<MessageConfig, 'signalsPerSecond'>;
  readonly #now: () => number;
  /**
   * For each user, the time at which all their signals so far would have been due at the allowed rate (generic cell rate algorithm, ITU-T
   * I.371).
   */
  readonly #due = new LRUCache<bigint, number>({ max: remembered });

  /** `now` is a monotonic clock, in ms. */
  constructor(config: Pick<MessageConfig, 'signalsPerSecond'>, now: () => number = () => performance.now()) {
    this.#config = config;
    this.#now = now;
  }

  /** Counts a signal. Throws RATE_LIMITED, and then does not count it. */
  take(userId: bigint): void {
    const now = this.#now();
    const next = Math.max(this.#due.get(userId) ?? 0, now) + 1_000 / this.#config.signalsPerSecond;
    const excess = next - now - burstMs;
    if (excess > 0) {
      throw new ChatError('RATE_LIMITED', 'Too many signals. Wait before you send another, or combine several into one.', {
        retryAfterMs: Math.ceil(excess),
      });
    }
    this.#due.set(userId, next);
  }
}
