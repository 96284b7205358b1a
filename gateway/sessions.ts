import type { Chat } from '../src/chat.ts';
import { ChatError, type ErrorCode } from '../src/errors.ts';
import type { AccountWatcher, EntryEvent } from '../src/feed/index.ts';
import type { Held, Parting } from '../src/presence/index.ts';
import type { Access, Claims } from '../src/user/index.ts';
import { tokenOf } from './auth.ts';

/** Why a session that was followed is over: its token's time is up, it was signed out or revoked, or its connection has to go. */
export type SessionEnd = 'expired' | 'ended' | Parting;

/** A session that is being followed. */
export interface FollowedSession {
  readonly access: Access;
  /** Something was asked for on the connection. */
  active(): void;
  /**
   * Goes on until the access token of this `Bearer …` text expires, where that is later. Throws ChatError UNAUTHENTICATED for what is not a valid token of the same session:
   * then nothing has changed.
   */
  renew(authorization: string): Promise<void>;
  /** Stops following. Idempotent. */
  stop(): void;
}

/** The sessions that a node follows. Disposing it looks for no more that expire. */
export interface Sessions extends Disposable {
  /**
   * Watches the session of a `Bearer …` text's access token, and authenticates: from then on the user is online until it is stopped, and `onEnd` is called once when the
   * token expires, or the session or its connection ends, on whichever node that was done. Throws ChatError UNAUTHENTICATED for what is not a valid token, and UNAVAILABLE
   * where the account cannot be watched.
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

/** The error of what a session's end cuts off. */
export function sessionOver(end: SessionEnd): ChatError {
  const [code, message] = ends[end];
  return new ChatError(code, message);
}

/** Makes what follows sessions. */
export function createSessions(chat: Chat): Sessions {
  const followed = new Set<WatchedSession>();
  let timer = atNextSecond();

  // Tokens expire at whole seconds. One timer for all: of each one's own Node would keep as many lists as there are times left.
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
        // Only once it is watched: a session that ended before has no entry to come.
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
  /** All that are followed, itself among them while it is. */
  readonly followed: Set<WatchedSession>;
  readonly onEnd: (end: SessionEnd) => void;
}

// A class, as there is one for each socket as long as it lives: functions of its own would keep the token with them.
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

  /** The watch has begun: perhaps too late. */
  began(unwatch: () => void): void {
    if (this.#over) unwatch();
    else this.#unwatch = unwatch;
  }

  /** It lives, and the user is online from here on. Throws UNAUTHENTICATED where its end came first. */
  admit(access: Access): void {
    if (this.#over) throw sessionOver('ended');
    this.#access = access;
    this.#held = this.#chat.presence.connect(access, (why) => this.#finish(why));
  }

  async renew(authorization: string): Promise<void> {
    const token = tokenOf(authorization) ?? '';
    const { expiresAt, sessionId } = await this.#chat.users.readToken(token);
    if (sessionId !== this.#sessionId) throw new ChatError('UNAUTHENTICATED', 'This access token belongs to another session.');
    // Known already: the database need not be asked about it.
    if (expiresAt <= this.#expiresAt) return;
    this.#access = await this.#chat.users.authenticate(token);
    this.#expiresAt = expiresAt;
  }

  /** Ends it if its token's time is up. */
  expire(now: number): void {
    if (this.#expiresAt.getTime() <= now) this.#finish('expired');
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
    this.#followed.delete(this);
    this.#unwatch?.();
    this.#held?.[Symbol.dispose]();
    // Who is not admitted yet is refused instead, whether the token or the watch tells first that the session is over.
    if (end !== undefined && this.#access !== undefined) this.#onEnd(end);
  }
}
