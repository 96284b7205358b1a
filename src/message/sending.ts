import type { Db, HeldUser, MarkerRaise, Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { type ConversationRow, conversationOf, conversationOpened, type MembershipRow, showTo } from '../group/index.ts';
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
import { keepAlong, type MessageAlong } from './along.ts';
import { newAttached } from './attached.ts';
import { messageAt } from './facts.ts';
import { judgeMentions, type Mentions, newMentions, nobody, type Wanted } from './mention.ts';
import type { Message, MessageRef } from './message.ts';
import { closingsOf } from './poll.ts';
import { newReplies, type Thread, threadOf } from './thread.ts';
import { messageOfEntry } from './timeline.ts';
import { type AdmittedWords, inWords } from './words.ts';
import type { Writing } from './writing.ts';

/** What a message refers to. */
export interface Refers extends Partial<Wanted> {
  readonly replyTo?: MessageRef | undefined;
  readonly threadRoot?: MessageRef | undefined;
}

/** What a message says, and whose words they were first where it is sent on. */
export interface Content extends AdmittedWords {
  readonly origin: EntryData<'MessageSent'>['origin'];
}

/** A message that is not known yet, from somebody who may write there. */
export interface Sending {
  readonly clientMessageId: string;
  readonly fingerprint: Uint8Array<ArrayBuffer>;
  /** May refuse. */
  readonly content: (inside: Inside) => Promise<Content>;
  readonly refers: Refers;
  readonly db: Db;
  /** As they are when it commits. */
  readonly sender: HeldUser | null;
  /** The conversation's, of either kind. */
  readonly row: ConversationRow | null;
}

/** Decides on a message and all that comes with it. Throws what its content does, and NOT_FOUND, INVALID_INPUT and FORBIDDEN for what it refers to. */
export async function store(inside: Inside, writing: Writing, sending: Sending): Promise<Verdict<Message>> {
  const { access, row, unaware } = writing;
  const { clientMessageId, fingerprint, refers, db, sender } = sending;
  const { conversationId, userId } = access;
  const [{ said, text, attachments, data, poll, origin }, { replyToSeq, thread, mentions }] = await Promise.all([
    sending.content(inside),
    requireReferred(inside, writing, refers),
  ]);
  const threadRootSeq = thread?.rootSeq ?? null;
  const opening = unaware === null ? [] : [conversationOpened(unaware.userId, userId, { conversationId, seq: unaware.fromSeq - 1 })];
  // What the answer shows besides the message is known by the time that it is told of.
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
        ...flagEffects({ target: { kind: 'MESSAGE', conversationId, seq, userId }, said, whole: () => inWords(message), at: placed.at }),
      ];
    },
    ...(unaware !== null && { write: (tx: Tx) => showTo(tx, conversationId, unaware.userId) }),
    along(entry, head): MessageAlong | undefined {
      if (entry.type !== 'MessageSent' || sender === null) return undefined;
      const { suspendedUntil: _, ...known } = sender;
      stored = { sender: known, conversation: sending.row === null ? undefined : conversationOf(sending.row, head) };
      // Of two who talk, hardly anybody else listens.
      return row === null ? { sender: known } : stored;
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

/** Throws NOT_FOUND (replyToId, threadRootId, mentionIds.N), INVALID_INPUT (mentionIds) and FORBIDDEN (mentionsEveryone). */
export async function requireReferred(inside: Inside, writing: Writing, refers: Refers): Promise<Referred> {
  const [replyToSeq, thread, mentions] = await Promise.all([
    requireQuoted(inside, writing.access, refers.replyTo),
    threadOf(inside, writing.access, refers.threadRoot),
    mentionsIn(inside, writing, refers),
  ]);
  return { replyToSeq, thread, mentions };
}

async function mentionsIn(inside: Inside, writing: Writing, { mentionIds, mentionsEveryone }: Refers) {
  if ((mentionIds ?? []).length === 0 && mentionsEveryone !== true) return nobody;
  return judgeMentions(inside, writing, { wanted: { mentionIds, mentionsEveryone } });
}

/** The message that one is to answer, as it is stored; null: none is named. Throws NOT_FOUND (replyToId). */
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

/** A sender has what they send: a marker of theirs before which nothing by others is left goes on to it. Where it stands is looked at when it is written: others raise it too. */
function ownMarker({ conversationId, userId }: MembershipRow, placed: Placed): MarkerRaise {
  const { seq } = sentIn(placed);
  return { conversationId, userId, deliveredSeq: seq, readSeq: seq, onlyFrom: newestByOther(placed.head(conversationId), userId) };
}
