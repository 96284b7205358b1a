/** A circuit breaker: it stops calls to an app that fails. */
export interface Breaker {
  /** Returns whether to call. After some failures in a row it refuses for a while, then admits a single call as a test. */
  admits(): boolean;
  /** Reports the result of an admitted call. */
  succeeded(): void;
  failed(): void;
}

/** The settings of a breaker. */
export interface BreakerLimits {
  /** The number of failures in a row that stop the calls. */
  readonly failures: number;
  /** For how long calls are stopped, in ms. */
  readonly restMs: number;
  /** A clock that never goes back, in ms. */
  readonly now: () => number;
}

/** Creates a breaker that admits calls. */
export function createBreaker({ failures: most, restMs, now }: BreakerLimits): Breaker {
  let failures = 0;
  let restsUntil = 0;

  return {
    admits() {
      if (failures < most) return true;
      if (now() < restsUntil) return false;
      // This one call tests whether the app is back; others are still refused.
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
