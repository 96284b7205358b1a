import type { Failure } from './failure.ts';

/** Where a following stands. */
export type Status =
  | { readonly state: 'connecting' }
  /** What was missed is coming. */
  | { readonly state: 'catching up' }
  /** All there was is applied; from here on things come as they happen. */
  | { readonly state: 'live' }
  /** It comes back at `until` (ms since 1970), after `failure`. */
  | { readonly state: 'waiting'; readonly until: number; readonly failure: Failure }
  | { readonly state: 'ended'; readonly end: End };

/**
 * How a following ended. `stopped`: by the application. `signed out`: nobody is signed in, or not any more: show the sign-in. `refused`: to come back
 * would not help, for the reason in `failure`.
 */
export type End =
  | { readonly reason: 'stopped'; readonly failure: null }
  | { readonly reason: 'signed out' | 'refused'; readonly failure: Failure };
