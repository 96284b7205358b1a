import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

/** A secret that all nodes share. Of several, the first makes what is signed and all of them verify. */
export interface ServerKey {
  /** Stands in the open beside what it signed: 1 to 32 of `A-Z a-z 0-9 _ -`. */
  readonly id: string;
  /** At least 32 bytes in base64url. */
  readonly secret: string;
}

// 48 bits: keys that differ are not mistaken for each other.
const nameLength = 8;

/** A key of 32 bytes for one purpose, by HKDF-SHA256 (RFC 5869): what is signed for one is never valid for another. */
export function deriveKey({ secret }: ServerKey, purpose: string): KeyObject {
  const material = Buffer.from(secret, 'base64url');
  return createSecretKey(Buffer.from(hkdfSync('sha256', material, new Uint8Array(), `mpim ${purpose}`, 32)));
}

/** What nodes call a key before each other: by it nobody comes to the key, and two keys under one id have two names. */
export function nameOfKey(key: ServerKey): string {
  return `${key.id}:${deriveKey(key, 'key name').export().toString('base64url').slice(0, nameLength)}`;
}
