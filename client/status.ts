import type { Failure } from './failure.ts';

/** The status of a following. */
export type Status =
  | { readonly state: 'connecting' }
  /** Missed entries are being delivered. */
  | { readonly state: 'catching up' }
  /** Everything missed is applied. From now on events come as they happen. */
  | { readonly state: 'live' }
  /** It retries at `until` (ms since 1970) because of `failure`. */
  | { readonly state: 'waiting'; readonly until: number; readonly failure: Failure }
  | { readonly state: 'ended'; readonly end: End };

/**
 * How a following ended. `stopped`: by the application. `signed out`: nobody is signed in any more, so show the sign-in. `refused`:
 * retrying would not help, for the reason in `failure`.
 */
export type End =
  | { readonly reason: 'stopped'; readonly failure: null }
  | { readonly reason: 'signed out' | 'refused'; readonly failure: Failure };
