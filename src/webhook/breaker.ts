/** Keeps calls from an app that fails. */
export interface Breaker {
  /** Whether to call: not for a while after some failures in a row, and then once, to see. */
  admits(): boolean;
  /** How an admitted call went. */
  succeeded(): void;
  failed(): void;
}

/** What it goes by. */
export interface BreakerLimits {
  /** Failures in a row after which it keeps calls away. */
  readonly failures: number;
  /** For how long, in ms. */
  readonly restMs: number;
  /** A clock that only goes forward, in ms. */
  readonly now: () => number;
}

/** Makes one that admits everything so far. */
export function createBreaker({ failures: most, restMs, now }: BreakerLimits): Breaker {
  let failures = 0;
  let restsUntil = 0;

  return {
    admits() {
      if (failures < most) return true;
      if (now() < restsUntil) return false;
      // One call shows whether it is back: the others rest on.
      restsUntil = now() + restMs;
      return true;
    },
    succeeded() {
      failures = 0;
    },
    failed() {
      failures += 1;
      if (failures >= most) restsUntil = now() + restMs;
    },
  };
}
