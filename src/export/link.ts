import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import { deriveKey, type ServerKey } from '../server-key.ts';
import type { LinkProof } from './data-export.ts';

/** Signs and checks links to files. Links are signed because a browser that follows one cannot send a token. */
export interface Links {
  /** Makes a path with a query that opens the file for half an hour to an hour from `now`. The same link for half an hour. */
  make(exportId: string, now: Date): string;
  /** Returns whether the signature is valid and the link has not expired. */
  isValid(exportId: string, proof: LinkProof, now: Date): boolean;
}

const stepSeconds = 30 * 60;
const pattern = /^([\w-]{1,32})\.([\w-]{43})$/;

/** Creates the signer. `keys` has at least one key: the first signs, all of them verify. */
export function createLinks(keys: readonly ServerKey[]): Links {
  const secrets = new Map(keys.map((key) => [key.id, deriveKey(key, 'data export link')]));
  const [newest] = secrets;
  if (newest === undefined) throw new Error('there is no key to sign with');
  const [signingId, signingKey] = newest;

  function make(exportId: string, now: Date): string {
    const until = (Math.floor(now.getTime() / 1_000 / stepSeconds) + 2) * stepSeconds;
    const signature = `${signingId}.${mac(signingKey, exportId, until).toString('base64url')}`;
    return `/exports/${exportId}?until=${until}&signature=${signature}`;
  }

  function isValid(exportId: string, { until, signature }: LinkProof, now: Date): boolean {
    const [, id = '', given = ''] = pattern.exec(signature) ?? [];
    const secret = secrets.get(id);
    if (secret === undefined || !Number.isSafeInteger(until)) return false;
    return timingSafeEqual(mac(secret, exportId, until), Buffer.from(given, 'base64url')) && until * 1_000 > now.getTime();
  }

  return { make, isValid };
}

function mac(key: KeyObject, exportId: string, until: number): Buffer {
  return createHmac('sha256', key).update(`${exportId}.${until}`).digest();
}
