import type { Outcome } from '../outgoing/index.ts';
import type { Payload } from './payload.ts';
import type { DeviceRow } from './store.ts';

/** What is to be told to one device. */
export interface Push {
  readonly device: DeviceRow;
  readonly payload: Payload;
  /** Tells the receiver whether it had this very push before. */
  readonly id: string;
  /** A later push under the same key takes the place of an earlier one that was not delivered; up to 32 characters of base64url that say nothing. */
  readonly collapseKey: string;
  /** Whether the device is to be woken for it. */
  readonly urgent: boolean;
  /** For how long whoever passes it on may keep it, in seconds. */
  readonly ttlSeconds: number;
}

/** What came of a push: it was taken; the device is not there any more; it is not taken, now or ever; or it may be later. */
export type Fate =
  | { readonly is: 'TAKEN' }
  | { readonly is: 'GONE' }
  | { readonly is: 'REFUSED'; readonly reason: string }
  /** `ms`: as the other side has asked; null: it has not. */
  | { readonly is: 'LATER'; readonly ms: number | null; readonly reason: string };

/** Tells devices of a kind. Never rejects. */
export interface Sender {
  /** Which server a device is told by: what it does not do for one it does not do for others. */
  readonly origin: (device: DeviceRow) => string;
  readonly send: (push: Push, signal: AbortSignal) => Promise<Fate>;
}

/** For how long a service may take to answer: whoever hangs holds up nobody else for longer. */
export const answerMs = 5_000;

// 408 and 429 pass, and so does what is wrong with the server itself.
const passing = new Set([408, 425, 429]);

/** What an answer means (RFC 8030, section 7.3). */
export function fateOf(outcome: Outcome): Fate {
  if (outcome.status === null) return { is: 'LATER', ms: null, reason: outcome.reason };
  const { status, retryAfterMs } = outcome;
  if (status >= 200 && status < 300) return { is: 'TAKEN' };
  if (status === 404 || status === 410) return { is: 'GONE' };
  const reason = `${status} ${outcome.body.slice(0, 200)}`;
  if (status >= 500 || passing.has(status)) return { is: 'LATER', ms: retryAfterMs, reason };
  return { is: 'REFUSED', reason };
}
