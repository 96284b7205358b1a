import { type Db, type HeldUser, isDuplicate, type MarkerRaise, raiseMarkers, type Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { conversationOf, conversationOpened, type MembershipRow, showTo } from '../group/index.ts';
import {
  appendSearching,
  type Effect,
  type EffectKind,
  effect,
  type Inside,
  newestByOther,
  type Placed,
  type Relock,
  type Verdict,
} from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import { type MessageAlong, senderAtCommit } from './along.ts';
import { messageAt, sentUnder } from './facts.ts';
import type { Message, MessageRef } from './message.ts';
import type { MessageParts } from './parts.ts';
import { requireClientMessageId, requireText } from './shape.ts';
import { messageOf } from './store.ts';
import { requireWriting, type Writing } from './writing.ts';

/** What is sent. */
export interface NewText {
  readonly conversationId: bigint;
  readonly clientMessageId: string;
  readonly text: string;
  readonly replyTo?: MessageRef | undefined;
}

// The first duplicate of a key is another send that has committed meanwhile: the second look finds it. A third would be a defect.
const looks = 3;

/**
 * Stores a message, or finds what this sender stored under the clientMessageId, wherever that was: equal requests give the first message as
 * it stands, even if its sender may no longer post; another request is CONFLICT. Throws INVALID_INPUT (text, clientMessageId), NOT_FOUND
 * (conversationId, replyToId), CONFLICT (clientMessageId), UNAVAILABLE.
 */
export async function send(parts: MessageParts, viewer: Viewer, request: NewText): Promise<Message> {
  requireText(request.text, parts.config.maxMessageLength);
  requireClientMessageId(request.clientMessageId);
  for (let look = 1; ; look += 1) {
    try {
      return await tryToSend(parts, viewer, request);
    } catch (error) {
      // The same key in two conversations at once: they share no lock, but they share the unique key.
      if (!isDuplicate(error) || look === looks) throw error;
    }
  }
}

function tryToSend({ db, log, fingerprints }: MessageParts, viewer: Viewer, request: NewText): Promise<Message> {
  const { conversationId, clientMessageId, text } = request;
  const print = { conversationId, text, replyTo: request.replyTo };
  return appendSearching<Message>(log, {
    lock: [conversationId],
    keys: [sentUnder.key({ senderId: viewer.userId, clientMessageId })],
    async decide(inside, holds) {
      // Read together, in one round trip; who repeats a request may have lost the right to make it.
      const [known, writing, sender] = await Promise.all([
        inside.read(sentUnder, { senderId: viewer.userId, clientMessageId }),
        requireWriting(inside, viewer, conversationId).catch((refusal: unknown) => ({ refusal })),
        inside.read(senderAtCommit(db), viewer.userId),
      ]);
      if (known !== null) {
        if (!fingerprints.matches(known.fingerprint, print)) throw usedBefore();
        return { result: () => messageOf(known) };
      }
      if ('refusal' in writing) throw writing.refusal;
      return store(inside, writing, { ...request, fingerprint: fingerprints.of(print), holds, db, sender });
    },
  });
}

function usedBefore(): ChatError {
  return new ChatError('CONFLICT', 'This clientMessageId was used for another message. Choose another.', { field: ['clientMessageId'] });
}

// What a message without further ado is not.
const plain = { threadRootSeq: null, mentionIds: [], mentionsEveryone: false, origin: null } as const;

interface Draft extends NewText {
  readonly fingerprint: Uint8Array<ArrayBuffer>;
  readonly holds: (streamId: bigint) => boolean;
  readonly db: Db;
  readonly sender: HeldUser | null;
}

async function store(inside: Inside, { access, row, unaware }: Writing, draft: Draft): Promise<Verdict<Message> | Relock> {
  const { conversationId, clientMessageId, text, replyTo, fingerprint, holds, db, sender } = draft;
  // With its first message a direct conversation appears on the other side, whose account is then written too.
  if (unaware !== null && !holds(unaware.userId)) return { relock: [conversationId, unaware.userId] };
  const replyToSeq = await requireQuoted(inside, access, replyTo);
  const { userId } = access;
  const opening = unaware === null ? [] : [conversationOpened(unaware.userId, userId, { conversationId, seq: unaware.fromSeq - 1 })];
  return {
    entries: () => [
      ...opening,
      { stream: conversationId, actorId: userId, entry: { type: 'MessageSent', clientMessageId, fingerprint, text, replyToSeq, ...plain } },
    ],
    effects: (placed) => ownMarkers(db, access, placed),
    ...(unaware !== null && { write: (tx: Tx) => showTo(tx, conversationId, unaware.userId) }),
    along(entry, headThen): MessageAlong | undefined {
      if (entry.type !== 'MessageSent' || sender === null) return undefined;
      return { sender, conversation: row === null ? undefined : conversationOf(row, headThen) };
    },
    result: (placed) => sentIn(placed, userId),
  };
}

async function requireQuoted(
  inside: Inside,
  { conversationId, fromSeq }: MembershipRow,
  replyTo: MessageRef | undefined,
): Promise<number | null> {
  if (replyTo === undefined) return null;
  const here = replyTo.conversationId === conversationId && replyTo.seq >= fromSeq;
  if (here && (await inside.read(messageAt, replyTo)) !== null) return replyTo.seq;
  throw new ChatError('NOT_FOUND', 'There is no such message in this conversation for you.', { field: ['replyToId'] });
}

function sentIn({ entries }: Placed, senderId: bigint): Message {
  const entry = entries.at(-1);
  if (entry?.type !== 'MessageSent') throw new Error('the act sent no message');
  const { streamId: conversationId, seq, at: sentAt, data } = entry;
  return { ...data, conversationId, seq, senderId, sentAt };
}

/** A sender has what they send: a marker of theirs before which nothing by others is left goes on to it. */
function ownMarkers(db: Db, { conversationId, userId, deliveredSeq, readSeq }: MembershipRow, placed: Placed): readonly Effect[] {
  const { seq } = sentIn(placed, userId);
  const newest = newestByOther(placed.head(conversationId), userId);
  if (deliveredSeq < newest) return [];
  const markers: EffectKind<MarkerRaise> = { name: 'markers', write: (tx, raises) => raiseMarkers(db, tx, raises) };
  return [effect(markers, { conversationId, userId, deliveredSeq: seq, readSeq: readSeq < newest ? readSeq : seq })];
}
