import { ChatError } from '../errors.ts';
import { findIdentity } from './identity-store.ts';
import { readToken, type TokenParts } from './token-sign-in.ts';
import type { Viewer } from './user.ts';

// Long enough to be sent to the provider's page and back, and too short for a token that was left lying about.
const freshMs = 5 * 60_000;

/** Sees to it that a token is the viewer's own, and was made just now; one that is not counts like a failed sign-in. Throws INVALID_CREDENTIALS (token), and as readToken does. */
export async function requireOwnToken(
  parts: TokenParts,
  { userId }: Viewer,
  given: { readonly token: string; readonly address: string },
): Promise<void> {
  const identity = await readToken(parts, given);
  const isOwn = (await findIdentity(parts.db.client, identity)) === userId;
  if (isOwn && identity.issuedAt !== null && isFresh(identity.issuedAt)) return;
  await parts.throttle.failure(given.address);
  throw wrongToken(
    isOwn ? 'It must have been issued within the last five minutes. Get a new one from its issuer.' : 'It does not belong to your account.',
  );
}

/** By this node's clock, as its end is judged by. What is to be made yet, or never, would be fresh for as long. */
function isFresh(issuedAt: Date): boolean {
  return Math.abs(Date.now() - issuedAt.getTime()) <= freshMs;
}

function wrongToken(fault: string): ChatError {
  return new ChatError('INVALID_CREDENTIALS', `This token is not accepted. ${fault}`, { field: ['token'] });
}
