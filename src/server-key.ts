import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

/** A secret that all nodes share. Of several, the first signs and all of them verify. */
export interface ServerKey {
  /** Public name of the key, sent with what it signed: 1 to 32 of `A-Z a-z 0-9 _ -`. */
  readonly id: string;
  /** At least 32 bytes in base64url. */
  readonly secret: string;
}

// 48 bits, so that different keys have different names.
const nameLength = 8;

/** Derives a 32-byte key for one purpose, by HKDF-SHA256 (RFC 5869). A signature for one purpose is never valid for another. */
export function deriveKey({ secret }: ServerKey, purpose: string): KeyObject {
  const material = Buffer.from(secret, 'base64url');
  return createSecretKey(Buffer.from(hkdfSync('sha256', material, new Uint8Array(), `mpim ${purpose}`, 32)));
}

/** Returns a name by which nodes compare keys. It does not reveal the key, and differs for two keys with the same id. */
export function nameOfKey(key: ServerKey): string {
  return `${key.id}:${deriveKey(key, 'key name').export().toString('base64url').slice(0, nameLength)}`;
}
