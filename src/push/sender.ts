import type { Outcome } from '../outgoing/index.ts';
import type { Payload } from './payload.ts';
import type { DeviceRow } from './store.ts';

/** A push to one device. */
export interface Push {
  readonly device: DeviceRow;
  readonly payload: Payload;
  /** The id by which the receiver recognises a repeat. */
  readonly id: string;
  /**
   * A later push with the same key replaces an earlier one that was not delivered yet. Up to 32 characters of base64url that reveal
   * nothing.
   */
  readonly collapseKey: string;
  /** Whether to wake the device. */
  readonly urgent: boolean;
  /** How long a push service may keep the push, in seconds. */
  readonly ttlSeconds: number;
}

/**
 * The result of a push. TAKEN: it was accepted. GONE: the device no longer exists. REFUSED: it will never be accepted. LATER: it may be
 * accepted later.
 */
export type SendResult =
  | { readonly is: 'TAKEN' }
  | { readonly is: 'GONE' }
  | { readonly is: 'REFUSED'; readonly reason: string }
  /** `ms`: the wait that the service has asked for. Null: it has asked for none. */
  | { readonly is: 'LATER'; readonly ms: number | null; readonly reason: string };

/** Sends pushes to devices of a kind. Rejects only if there is a defect, in the data of this device or in the program. */
export interface Sender {
  /** Returns the server that serves a device. Servers fail and rest as a whole. */
  readonly origin: (device: DeviceRow) => string;
  readonly send: (push: Push, signal: AbortSignal) => Promise<SendResult>;
}

/** How long a service may take to answer. A service that hangs delays others for no longer. */
export const answerMs = 5_000;

// The statuses below 500 that may succeed later. So may all from 500 on, which are faults of the server.
const passing = new Set([408, 425, 429]);

/** Interprets a response (RFC 8030, section 7.3). */
export function fateOf(outcome: Outcome): SendResult {
  if (outcome.status === null) return { is: 'LATER', ms: null, reason: outcome.reason };
  const { status, retryAfterMs } = outcome;
  if (status >= 200 && status < 300) return { is: 'TAKEN' };
  if (status === 404 || status === 410) return { is: 'GONE' };
  const reason = `${status} ${outcome.body.slice(0, 200)}`;
  if (status >= 500 || passing.has(status)) return { is: 'LATER', ms: retryAfterMs, reason };
  return { is: 'REFUSED', reason };
}
