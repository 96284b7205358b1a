import type { Chat } from '../src/chat.ts';
import { ChatError } from '../src/errors.ts';
import type { Access } from '../src/user/index.ts';

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

/** The token of a `Bearer …` text; null without one. Throws ChatError UNAUTHENTICATED for anything else. */
export function tokenOf(authorization: string | undefined): string | null {
  if (authorization === undefined || authorization === '') return null;
  const token = /^bearer +(\S+) *$/i.exec(authorization)?.[1];
  if (token === undefined) throw new ChatError('UNAUTHENTICATED', 'Authorization must be "Bearer " followed by an access token.');
  return token;
}
