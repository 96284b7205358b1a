import type { Db, HeldUser, MarkerRaise, Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import {
  type ConversationRow,
  conversationOf,
  conversationOpened,
  type MembershipRef,
  type MembershipRow,
  showTo,
} from '../group/index.ts';
import {
  type Effect,
  type EntryData,
  effect,
  type Inside,
  type NewMessage,
  newestByOther,
  type Placed,
  type Verdict,
} from '../log/index.ts';
import { flagEffects } from '../words/index.ts';
import { keepAlong, type MessageAlong, tellAlong } from './along.ts';
import { newAttached } from './attached.ts';
import { type AllowedContent, asPlainText } from './content.ts';
import type { SenderAccess } from './conversation-access.ts';
import { messageAt } from './facts.ts';
import { judgeMentions, type Mentions, newMentions, nobody, type Wanted } from './mention.ts';
import type { Message, MessageRef } from './message.ts';
import { closingsOf } from './poll.ts';
import { newReplies, type Thread, threadOf } from './thread.ts';
import { messageOfEntry } from './timeline.ts';

/** What a message refers to, as a client gives it. */
export interface Refers extends Partial<Wanted> {
  readonly replyTo?: MessageRef | undefined;
  readonly threadRoot?: MessageRef | undefined;
}

/** The content of a message, and the original sender if it is forwarded. */
export interface Content extends AllowedContent {
  readonly origin: EntryData<'MessageSent'>['origin'];
}

/** A new message of a sender who may post there. */
export interface Sending {
  readonly clientMessageId: string;
  readonly fingerprint: Uint8Array<ArrayBuffer>;
  /** May refuse by throwing. */
  readonly content: (inside: Inside) => Promise<Content>;
  readonly refers: Refers;
  readonly db: Db;
  /** The sender as of the commit. */
  readonly sender: HeldUser | null;
  /** The conversation's row, direct or group. */
  readonly row: ConversationRow | null;
}

/**
 * Decides on a message and everything that is written with it. Throws what `content` throws, and NOT_FOUND, INVALID_INPUT and FORBIDDEN for
 * what the message refers to.
 */
export async function store(inside: Inside, writing: SenderAccess, sending: Sending): Promise<Verdict<Message>> {
  const { access, row, unaware } = writing;
  const { clientMessageId, fingerprint, refers, db, sender } = sending;
  const { conversationId, userId } = access;
  const { said, text, attachments, data, poll, origin } = await sending.content(inside);
  const { replyToSeq, thread, mentions } = await requireReferred(inside, writing, refers);
  const threadRootSeq = thread?.rootSeq ?? null;
  const opening = unaware === null ? [] : [conversationOpened(unaware.userId, userId, { conversationId, seq: unaware.fromSeq - 1 })];
  // Set by `along`, which is called before `result`.
  let stored: MessageAlong | undefined;
  const { mentionIds, mentionsEveryone } = mentions;
  const message: NewMessage = {
    type: 'MessageSent',
    clientMessageId,
    fingerprint,
    text,
    attachments,
    data,
    poll,
    replyToSeq,
    threadRootSeq,
    mentionIds,
    mentionsEveryone,
    origin,
  };
  return {
    entries: () => [...opening, { stream: conversationId, actorId: userId, entry: message }],
    markers: (placed) => [ownMarker(access, placed)],
    effects(placed): readonly Effect[] {
      const { seq } = sentIn(placed);
      const sent = { conversationId, seq, senderId: userId };
      return [
        ...(thread === null ? [] : [effect(newReplies(db), { ...thread, ...sent })]),
        ...(mentions === nobody ? [] : [effect(newMentions, { ...mentions, ...sent })]),
        ...(attachments.length === 0 ? [] : [effect(newAttached, { ...sent, attachments })]),
        ...closingsOf({ conversationId, seq, poll }),
        ...flagEffects({
          target: { kind: 'MESSAGE', conversationId, seq, userId },
          said,
          whole: () => asPlainText(message),
          at: placed.at,
        }),
      ];
    },
    ...(unaware !== null && { write: (tx: Tx) => showTo(tx, conversationId, unaware.userId) }),
    along(entry, head) {
      if (entry.type !== 'MessageSent' || sender === null) return undefined;
      const { suspendedUntil: _, ...known } = sender;
      stored = { sender: known, conversation: sending.row === null ? undefined : conversationOf(sending.row, head) };
      // A direct conversation has hardly any listeners besides the two users.
      return tellAlong(row === null ? { sender: known } : stored);
    },
    result(placed) {
      const sent = sentIn(placed);
      if (stored !== undefined) keepAlong(sent, stored);
      return sent;
    },
  };
}

/** What a message refers to, as it is stored. */
export interface Referred {
  readonly replyToSeq: number | null;
  readonly thread: Thread | null;
  readonly mentions: Mentions;
}

const nothing: Referred = { replyToSeq: null, thread: null, mentions: nobody };

/**
 * Resolves what a message refers to. Throws NOT_FOUND (replyToId, threadRootId, mentionIds.N), INVALID_INPUT (mentionIds), FORBIDDEN
 * (mentionsEveryone).
 */
export async function requireReferred(inside: Inside, writing: SenderAccess, refers: Refers): Promise<Referred> {
  const { replyTo, threadRoot, mentionIds = [], mentionsEveryone = false } = refers;
  // Most messages refer to nothing.
  if (replyTo === undefined && threadRoot === undefined && mentionIds.length === 0 && !mentionsEveryone) return nothing;
  const [replyToSeq, thread, mentions] = await Promise.all([
    requireQuoted(inside, writing.access, replyTo),
    threadOf(inside, writing.access, threadRoot),
    mentionIds.length === 0 && !mentionsEveryone ? nobody : judgeMentions(inside, writing, { wanted: { mentionIds, mentionsEveryone } }),
  ]);
  return { replyToSeq, thread, mentions };
}

/** Returns the seq of the message that is quoted; null if none is named. Throws NOT_FOUND (replyToId). */
export async function requireQuoted(
  inside: Inside,
  { conversationId, fromSeq }: Pick<MembershipRow, 'conversationId' | 'fromSeq'>,
  replyTo: MessageRef | undefined,
): Promise<number | null> {
  if (replyTo === undefined) return null;
  const here = replyTo.conversationId === conversationId && replyTo.seq >= fromSeq;
  if (here && (await inside.read(messageAt, replyTo)) !== null) return replyTo.seq;
  throw new ChatError('NOT_FOUND', 'Message not found in this conversation.', { field: ['replyToId'] });
}

function sentIn({ entries }: Placed): Message {
  const entry = entries.at(-1);
  if (entry?.type !== 'MessageSent') throw new Error('the act sent no message');
  return messageOfEntry(entry);
}

/**
 * Returns the move of the sender's own markers. A marker that has passed all messages from others moves on to the new message. Where the
 * marker stands is compared when it is written (`onlyFrom`), because other transactions raise it too.
 */
function ownMarker({ conversationId, userId }: MembershipRef, placed: Placed): MarkerRaise {
  const { seq } = sentIn(placed);
  return { conversationId, userId, deliveredSeq: seq, readSeq: seq, onlyFrom: newestByOther(placed.head(conversationId), userId) };
}
