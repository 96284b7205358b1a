import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { uuidBytes, uuidText } from '../uuid.ts';
import type { SessionRow } from './store.ts';

// Makes keys recognizable to people and to secret scanners, if they are published by mistake.
const prefix = 'mpim_';
const idBytes = 16;
// 256 bits cannot be guessed, so a plain hash is enough. It costs a request two microseconds.
const secretBytes = 32;
const text = new RegExp(`^${prefix}[A-Za-z0-9_-]{${((idBytes + secretBytes) * 4) / 3}}$`);

/** The parts of a key: the id of its session, and the digest of its secret. */
export interface ShownKey {
  /** UUID text. */
  readonly sessionId: string;
  /** SHA-256 of the secret. */
  readonly digest: Uint8Array;
}

/** Creates a key for a session (UUID text): `mpim_` and 64 characters, which are stored nowhere. */
export function makeKey(sessionId: string): { readonly key: string; readonly digest: Uint8Array<ArrayBuffer> } {
  const secret = randomBytes(secretBytes);
  return { key: prefix + Buffer.concat([uuidBytes(sessionId), secret]).toString('base64url'), digest: digestOf(secret) };
}

/** Parses a key. Returns null if the text does not have the form of one. */
export function readKey(shown: string): ShownKey | null {
  if (!isKey(shown)) return null;
  const bytes = Buffer.from(shown.slice(prefix.length), 'base64url');
  return { sessionId: uuidText(bytes.subarray(0, idBytes)), digest: digestOf(bytes.subarray(idBytes)) };
}

/** Returns whether a text has the form of a key. */
export function isKey(shown: string): boolean {
  return text.test(shown);
}

/** Returns whether a key belongs to a session. */
export function isKeyOf({ keyDigest }: Pick<SessionRow, 'keyDigest'>, { digest }: ShownKey): boolean {
  return keyDigest !== null && timingSafeEqual(keyDigest, digest);
}

function digestOf(secret: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hash('sha256', secret, 'buffer'));
}
