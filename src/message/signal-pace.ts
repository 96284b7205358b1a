import { LRUCache } from 'lru-cache';
import { ChatError } from '../errors.ts';
import type { MessageConfig } from './parts.ts';

// So many seconds' worth may come at once: who begins a call of many has an offer and some addresses for each of them.
const burstMs = 10_000;
// Users whose pace is known: far more than signal at one moment. Who is forgotten begins anew.
const remembered = 10_000;

/** How fast a user may signal, on this node (config SIGNALS_PER_SECOND). */
export class SignalPace {
  readonly #config: Pick<MessageConfig, 'signalsPerSecond'>;
  readonly #now: () => number;
  /** For each user the moment at which all that they have signalled would have been due at that pace (the generic cell rate algorithm, ITU-T I.371). */
  readonly #due = new LRUCache<bigint, number>({ max: remembered });

  /** `now`: a clock of the node that never goes back, in ms. */
  constructor(config: Pick<MessageConfig, 'signalsPerSecond'>, now: () => number = () => performance.now()) {
    this.#config = config;
    this.#now = now;
  }

  /** Throws RATE_LIMITED, which itself counts for nothing. */
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
