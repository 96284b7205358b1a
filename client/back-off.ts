import type { Failure } from './failure.ts';

// The first wait is at most half a second: most losses are a moment's. Past a quarter of a minute people reload the page.
const firstMs = 500;
const longestMs = 15_000;
// The node has said that it stops; the others are there. Its clients are sent away in waves: this is for those of one.
const atOnceMs = 200;
// What a timer takes; one that is set further goes off at once.
const mostMs = 2 ** 31 - 1;

/** How long to wait before coming back, growing with each failure in a row. */
export interface BackOff {
  /** So many ms from here; counts one more failure. Never less than the server has asked for. */
  next(failure: Failure): number;
  /** What came was of use: the next failure is the first again. */
  reset(): void;
}

/** Makes one. `random`: a number in [0, 1). The whole of each wait is drawn, so that those who fell together do not come back together. */
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
