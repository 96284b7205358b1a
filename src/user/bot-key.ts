import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { uuidBytes, uuidText } from '../uuid.ts';
import type { SessionRow } from './store.ts';

// By it a key that was published by mistake is found, by people and by what looks for such things.
const prefix = 'mpim_';
const idBytes = 16;
// 256 bits, of which nobody guesses one: it is kept as a plain hash, which costs a request two microseconds.
const secretBytes = 32;
const text = new RegExp(`^${prefix}[A-Za-z0-9_-]{${((idBytes + secretBytes) * 4) / 3}}$`);

/** A key as it was shown: whose session it is, and what its secret comes to. */
export interface ShownKey {
  /** UUID text. */
  readonly sessionId: string;
  /** SHA-256 of the secret. */
  readonly digest: Uint8Array;
}

/** Makes a key of a session, by UUID text: `mpim_` and 64 characters, which stand nowhere else. */
export function makeKey(sessionId: string): { readonly key: string; readonly digest: Uint8Array<ArrayBuffer> } {
  const secret = randomBytes(secretBytes);
  return { key: prefix + Buffer.concat([uuidBytes(sessionId), secret]).toString('base64url'), digest: digestOf(secret) };
}

/** What a text says that has the form of a key; null: it has another. */
export function readKey(shown: string): ShownKey | null {
  if (!isKey(shown)) return null;
  const bytes = Buffer.from(shown.slice(prefix.length), 'base64url');
  return { sessionId: uuidText(bytes.subarray(0, idBytes)), digest: digestOf(bytes.subarray(idBytes)) };
}

/** Whether a text has the form of a key. */
export function isKey(shown: string): boolean {
  return text.test(shown);
}

/** Whether a session is the one that a key was made for. */
export function isKeyOf({ keyDigest }: Pick<SessionRow, 'keyDigest'>, { digest }: ShownKey): boolean {
  return keyDigest !== null && timingSafeEqual(keyDigest, digest);
}

function digestOf(secret: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hash('sha256', secret, 'buffer'));
}
