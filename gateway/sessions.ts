import type { Chat } from '../src/chat.ts';
import { ChatError, type ErrorCode } from '../src/errors.ts';
import type { AccountWatcher, EntryEvent } from '../src/feed/index.ts';
import type { DisconnectReason, Held } from '../src/presence/index.ts';
import type { Access, Claims } from '../src/user/index.ts';
import { tokenOf } from './auth.ts';

/** Why a followed session is over: its token expired, it was signed out or revoked, or its connection has to close. */
export type SessionEnd = 'expired' | 'ended' | DisconnectReason;

/** A session that is being followed. */
export interface FollowedSession {
  readonly access: Access;
  /** Reports activity on the connection. */
  active(): void;
  /**
   * Extends the session until the access token of a `Bearer …` header expires, if that is later. Throws ChatError UNAUTHENTICATED if it is
   * not a valid token of the same session. Nothing has changed then.
   */
  renew(authorization: string): Promise<void>;
  /** Stops following. Idempotent. */
  stop(): void;
}

/** The sessions that a node follows. Disposing it stops the timer that ends expired ones. */
export interface Sessions extends Disposable {
  /**
   * Authenticates a `Bearer …` header and follows its session. The user is online until that is stopped. Calls `onEnd` once when the token
   * expires, or the session or its connection ends, on any node. Throws ChatError UNAUTHENTICATED if the token is not valid, and
   * UNAVAILABLE if the account cannot be watched.
   */
  follow(authorization: string, onEnd: (end: SessionEnd) => void): Promise<FollowedSession>;
}

const ends = {
  expired: ['UNAUTHENTICATED', 'The access token has expired. Refresh it and subscribe again.'],
  ended: ['UNAUTHENTICATED', 'You have been signed out. Sign in again.'],
  REPLACED: ['FORBIDDEN', 'You have connected with another device of this kind.'],
  TOO_MANY: ['LIMIT_REACHED', 'You have too many connections. This was the oldest one.'],
  DISCONNECTED: ['UNAVAILABLE', 'An operator has ended this connection. Subscribe again.'],
} as const satisfies Record<SessionEnd, readonly [ErrorCode, string]>;

/** Returns the error for what the end of a session cuts off. */
export function sessionOver(end: SessionEnd): ChatError {
  const [code, message] = ends[end];
  return new ChatError(code, message);
}

/** Creates the sessions of a node. */
export function createSessions(chat: Chat): Sessions {
  const followed = new Set<WatchedSession>();
  let timer = atNextSecond();

  // Tokens expire at whole seconds. One timer serves all: with a timer for each, Node would keep a list for each different remaining time.
  function atNextSecond(): NodeJS.Timeout {
    return setTimeout(endExpired, 1_000 - (Date.now() % 1_000)).unref();
  }

  function endExpired(): void {
    const now = Date.now();
    for (const session of followed) session.expire(now);
    timer = atNextSecond();
  }

  return {
    async follow(authorization, onEnd) {
      const token = tokenOf(authorization);
      if (token === null) throw new ChatError('UNAUTHENTICATED', 'An access token is required.');
      const claims = await chat.users.readToken(token);
      const watched = new WatchedSession(claims, { chat, followed, onEnd });
      try {
        watched.began(await chat.feed.watchAccount(claims.userId, watched));
        // In this order: a session that ended before the watch started has no entry to come.
        watched.admit(await chat.users.authenticate(token));
      } catch (error) {
        watched.stop();
        throw error;
      }
      return watched;
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}

interface WatchedParts {
  readonly chat: Chat;
  /** All sessions that are followed. Contains this one while it is. */
  readonly followed: Set<WatchedSession>;
  readonly onEnd: (end: SessionEnd) => void;
}

// A class, because there is one for each socket as long as it lives: closures would hold the token.
class WatchedSession implements FollowedSession, AccountWatcher {
  readonly #sessionId: string;
  #expiresAt: Date;
  readonly #chat: Chat;
  readonly #followed: Set<WatchedSession>;
  readonly #onEnd: (end: SessionEnd) => void;
  #access: Access | undefined;
  #unwatch: (() => void) | undefined;
  #held: Held | undefined;
  #over = false;

  constructor({ sessionId, expiresAt }: Claims, { chat, followed, onEnd }: WatchedParts) {
    this.#sessionId = sessionId;
    this.#expiresAt = expiresAt;
    this.#chat = chat;
    this.#followed = followed;
    this.#onEnd = onEnd;
    followed.add(this);
  }

  get access(): Access {
    if (this.#access === undefined) throw new Error('the session is not admitted yet');
    return this.#access;
  }

  /** Called when the watch has started, perhaps after the session ended. */
  began(unwatch: () => void): void {
    if (this.#over) unwatch();
    else this.#unwatch = unwatch;
  }

  /** Admits the session as valid. The user is online from now on. Throws UNAUTHENTICATED if the session has ended already. */
  admit(access: Access): void {
    if (this.#over) throw sessionOver('ended');
    this.#access = access;
    this.#held = this.#chat.presence.connect(access, (why) => this.#finish(why));
  }

  async renew(authorization: string): Promise<void> {
    const token = tokenOf(authorization) ?? '';
    const { expiresAt, sessionId } = await this.#chat.users.readToken(token);
    if (sessionId !== this.#sessionId) throw new ChatError('UNAUTHENTICATED', 'This access token belongs to another session.');
    // A token that is not later brings nothing new, so the database is not read.
    if (expiresAt <= this.#expiresAt) return;
    const access = await this.#chat.users.authenticate(token);
    // A token that expires later may have been admitted in the meantime.
    if (expiresAt <= this.#expiresAt) return;
    this.#access = access;
    this.#expiresAt = expiresAt;
  }

  /** Ends the session if its token has expired. */
  expire(now: number): void {
    if (this.#expiresAt.getTime() <= now) this.#finish('expired');
  }

  active(): void {
    this.#held?.active();
  }

  entry({ entry }: EntryEvent): void {
    if (entry.type === 'SessionEnded' && entry.data.sessionId === this.#sessionId) this.#finish('ended');
  }

  // Entries were skipped, and the end of the session may be among them. The client reconnects and is authenticated again.
  skipped(): void {
    this.#finish('expired');
  }

  stop(): void {
    this.#finish();
  }

  #finish(end?: SessionEnd): void {
    if (this.#over) return;
    this.#over = true;
    this.#followed.delete(this);
    this.#unwatch?.();
    this.#held?.[Symbol.dispose]();
    // Before that, `follow` rejects instead, whether the token or the watch first shows that the session is over.
    if (end !== undefined && this.#access !== undefined) this.#onEnd(end);
  }
}
