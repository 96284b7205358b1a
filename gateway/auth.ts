import type { Chat } from '../src/chat.ts';
import { ChatError } from '../src/errors.ts';
import type { Access } from '../src/user/index.ts';

/** Why a session that was followed is over: its token's time is up, or it was signed out or revoked. */
export type SessionEnd = 'expired' | 'ended';

/** A session that is being followed. */
export interface FollowedSession {
  readonly access: Access;
  /** Stops following. Idempotent. */
  stop(): void;
}

/** Whose `Bearer …` text it is; null without one. Throws ChatError UNAUTHENTICATED for anything else that is not a valid token. */
export async function authenticate(chat: Chat, authorization: string | undefined): Promise<Access | null> {
  if (authorization === undefined || authorization === '') return null;
  const token = /^bearer +(\S+) *$/i.exec(authorization)?.[1];
  if (token === undefined) throw new ChatError('UNAUTHENTICATED', 'Authorization must be "Bearer " and an access token.');
  return await chat.users.authenticate(token);
}

/** The error of what a session's end cuts off. */
export function sessionOver(end: SessionEnd): ChatError {
  const message = end === 'expired' ? 'The access token expired: refresh it and subscribe again.' : 'Signed out: sign in again.';
  return new ChatError('UNAUTHENTICATED', message);
}

/**
 * Authenticates, and from then on watches: calls `onEnd` once when the token expires or the session ends, on whichever node that was done.
 * Throws what `authenticate` throws, and ChatError UNAVAILABLE where the account cannot be watched.
 */
export async function followSession(chat: Chat, authorization: string, onEnd: (end: SessionEnd) => void): Promise<FollowedSession> {
  const access = await authenticate(chat, authorization);
  if (access === null) throw new ChatError('UNAUTHENTICATED', 'An access token is required.');
  let over = false;
  function finish(end?: SessionEnd): void {
    if (over) return;
    over = true;
    clearTimeout(expiry);
    unwatch?.();
    if (end !== undefined) onEnd(end);
  }
  const expiry = setTimeout(finish, Math.max(0, access.expiresAt.getTime() - Date.now()), 'expired');
  let unwatch: (() => void) | undefined;
  try {
    unwatch = await chat.feed.watchAccount(
      access.userId,
      (entry) => {
        if (entry.type === 'SessionEnded' && entry.data.sessionId === access.sessionId) finish('ended');
      },
      // Whether it was among them is not known: its client comes back and is asked who it is.
      () => finish('expired'),
    );
    // A session that ended before the watch began has no entry to come: ask again.
    await authenticate(chat, authorization);
  } catch (error) {
    finish();
    // Where the token expired while the watch was set up, finish() has run before there was anything to let go of.
    unwatch?.();
    throw error;
  }
  if (over) unwatch();
  return { access, stop: () => finish() };
}
