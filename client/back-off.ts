import type { Failure } from './failure.ts';

// The first wait is at most 0.5 s, as most losses are short. After more than 15 s, people reload the page.
const firstMs = 500;
const longestMs = 15_000;
// A stopping node disconnects its clients in waves, and other nodes are available. This spreads the clients of one wave.
const atOnceMs = 200;
// The longest delay of a timer. A timer with a longer one fires at once.
const mostMs = 2 ** 31 - 1;

/** The waits before retries, which grow with each failure in a row. */
export interface BackOff {
  /** Counts one more failure and returns how many ms to wait, at least as long as the server asked for. */
  next(failure: Failure): number;
  /** Called after progress: the next failure counts as the first. */
  reset(): void;
}

/**
 * Creates one. `random` returns a number in [0, 1). Each wait is fully random (full jitter), so that clients that failed together do not
 * return together.
 */
export function createBackOff(random: () => number): BackOff {
  let failures = 0;
  return {
    next({ remedy, retryAfterMs }) {
      const soon = failures === 0 && (remedy === 'at once' || remedy === 'refresh');
      const most = soon ? atOnceMs : Math.min(firstMs * 2 ** failures, longestMs);
      failures += 1;
      return Math.min(Math.max(retryAfterMs ?? 0, Math.floor(random() * most)), mostMs);
    },
    reset() {
      failures = 0;
    },
  };
}
