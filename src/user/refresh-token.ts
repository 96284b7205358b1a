import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import { deriveKey, type ServerKey } from '../server-key.ts';
import { uuidBytes, uuidText } from '../uuid.ts';

/** The content of a refresh token: a session, and the token's number within it. */
export interface RefreshClaim {
  /** UUID text. */
  readonly sessionId: string;
  readonly generation: number;
}

/**
 * Creates and verifies refresh tokens. A token depends only on its claim and the key. So two refreshes that race, even on two nodes, get
 * the same successor, and only a number has to be stored.
 */
export interface RefreshTokens {
  make(claim: RefreshClaim): string;
  /** Returns the claim of a token, or null if it is malformed or forged. */
  read(refreshToken: string): RefreshClaim | null;
}

const pattern = /^([\w-]{1,32})\.([\w-]{22})\.([1-9]\d{0,8})\.([\w-]{43})$/;

/** Creates the refresh tokens. */
export function createRefreshTokens(keys: readonly ServerKey[]): RefreshTokens {
  const secrets = new Map(keys.map((key) => [key.id, deriveKey(key, 'refresh token')]));
  const [newest] = secrets;
  if (newest === undefined) throw new Error('there is no key to sign with');
  const [signingId, signingKey] = newest;

  function make({ sessionId, generation }: RefreshClaim): string {
    const claim = `${signingId}.${Buffer.from(uuidBytes(sessionId)).toString('base64url')}.${generation}`;
    return `${claim}.${mac(signingKey, claim).toString('base64url')}`;
  }

  function read(refreshToken: string): RefreshClaim | null {
    const [, id = '', session = '', generation = '', signature = ''] = pattern.exec(refreshToken) ?? [];
    const secret = secrets.get(id);
    if (secret === undefined) return null;
    if (!timingSafeEqual(mac(secret, `${id}.${session}.${generation}`), Buffer.from(signature, 'base64url'))) return null;
    return { sessionId: uuidText(Buffer.from(session, 'base64url')), generation: Number(generation) };
  }

  return { make, read };
}

function mac(key: KeyObject, claim: string): Buffer {
  return createHmac('sha256', key).update(claim).digest();
}
