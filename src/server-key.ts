import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

/** A secret that all nodes share. Of several, the first makes what is signed and all of them verify. */
export interface ServerKey {
  /** Stands in the open beside what it signed: 1 to 32 of `A-Z a-z 0-9 _ -`. */
  readonly id: string;
  /** At least 32 bytes in base64url. */
  readonly secret: string;
}

/** A key of 32 bytes for one purpose, by HKDF-SHA256 (RFC 5869): what is signed for one is never valid for another. */
export function deriveKey({ secret }: ServerKey, purpose: string): KeyObject {
  const material = Buffer.from(secret, 'base64url');
  return createSecretKey(Buffer.from(hkdfSync('sha256', material, new Uint8Array(), `mpim ${purpose}`, 32)));
}
