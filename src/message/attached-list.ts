import { type AttachedRow, type Db, selectPages, sql } from '../db/index.ts';
import type { Membership } from '../group/index.ts';
import { together } from '../together.ts';
import { type AttachmentKind, kindNumber, kindOf } from './attached.ts';
import type { Attachment } from './attachment.ts';
import type { Message, MessageRef, Part } from './message.ts';
import { firstSeen } from './target.ts';

// As many kinds of as many conversations as a page has; one SELECT of a UNION each, of which SQLite takes 500.
const rangesAtOnce = 400;

/** A file, and the message that brought it. */
export interface Attached {
  readonly message: Message;
  readonly attachment: Attachment;
  /** Which of the message's it is, from 1 on. */
  readonly place: number;
}

/** Part of what is attached in a conversation. */
export interface AttachedRequest {
  /** Each once; at least one. */
  readonly kinds: readonly AttachmentKind[];
  readonly first: number;
  /** Where the part before ended; absent: from the newest on. */
  readonly after?: { readonly seq: number; readonly place: number } | undefined;
  /** The conversation's lastSeq as it stood before the access was read, as of HistoryRequest. */
  readonly upTo: number;
}

interface Range {
  readonly conversationId: bigint;
  readonly readerId: bigint;
  readonly kind: number;
  /** First and last seq that may be read. */
  readonly from: number;
  readonly to: number;
  readonly limit: number;
}

/** Makes the list of what is attached. What is asked for in one turn of the event loop is read together. */
export function createAttachedList(
  db: Db,
  messageAt: (ref: MessageRef) => Promise<Message | null>,
): (access: Membership, request: AttachedRequest) => Promise<Part<Attached>> {
  const rowsIn = together((ranges: readonly Range[]) => readRanges(db, ranges), {
    atOnce: rangesAtOnce,
    name: ({ conversationId, readerId, kind, from, to, limit }) => [conversationId, readerId, kind, from, to, limit].join(),
  });

  return async (access, { kinds, first, after, upTo }) => {
    const { conversationId, userId: readerId } = access;
    const [from, limit] = [firstSeen(access), first + 1];
    const found: Attached[] = [];
    // Nearly always once: what is entered of a message and not attached to it any more, as a node of an earlier release may leave it, is stepped over.
    for (let to = Math.min(upTo, after?.seq ?? upTo); from <= to && found.length < limit; ) {
      const range = { conversationId, readerId, from, to, limit };
      const rows = await Promise.all(kinds.map((kind) => rowsIn({ ...range, kind: kindNumber(kind) })));
      const seqs = [...new Set(rows.flat().map(({ seq }) => seq))].toSorted((one, other) => other - one).slice(0, limit);
      const messages = await Promise.all(seqs.map((seq) => messageAt({ conversationId, seq })));
      found.push(...messages.flatMap((message) => (message === null ? [] : attachedTo(message))).filter(isWanted));
      if (seqs.length < limit) break;
      to = (seqs.at(-1) ?? from) - 1;
    }
    return { items: found.slice(0, first), hasNextPage: found.length > first };

    function isWanted({ message: { seq }, attachment, place }: Attached): boolean {
      return kinds.includes(kindOf(attachment)) && (seq !== after?.seq || place > after.place);
    }
  };
}

function attachedTo(message: Message): readonly Attached[] {
  return message.attachments.map((attachment, at) => ({ message, attachment, place: at + 1 }));
}

/** What is entered in each range, but of messages that its reader has hidden; in no order. */
function readRanges(db: Db, ranges: readonly Range[]): Promise<readonly (readonly AttachedRow[])[]> {
  const rests = ranges.map(
    ({ conversationId, readerId, kind, from, to, limit }) =>
      // As of messages (store.ts): a scalar subquery is asked for each row that is read.
      sql`conversationId = ${conversationId} AND kind = ${kind} AND seq >= ${from} AND seq <= ${to} AND (SELECT 1 FROM HiddenMessage h
        WHERE h.userId = ${readerId} AND h.conversationId = ${conversationId} AND h.seq = AttachedMessage.seq LIMIT 1) IS NULL
        ORDER BY seq DESC LIMIT ${limit}`,
  );
  return selectPages(db, db.client, { model: 'AttachedMessage', rests });
}
