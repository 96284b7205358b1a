import type { SessionEnd } from './sessions.ts';

/** Why and how this server closes a WebSocket. */
export interface Close {
  readonly code: number;
  /** At most 123 bytes: it travels in the close frame. */
  readonly reason: string;
  /** May the client come back by itself? The graphql-ws client decides by code alone: it retries where this is true and gives up where it is false. */
  readonly retry: boolean;
}

/** Every way in which this server ends a WebSocket, by the protocol's codes (graphql-transport-ws) and RFC 6455's. */
export const closes = {
  badFrame: { code: 4400, reason: 'Invalid message received', retry: false },
  notAcknowledged: { code: 4401, reason: 'Unauthorized', retry: false },
  signedOut: { code: 4401, reason: 'Signed out. Sign in again', retry: false },
  badToken: { code: 4403, reason: 'Forbidden: not "Bearer " and a valid access token. Connect again with a fresh one', retry: true },
  tokenExpired: { code: 4403, reason: 'The access token has expired. Connect again with a fresh one', retry: true },
  subprotocol: { code: 4406, reason: 'Subprotocol not acceptable', retry: false },
  noInit: { code: 4408, reason: 'Connection initialisation timeout', retry: true },
  duplicateId: { code: 4409, reason: 'An operation with this id is already running', retry: false },
  secondInit: { code: 4429, reason: 'Too many initialisation requests', retry: false },
  tooSlow: { code: 4510, reason: 'Reading too slowly. Connect again with your positions', retry: true },
  replaced: { code: 1008, reason: 'Connected with another device of this kind', retry: false },
  tooMany: { code: 1008, reason: 'Too many connections. This was the oldest one', retry: false },
  disconnected: { code: 4511, reason: 'An operator has ended this connection. Connect again', retry: true },
  fenced: { code: 4512, reason: 'This node was unreachable for too long. Connect again with your positions', retry: true },
  bug: { code: 4500, reason: 'Internal server error', retry: false },
  frameTooBig: { code: 1009, reason: 'Message too big', retry: false },
  restart: { code: 1012, reason: 'This node is shutting down. Connect again', retry: true },
  tryLater: { code: 1013, reason: 'Not available right now. Connect again later', retry: true },
} as const satisfies Record<string, Close>;

/** How a socket is closed whose session is over, by why it is. */
export const sessionCloses = {
  expired: closes.tokenExpired,
  ended: closes.signedOut,
  REPLACED: closes.replaced,
  TOO_MANY: closes.tooMany,
  DISCONNECTED: closes.disconnected,
} as const satisfies Record<SessionEnd, Close>;

/** `tryLater`, with a wait in ms that spreads those who come back: for clients that read reasons. */
export function tryAfter(ms: number): Close {
  return { ...closes.tryLater, reason: `Too busy right now. Connect again in ${ms} ms` };
}

// RFC 6455, 5.5: a control frame carries 125 bytes, two of them the code.
const maxReasonBytes = 123;

/** A reason cut to what fits a close frame: it may quote what a client sent. */
export function fitReason(reason: string): string {
  const bytes = Buffer.from(reason);
  if (bytes.length <= maxReasonBytes) return reason;
  return new TextDecoder().decode(bytes.subarray(0, maxReasonBytes), { stream: true });
}
