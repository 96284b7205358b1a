import { requireFitting } from '../data.ts';
import type { Inside, NewPoll } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import { requireAllowed } from './attachment.ts';
import type { Mentions } from './mention.ts';
import type { MessageParts } from './parts.ts';
import { requirePollShape, requireTimely } from './poll-shape.ts';
import { postingAt } from './posting.ts';
import { type NewText, requireShape } from './send.ts';
import { requireReferred } from './sending.ts';
import { requireClientMessageId } from './shape.ts';
import type { Enclosed } from './words.ts';
import { requireAdmitted } from './writing.ts';

/** What a message that is to be said later is to have besides its text, as it would be stored. */
interface Content extends Enclosed {
  readonly poll: NewPoll | null;
}

/** What is to be said later, and what its request is known by. */
export interface Later extends Content {
  readonly fingerprint: Uint8Array<ArrayBuffer>;
  /** Whether a stored fingerprint is this request's. */
  isSame(fingerprint: Uint8Array): boolean;
}

/** Looks at a message that is to be said later as `send` does before it asks the database. Throws INVALID_INPUT as it does. */
export function readLater({ config, fingerprints }: Pick<MessageParts, 'config' | 'fingerprints'>, request: NewText): Later {
  requireClientMessageId(request.clientMessageId);
  const poll = requirePollShape(request.poll);
  return {
    ...requireShape(config, request, poll),
    poll,
    fingerprint: fingerprints.of(request),
    isSame: (fingerprint) => fingerprints.matches(fingerprint, request),
  };
}

/** What a message that is to be said later refers to, as it is stored. */
export interface Refs extends Mentions {
  readonly replyToSeq: number | null;
  readonly threadRootSeq: number | null;
}

/** What is to be said when. */
export interface Sayable extends Omit<NewText, keyof Content>, Content {
  readonly sendAt: Date;
}

/**
 * That `send` would take a message now, but for slow mode, lists of blocked words and whoever is asked before something is said: these are asked when it is. Holds the sender's row, as `send` does:
 * all other locks come before. The conversation's stream is to be locked. Throws as `send` does, and INVALID_INPUT (poll.closesAt) of a poll that would be over by then.
 */
export async function requireSayable(
  { db, config }: Pick<MessageParts, 'db' | 'config'>,
  inside: Inside,
  viewer: Viewer,
  { attachments, data, poll, sendAt, ...request }: Sayable,
): Promise<Refs> {
  const { conversationId, clientMessageId } = request;
  requireAllowed(attachments, config);
  requireFitting(data, config);
  requireTimely(poll, inside.now, sendAt);
  const rows = await inside.read(postingAt(db), { conversationId, senderId: viewer.userId, clientMessageId });
  const writing = await requireAdmitted(inside, { db }, viewer, { conversationId, rows });
  const { replyToSeq, thread, mentions } = await requireReferred(inside, writing, request);
  return { replyToSeq, threadRootSeq: thread?.rootSeq ?? null, ...mentions };
}
