import { ChatError } from '../errors.ts';
import { findIdentity, type IdentityKey } from './identity-store.ts';
import { readToken, type TokenParts } from './token-sign-in.ts';
import type { Viewer } from './user.ts';

// Long enough to visit the provider's page and return, and too short for a token that was left lying about.
const freshMs = 5 * 60_000;

/**
 * Checks that a token belongs to the viewer and was issued within the last five minutes, and returns its identity. The caller must check
 * under the account's lock that the identity is still the viewer's. A token that fails counts like a failed sign-in. Throws ChatError
 * INVALID_CREDENTIALS (token) and the errors of readToken.
 */
export async function requireOwnToken(
  parts: TokenParts,
  { userId }: Viewer,
  given: { readonly token: string; readonly address: string },
): Promise<IdentityKey> {
  const identity = await readToken(parts, given);
  const isOwn = (await findIdentity(parts.db.client, identity)) === userId;
  if (isOwn && identity.issuedAt !== null && isFresh(identity.issuedAt)) return identity;
  await parts.throttle.failure(given.address);
  throw isOwn ? wrongToken('It must have been issued within the last five minutes. Get a new one from its issuer.') : notOwn();
}

/** Throws ChatError INVALID_CREDENTIALS (token) if an identity that was the viewer's was unlinked. `owner`: its user by now, or null. */
export function requireStillOwn(owner: bigint | null, { userId }: Viewer): void {
  if (owner !== userId) throw notOwn();
}

/**
 * Measured by this node's clock, like the token's expiry. A time of issue that is further ahead than that is refused as well: such a token
 * would stay fresh until then.
 */
function isFresh(issuedAt: Date): boolean {
  return Math.abs(Date.now() - issuedAt.getTime()) <= freshMs;
}

function notOwn(): ChatError {
  return wrongToken('It does not belong to your account.');
}

function wrongToken(fault: string): ChatError {
  return new ChatError('INVALID_CREDENTIALS', `This token is not accepted. ${fault}`, { field: ['token'] });
}
