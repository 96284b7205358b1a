import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import { inOneOrder, type NewData } from '../data.ts';
import { deriveKey, type ServerKey } from '../server-key.ts';
import type { NewAttachment } from './attachment.ts';
import type { MessageRef } from './message.ts';
import type { WantedPoll } from './poll-shape.ts';
import { refKey } from './store.ts';

/** What a clientMessageId stands for. */
export interface Request {
  readonly conversationId: bigint;
  readonly text: string;
  readonly replyTo?: MessageRef | undefined;
  readonly threadRoot?: MessageRef | undefined;
  readonly mentionIds?: readonly bigint[] | undefined;
  readonly mentionsEveryone?: boolean | undefined;
  readonly attachments?: readonly NewAttachment[] | undefined;
  readonly data?: NewData | null | undefined;
  readonly poll?: WantedPoll | null | undefined;
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
function canonical({ conversationId, text, replyTo, ...rest }: Request): string {
  const { threadRoot, mentionIds = [], mentionsEveryone = false, attachments = [], data = null, poll = null, forwarded } = rest;
  const more = {
    ...(threadRoot !== undefined && { thread: refKey(threadRoot) }),
    ...(mentionIds.length > 0 && { mentions: [...new Set(mentionIds.map(String))].toSorted() }),
    ...(mentionsEveryone && { everyone: true }),
    ...(attachments.length > 0 && { attachments: attachments.map(known) }),
    ...(data !== null && { data: inOneOrder(data) }),
    ...(poll !== null && { poll: asked(poll) }),
    ...(forwarded !== undefined && { forwarded: refKey(forwarded) }),
  };
  const quoted = replyTo === undefined ? null : refKey(replyTo);
  return JSON.stringify([conversationId.toString(), text, quoted, ...(Object.keys(more).length > 0 ? [more] : [])]);
}

/** What is asked for of a poll. */
function asked({ options, multiple, anonymous, closesAt }: WantedPoll): readonly unknown[] {
  return [options, multiple ?? false, anonymous ?? false, closesAt ?? null];
}

/** What is asked for of an attachment, in one order, without what is not: what may come later is not missing in what was stored before. */
function known({ url, mediaType, ...more }: NewAttachment): readonly unknown[] {
  const named = Object.entries(more).filter(([, value]) => value !== null && value !== undefined);
  return [url, mediaType, ...named.toSorted(([one], [other]) => (one < other ? -1 : 1))];
}
