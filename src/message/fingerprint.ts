import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import { inOneOrder, type NewData } from '../data.ts';
import { deriveKey, type ServerKey } from '../server-key.ts';
import type { NewAttachment } from './attachment.ts';
import type { MessageRef } from './message.ts';
import type { WantedPoll } from './poll-shape.ts';
import { refKey } from './store.ts';

/** The request that a clientMessageId stands for. */
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
  /** The message that is forwarded; the text is then ''. */
  readonly forwarded?: MessageRef | undefined;
}

/** Tells a retry from a different request under the same clientMessageId, without storing the content. */
export interface Fingerprints {
  /** Returns the fingerprint, 16 bytes. */
  of(request: Request): Uint8Array<ArrayBuffer>;
  /** Whether a stored fingerprint is that of this request, made with any of the keys. */
  matches(stored: Uint8Array, request: Request): boolean;
}

// The column's width. Collisions are negligible at this length.
const bytes = 16;

/** Makes fingerprints with the first key and verifies those of all keys. Throws if there is no key. */
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

// JSON of an array, so that no two requests have the same form. Fields that were added later go into one more element, which exists only if
// one of them is set. So fingerprints stored before they existed still match.
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

/** Returns the poll as requested, with defaults filled in. */
function asked({ options, multiple, anonymous, closesAt }: WantedPoll): readonly unknown[] {
  return [options, multiple ?? false, anonymous ?? false, closesAt ?? null];
}

/**
 * Returns the attachment as requested, with its fields sorted and unset ones left out. So fields that are added later do not change earlier
 * fingerprints.
 */
function known({ url, mediaType, ...more }: NewAttachment): readonly unknown[] {
  const named = Object.entries(more).filter(([, value]) => value !== null && value !== undefined);
  return [url, mediaType, ...named.toSorted(([one], [other]) => (one < other ? -1 : 1))];
}
