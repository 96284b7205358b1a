import type { Close } from './close-codes.ts';
import type { Delivery } from './delivery.ts';
import type { FollowedSession, SessionEnd } from './sessions.ts';

/** A socket, as the protocol sees it. */
export interface Peer {
  /** Logged with everything that happens on the socket. */
  readonly id: string;
  readonly address: string;
  /** Aborts when the socket closes or its session ends. */
  readonly signal: AbortSignal;
  /** Returns a signal for a query or mutation: aborts as `signal` does, and when the client completes the operation. */
  whileAwaited(id: string): AbortSignal;
  /** Null if nobody is signed in. Set once, by connection_init. */
  session: FollowedSession | null;
  /** Closes the socket. Idempotent. Later messages are ignored, and nothing more is sent. */
  close(why: Pick<Close, 'code' | 'reason'>): void;
  /** Closes the socket because its session is over. */
  endSession(end: SessionEnd): void;
  isOpen(): boolean;
  /** Serves the subscription of an operation: sends its payloads as they come and as the socket takes them, until it ends. */
  serve(id: string, delivery: Delivery): void;
  /** Returns whether anything has been sent of a subscription other than this one. */
  serves(except: string): boolean;
  /** Returns the number of running operations. */
  operations(): number;
}
