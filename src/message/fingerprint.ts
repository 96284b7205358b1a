import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import { deriveKey, type ServerKey } from '../server-key.ts';
import type { MessageRef } from './message.ts';
import { refKey } from './store.ts';

/** What a clientMessageId stands for. */
export interface Request {
  readonly conversationId: bigint;
  readonly text: string;
  readonly replyTo?: MessageRef | undefined;
  readonly threadRoot?: MessageRef | undefined;
  readonly mentionIds?: readonly bigint[] | undefined;
  readonly mentionsEveryone?: boolean | undefined;
  /** What it forwards; its text is then ''. */
  readonly forwarded?: MessageRef | undefined;
}

/** Tells a retry from another request under the same id, without keeping what was said. */
export interface Fingerprints {
  /** 16 bytes. */
  of(request: Request): Uint8Array<ArrayBuffer>;
  /** Whether a stored fingerprint is this request's, under whichever key it was made. */
  matches(stored: Uint8Array, request: Request): boolean;
}

// The column's width: enough that nobody meets two alike.
const bytes = 16;

/** Makes fingerprints with the first key and knows those of all. Throws where there is no key. */
export function createFingerprints(keys: readonly ServerKey[]): Fingerprints {
  const derived = keys.map((key) => deriveKey(key, 'message fingerprint'));
  const [newest] = derived;
  if (newest === undefined) throw new Error('fingerprints need a key');
  return {
    of: (request) => sign(newest, request),
    matches: (stored, request) => derived.some((key) => timingSafeEqual(sign(key, request), stored)),
  };
}

function sign(key: KeyObject, request: Request): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(createHmac('sha256', key).update(canonical(request)).digest().subarray(0, bytes));
}

// JSON of an array: no two requests share a form. Parts that came later are a further element, there only where there is something in it: so what was
// stored before they were known is known still.
function canonical({ conversationId, text, replyTo, threadRoot, mentionIds = [], mentionsEveryone = false, forwarded }: Request): string {
  const more = {
    ...(threadRoot !== undefined && { thread: refKey(threadRoot) }),
    ...(mentionIds.length > 0 && { mentions: [...new Set(mentionIds.map(String))].toSorted() }),
    ...(mentionsEveryone && { everyone: true }),
    ...(forwarded !== undefined && { forwarded: refKey(forwarded) }),
  };
  const quoted = replyTo === undefined ? null : refKey(replyTo);
  return JSON.stringify([conversationId.toString(), text, quoted, ...(Object.keys(more).length > 0 ? [more] : [])]);
}
