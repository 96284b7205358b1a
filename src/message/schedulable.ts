import { requireFitting } from '../data.ts';
import type { Inside, NewPoll } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import { requireAllowed } from './attachment.ts';
import type { Extras } from './content.ts';
import { requireMaySend } from './conversation-access.ts';
import type { Mentions } from './mention.ts';
import type { MessageParts } from './parts.ts';
import { requirePollShape, requireTimely } from './poll-shape.ts';
import { type NewText, requireShape } from './send.ts';
import { sendFacts } from './send-facts.ts';
import { requireReferred } from './sending.ts';
import { requireClientMessageId, requireLength } from './shape.ts';

/** The content of a scheduled message besides its text, as it would be stored. */
interface Content extends Extras {
  readonly poll: NewPoll | null;
}

/** The content of a scheduled message, and the fingerprint of its request. */
export interface ScheduledContent extends Content {
  readonly fingerprint: Uint8Array<ArrayBuffer>;
  /** Whether a stored fingerprint is that of this request. */
  isSame(fingerprint: Uint8Array): boolean;
}

/** Validates a message to be scheduled, as `send` does before it reads the database. Throws INVALID_INPUT as `send` does. */
export function readScheduledContent(
  { config, fingerprints }: Pick<MessageParts, 'config' | 'fingerprints'>,
  request: NewText,
): ScheduledContent {
  requireClientMessageId(request.clientMessageId);
  const poll = requirePollShape(request.poll);
  return {
    ...requireShape(config, request, poll),
    poll,
    fingerprint: fingerprints.of(request),
    isSame: (fingerprint) => fingerprints.matches(fingerprint, request),
  };
}

/** What a scheduled message refers to, as it is stored. */
export interface Refs extends Mentions {
  readonly replyToSeq: number | null;
  readonly threadRootSeq: number | null;
}

/** A message to be scheduled, and its time. */
export interface Schedulable extends Omit<NewText, keyof Content>, Content {
  readonly sendAt: Date;
}

/**
 * Throws unless `send` would accept the message now. Slow mode, blocked words and the approval are left out: they are checked when the
 * message is sent.
 *
 * Locks the sender's row, as `send` does, so all other locks must be taken before. The caller must hold the lock on the conversation's
 * stream. Throws what `send` throws, and INVALID_INPUT (poll.closesAt) for a poll that would close before it is sent.
 */
export async function requireSendable(
  { db, config }: Pick<MessageParts, 'db' | 'config'>,
  inside: Inside,
  viewer: Viewer,
  { attachments, data, poll, sendAt, ...request }: Schedulable,
): Promise<Refs> {
  const { conversationId, clientMessageId } = request;
  requireLength(request.text, config.maxMessageLength);
  requireAllowed(attachments, config);
  requireFitting(data, config);
  requireTimely(poll, inside.now, sendAt);
  const rows = await inside.read(sendFacts(db), { conversationId, senderId: viewer.userId, clientMessageId });
  const writing = await requireMaySend(inside, { db }, viewer, { conversationId, rows });
  const { replyToSeq, thread, mentions } = await requireReferred(inside, writing, request);
  return { replyToSeq, threadRootSeq: thread?.rootSeq ?? null, ...mentions };
}
