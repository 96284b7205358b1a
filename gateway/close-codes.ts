import type { SessionEnd } from './sessions.ts';

/** A way in which this server closes a WebSocket. */
export interface Close {
  readonly code: number;
  /** At most 123 bytes, because it has to fit into the close frame. */
  readonly reason: string;
  /**
   * Whether the client may reconnect by itself. The graphql-ws client decides by the code alone: it retries if this is true and gives up if
   * it is false.
   */
  readonly retry: boolean;
}

/** All ways in which this server closes a WebSocket, with the codes of the protocol (graphql-transport-ws) and of RFC 6455. */
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

/** How to close the socket of a session that is over, by the reason. */
export const sessionCloses = {
  expired: closes.tokenExpired,
  ended: closes.signedOut,
  REPLACED: closes.replaced,
  TOO_MANY: closes.tooMany,
  DISCONNECTED: closes.disconnected,
} as const satisfies Record<SessionEnd, Close>;

/** Returns `tryLater` with a delay in ms that spreads reconnects, for clients that read the reason. */
export function tryAfter(ms: number): Close {
  return { ...closes.tryLater, reason: `Too busy right now. Connect again in ${ms} ms` };
}

// RFC 6455, 5.5: a control frame has at most 125 bytes. Two of them are the code.
const maxReasonBytes = 123;

/** Cuts a reason to what fits a close frame: it may quote what a client sent. */
export function fitReason(reason: string): string {
  const bytes = Buffer.from(reason);
  if (bytes.length <= maxReasonBytes) return reason;
  return new TextDecoder().decode(bytes.subarray(0, maxReasonBytes), { stream: true });
}
