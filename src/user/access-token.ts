import { hash, type KeyObject } from 'node:crypto';
import { type JWTHeaderParameters, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import { ChatError } from '../errors.ts';
import { deriveKey, type ServerKey } from '../server-key.ts';
import { isUuid } from '../uuid.ts';
import type { Claims, UserRole, Viewer } from './user.ts';

/** Signs and verifies access tokens: JWT, HS256, with the id of the key in the header. */
export interface AccessTokens {
  /** Creates a token that is valid from `at` on, for config ACCESS_TOKEN_SECONDS. An admin's token contains the role. */
  sign(viewer: Viewer, at: Date, role?: UserRole): Promise<{ readonly accessToken: string; readonly accessTokenExpiresAt: Date }>;
  /**
   * Returns the claims of a token. Throws ChatError UNAUTHENTICATED if it is malformed, forged or expired. Does not check whether the
   * session is live.
   */
  verify(accessToken: string): Promise<Claims>;
}

const issuer = 'mpim';
const audience = 'mpim-access';
// The most verified tokens to cache: those of the people who use a busy node at a time. Some two MB.
const remembered = 10_000;
const userIdPattern = /^[1-9]\d{0,18}$/;

/** Creates the error for a token that is not valid. */
export function unauthenticated(cause?: unknown): ChatError {
  return new ChatError('UNAUTHENTICATED', 'The access token is not valid or has expired. Refresh it, or sign in.', { cause });
}

/** Creates the access tokens. */
export function createAccessTokens(keys: readonly ServerKey[], seconds: number): AccessTokens {
  const secrets = new Map(keys.map((key) => [key.id, deriveKey(key, 'access token')]));
  const kid = keys[0]?.id;
  if (kid === undefined) throw new Error('there is no key to sign with');

  function secretOf(id: string | undefined): KeyObject {
    const secret = secrets.get(id ?? '');
    if (secret === undefined) throw new Error('no key of that id');
    return secret;
  }

  async function sign({ userId, sessionId }: Viewer, at: Date, role: UserRole = 'USER') {
    const issuedAt = Math.floor(at.getTime() / 1_000);
    const expiresAt = issuedAt + seconds;
    const accessToken = await new SignJWT({ sid: sessionId, ...(role === 'ADMIN' && { role }) })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid: String(kid) })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(String(userId))
      .setIssuedAt(issuedAt)
      .setExpirationTime(expiresAt)
      .sign(secretOf(kid));
    return { accessToken, accessTokenExpiresAt: new Date(expiresAt * 1_000) };
  }

  // A token's claims never change, so a client that sends a hundred requests has its token verified once. The key is a digest, a tenth as
  // long as the header that the token is a slice of.
  const known = new LRUCache<string, Claims>({ max: remembered });

  async function verify(accessToken: string): Promise<Claims> {
    const digest = hash('sha256', accessToken, 'base64');
    const read = known.get(digest);
    if (read !== undefined && read.expiresAt.getTime() > Date.now()) return read;
    try {
      const options = { algorithms: ['HS256'], issuer, audience, requiredClaims: ['sub', 'exp', 'sid'] };
      const { payload } = await jwtVerify(accessToken, ({ kid: id }: JWTHeaderParameters) => secretOf(id), options);
      const access = readAccess(payload);
      known.set(digest, access);
      return access;
    } catch (cause) {
      throw unauthenticated(cause);
    }
  }

  return { sign, verify };
}

function readAccess({ sub = '', exp = 0, sid, role }: JWTPayload & { readonly sid?: unknown; readonly role?: unknown }): Claims {
  if (!userIdPattern.test(sub) || typeof sid !== 'string' || !isUuid(sid)) throw new Error('claims of another shape');
  return { userId: BigInt(sub), sessionId: sid, expiresAt: new Date(exp * 1_000), role: role === 'ADMIN' ? 'ADMIN' : 'USER', bot: false };
}
