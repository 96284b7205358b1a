import { hash, type KeyObject } from 'node:crypto';
import { type JWTHeaderParameters, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import { ChatError } from '../errors.ts';
import { deriveKey, type ServerKey } from '../server-key.ts';
import { isUuid } from '../uuid.ts';
import type { Claims, UserRole, Viewer } from './user.ts';

/** Signs and reads access tokens: JWT, HS256, with the key's id in the header. */
export interface AccessTokens {
  /** A token that is valid from `at` on for config ACCESS_TOKEN_SECONDS; an admin's says so. */
  sign(viewer: Viewer, at: Date, role?: UserRole): Promise<{ readonly accessToken: string; readonly accessTokenExpiresAt: Date }>;
  /** What it says. Throws UNAUTHENTICATED where it is malformed, forged or expired. Does not ask whether the session lives. */
  verify(accessToken: string): Promise<Claims>;
}

const issuer = 'mpim';
const audience = 'mpim-access';
// Tokens that are known by heart: those of the people who use a busy node at one time; two MB.
const remembered = 10_000;
const userIdPattern = /^[1-9]\d{0,18}$/;

/** The refusal of whoever does not show a valid token. */
export function unauthenticated(cause?: unknown): ChatError {
  return new ChatError('UNAUTHENTICATED', 'The access token is not valid or has expired. Refresh it, or sign in.', { cause });
}

/** Makes the signer. */
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

  // What a token says does not change: whoever sends a hundred requests with it has it read once. By digest, which is a tenth as long as the header that a token is cut from.
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
