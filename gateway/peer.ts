import type { Close } from './close-codes.ts';
import type { Delivery } from './delivery.ts';
import type { FollowedSession, SessionEnd } from './sessions.ts';

/** What the protocol knows of the socket that it speaks on. */
export interface Peer {
  /** Stands in the log with all that happens on the socket. */
  readonly id: string;
  readonly address: string;
  /** Aborts when the socket closes or its session ends. */
  readonly signal: AbortSignal;
  /** The same, and when the client completes the operation, which is under way and ends by itself. */
  whileAwaited(id: string): AbortSignal;
  /** Null: nobody is signed in. Set once, by connection_init. */
  session: FollowedSession | null;
  /** Closes the socket. Idempotent; nothing that arrives afterwards is acted on, nothing more is sent. */
  close(why: Pick<Close, 'code' | 'reason'>): void;
  /** Closes it because its session is over. */
  endSession(end: SessionEnd): void;
  isOpen(): boolean;
  /** Serves a subscription, which an operation under way turns out to be: sends its payloads as they come and as the socket takes them, until it ends. */
  serve(id: string, delivery: Delivery): void;
  /** Whether anything has been sent of a subscription other than this one. */
  serves(except: string): boolean;
  /** Operations under way. */
  operations(): number;
}
