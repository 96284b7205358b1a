import type { Chat } from '../src/chat.ts';
import { ChatError, type ErrorCode } from '../src/errors.ts';
import type { AccountWatcher, EntryEvent } from '../src/feed/index.ts';
import type { Held, Parting } from '../src/presence/index.ts';
import type { Access, Claims } from '../src/user/index.ts';

/** Why a session that was followed is over: its token's time is up, it was signed out or revoked, or its connection has to go. */
export type SessionEnd = 'expired' | 'ended' | Parting;

/** A session that is being followed. */
export interface FollowedSession {
  readonly access: Access;
  /** Something was asked for on the connection. */
  active(): void;
  /** Stops following. Idempotent. */
  stop(): void;
}

/** Whose `Bearer …` text it is; null without one. Throws ChatError UNAUTHENTICATED for anything else that is not a valid token. */
export async function authenticate(chat: Chat, authorization: string | undefined): Promise<Access | null> {
  const token = tokenOf(authorization);
  return token === null ? null : await chat.users.authenticate(token);
}

/** Whose `Bearer …` text it is, if it is an admin's. Throws ChatError UNAUTHENTICATED, FORBIDDEN for everybody else's. */
export async function authenticateAdmin(chat: Chat, authorization: string | undefined): Promise<Access> {
  const token = tokenOf(authorization);
  if (token === null) throw new ChatError('UNAUTHENTICATED', 'An access token is required.');
  return await chat.users.authenticateAdmin(token);
}

function tokenOf(authorization: string | undefined): string | null {
  if (authorization === undefined || authorization === '') return null;
  const token = /^bearer +(\S+) *$/i.exec(authorization)?.[1];
  if (token === undefined) throw new ChatError('UNAUTHENTICATED', 'Authorization must be "Bearer " and an access token.');
  return token;
}

const ends = {
  expired: ['UNAUTHENTICATED', 'The access token expired: refresh it and subscribe again.'],
  ended: ['UNAUTHENTICATED', 'Signed out: sign in again.'],
  REPLACED: ['FORBIDDEN', 'You are connected with another device of this kind.'],
  TOO_MANY: ['LIMIT_REACHED', 'You have too many connections: this was the oldest.'],
  DISCONNECTED: ['UNAVAILABLE', 'An operator has ended this connection: subscribe again.'],
} as const satisfies Record<SessionEnd, readonly [ErrorCode, string]>;

/** The error of what a session's end cuts off. */
export function sessionOver(end: SessionEnd): ChatError {
  const [code, message] = ends[end];
  return new ChatError(code, message);
}

/**
 * Watches the session of an access token, and authenticates: from then on the user is online until it is stopped, and `onEnd` is called once when the token expires, or the session or
 * its connection ends, on whichever node that was done.
 * Throws what `authenticate` throws, and ChatError UNAVAILABLE where the account cannot be watched.
 */
export async function followSession(chat: Chat, authorization: string, onEnd: (end: SessionEnd) => void): Promise<FollowedSession> {
  const token = tokenOf(authorization);
  if (token === null) throw new ChatError('UNAUTHENTICATED', 'An access token is required.');
  const claims = await chat.users.readToken(token);
  const watched = new WatchedSession(claims, onEnd);
  try {
    watched.began(await chat.feed.watchAccount(claims.userId, watched));
    // Only once it is watched: a session that ended before has no entry to come.
    watched.admit(chat, await chat.users.authenticate(token));
  } catch (error) {
    watched.stop();
    throw error;
  }
  return watched;
}

// A class, as there is one for each socket as long as it lives: functions of its own would keep the token with them.
class WatchedSession implements FollowedSession, AccountWatcher {
  readonly #sessionId: string;
  readonly #onEnd: (end: SessionEnd) => void;
  readonly #expiry: NodeJS.Timeout;
  #access: Access | undefined;
  #unwatch: (() => void) | undefined;
  #held: Held | undefined;
  #over = false;

  constructor({ sessionId, expiresAt }: Claims, onEnd: (end: SessionEnd) => void) {
    this.#sessionId = sessionId;
    this.#onEnd = onEnd;
    this.#expiry = setTimeout(() => this.#finish('expired'), Math.max(0, expiresAt.getTime() - Date.now()));
  }

  get access(): Access {
    if (this.#access === undefined) throw new Error('the session is not admitted yet');
    return this.#access;
  }

  /** The watch has begun: perhaps too late. */
  began(unwatch: () => void): void {
    if (this.#over) unwatch();
    else this.#unwatch = unwatch;
  }

  /** It lives, and the user is online from here on. Throws UNAUTHENTICATED where its end came first. */
  admit(chat: Chat, access: Access): void {
    if (this.#over) throw sessionOver('ended');
    this.#access = access;
    this.#held = chat.presence.connect(access, (why) => this.#finish(why));
  }

  active(): void {
    this.#held?.active();
  }

  entry({ entry }: EntryEvent): void {
    if (entry.type === 'SessionEnded' && entry.data.sessionId === this.#sessionId) this.#finish('ended');
  }

  // Whether it was among them is not known: its client comes back and is asked who it is.
  skipped(): void {
    this.#finish('expired');
  }

  stop(): void {
    this.#finish();
  }

  #finish(end?: SessionEnd): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#expiry);
    this.#unwatch?.();
    this.#held?.[Symbol.dispose]();
    // Who is not admitted yet is refused instead, whether the token or the watch tells first that the session is over.
    if (end !== undefined && this.#access !== undefined) this.#onEnd(end);
  }
}
