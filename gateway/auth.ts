import type { Chat } from '../src/chat.ts';
import { ChatError } from '../src/errors.ts';
import type { Access } from '../src/user/index.ts';

/** Returns the access of a `Bearer …` header. Null without one. Throws ChatError UNAUTHENTICATED if it is anything but a valid token. */
export async function authenticate(chat: Chat, authorization: string | undefined): Promise<Access | null> {
  const token = tokenOf(authorization);
  return token === null ? null : await chat.users.authenticate(token);
}

/**
 * Returns the access of an admin's `Bearer …` header. Throws ChatError UNAUTHENTICATED without a valid token, FORBIDDEN if the user is not
 * an admin.
 */
export async function authenticateAdmin(chat: Chat, authorization: string | undefined): Promise<Access> {
  const token = tokenOf(authorization);
  if (token === null) throw new ChatError('UNAUTHENTICATED', 'An access token is required.');
  return await chat.users.authenticateAdmin(token);
}

/** Returns the token in a `Bearer …` header. Null without a header. Throws ChatError UNAUTHENTICATED if it is malformed. */
export function tokenOf(authorization: string | undefined): string | null {
  if (authorization === undefined || authorization === '') return null;
  const token = /^bearer +(\S+) *$/i.exec(authorization)?.[1];
  if (token === undefined) throw new ChatError('UNAUTHENTICATED', 'Authorization must be "Bearer " followed by an access token.');
  return token;
}
