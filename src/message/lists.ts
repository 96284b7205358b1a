import { type Db, selectPages, sql } from '../db/index.ts';
import { filledPage } from '../filled-page.ts';
import type { Membership } from '../group/index.ts';
import { together } from '../together.ts';
import { createAttachedList } from './attached-list.ts';
import { createMentionList } from './mention-list.ts';
import type { ForwardRequest, Message, MessageRef, Part } from './message.ts';
import type { Messages } from './messages.ts';
import { type HiddenKey, maxSeq, readHidden, readMessages, refKey } from './store.ts';
import { firstSeen } from './target.ts';

// As many lists as a page of conversations or messages has.
const listsAtOnce = 100;
const messagesAtOnce = 500;

/** A page of a thread as one member sees it: replies after a seq, up to another one, ascending. */
interface ReplyRange {
  readonly conversationId: bigint;
  readonly readerId: bigint;
  readonly rootSeq: number;
  readonly after: number;
  readonly upTo: number;
  readonly limit: number;
}

/** Makes the lists of messages in a conversation or a thread. Requests of one turn of the event loop are read together. */
export function createLists(db: Db): Pick<Messages, 'replies' | 'pins' | 'attached' | 'mentioning'> {
  const messageAt = together((refs: readonly MessageRef[]) => readMessages(db.client, refs), { atOnce: messagesAtOnce, name: refKey });
  const isHidden = together((keys: readonly HiddenKey[]) => readHidden(db.client, keys), {
    atOnce: messagesAtOnce,
    name: ({ userId, ...ref }) => `${refKey(ref)}:${userId}`,
  });
  const repliesIn = together((ranges: readonly ReplyRange[]) => readReplyRanges(db, ranges), {
    atOnce: listsAtOnce,
    name: ({ conversationId, readerId, rootSeq, after, upTo, limit }) => [conversationId, readerId, rootSeq, after, upTo, limit].join(),
  });
  const pinsIn = together((conversationIds: readonly bigint[]) => readPins(db, conversationIds), { atOnce: listsAtOnce, name: (id) => id });

  /** Returns the messages among these that a member sees, in the same order. */
  async function seenBy(access: Membership, refs: readonly MessageRef[]): Promise<readonly Message[]> {
    const { userId } = access;
    const within = refs.filter(({ seq }) => seq >= firstSeen(access));
    const found = await Promise.all(within.map((ref) => Promise.all([messageAt(ref), isHidden({ ...ref, userId })])));
    return found.flatMap(([message, hidden]) => (message === null || hidden ? [] : [message]));
  }

  async function readReplies(
    access: Membership,
    { conversationId, seq: rootSeq }: MessageRef,
    { first, after: given = 0, upTo = maxSeq }: ForwardRequest,
  ) {
    const after = Math.max(given, firstSeen(access) - 1);
    const refs = await repliesIn({ conversationId, readerId: access.userId, rootSeq, after, upTo, limit: first + 1 });
    const page = refs.slice(0, first);
    // A reply that is trimmed between the two reads is left out.
    const items = (await Promise.all(page.map((ref) => messageAt(ref)))).filter((message) => message !== null);
    return { items, hasNextPage: refs.length > first, end: page.at(-1)?.seq };
  }

  return {
    replies: (access, root, request) => filledPage(request, (page) => readReplies(access, root, page)),
    attached: createAttachedList(db, messageAt),
    mentioning: createMentionList(db, messageAt),
    // Reads all pins: config MAX_PINS keeps them few. If `after` is no longer pinned, the page starts at the first pin.
    async pins(access, { first, after, upTo = maxSeq }) {
      const { conversationId } = access;
      const seqs = (await pinsIn(conversationId)).map(({ messageSeq }) => messageSeq).filter((seq) => seq <= upTo);
      const rest = seqs.slice(after === undefined ? 0 : seqs.indexOf(after) + 1);
      return part(
        await seenBy(
          access,
          rest.map((seq) => ({ conversationId, seq })),
        ),
        first,
      );
    },
  };
}

function part<T>(found: readonly T[], first: number): Part<T> {
  return { items: found.slice(0, first), hasNextPage: found.length > first };
}

async function readReplyRanges(db: Db, ranges: readonly ReplyRange[]): Promise<readonly (readonly MessageRef[])[]> {
  const rests = ranges.map(
    ({ conversationId, readerId, rootSeq, after, upTo, limit }) =>
      // A scalar subquery, for the reason given in store.ts: it is evaluated once for each row that is read.
      sql`conversationId = ${conversationId} AND rootSeq = ${rootSeq} AND seq > ${after} AND seq <= ${upTo} AND (SELECT 1 FROM HiddenMessage h
        WHERE h.userId = ${readerId} AND h.conversationId = ${conversationId} AND h.seq = Reply.seq LIMIT 1) IS NULL
        ORDER BY seq LIMIT ${limit}`,
  );
  const found = await selectPages(db, db.client, { model: 'Reply', rests });
  return found.map((rows) => rows.toSorted((one, other) => one.seq - other.seq));
}

/** Returns the pins of each conversation, newest first. */
async function readPins(db: Db, conversationIds: readonly bigint[]): Promise<readonly (readonly { readonly messageSeq: number }[])[]> {
  const found = await selectPages(db, db.client, { model: 'Pin', rests: conversationIds.map((id) => sql`conversationId = ${id}`) });
  return found.map((rows) => rows.toSorted((one, other) => other.seq - one.seq));
}
