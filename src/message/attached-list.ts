import { type AttachedRow, type Db, selectPages, sql } from '../db/index.ts';
import type { Membership } from '../group/index.ts';
import { together } from '../together.ts';
import { type AttachmentKind, kindNumber, kindOf } from './attached.ts';
import type { Attachment } from './attachment.ts';
import type { Message, MessageRef, Part } from './message.ts';
import { firstSeen } from './target.ts';

// All kinds of all conversations of a page. Each is a SELECT of one UNION, and SQLite takes at most 500 of them.
const rangesAtOnce = 400;

/** An attachment, and the message that has it. */
export interface Attached {
  readonly message: Message;
  readonly attachment: Attachment;
  /** The number of the attachment within its message, from 1. */
  readonly place: number;
}

/** A page of the attachments of a conversation. */
export interface AttachedRequest {
  /** At least one, without duplicates. */
  readonly kinds: readonly AttachmentKind[];
  readonly first: number;
  /** The last item of the previous page; absent: start at the newest. */
  readonly after?: { readonly seq: number; readonly place: number } | undefined;
  /** The conversation's lastSeq, read before the access, as in HistoryRequest. */
  readonly upTo: number;
}

interface Range {
  readonly conversationId: bigint;
  readonly readerId: bigint;
  readonly kind: number;
  /** The first and the last seq to read, both inclusive. */
  readonly from: number;
  readonly to: number;
  readonly limit: number;
}

/** Makes the list of a conversation's attachments. Requests of one turn of the event loop are read together. */
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
    // Almost always one iteration. More are needed only if rows name messages that no longer have such an attachment, which a node of an
    // earlier release may leave behind: these are skipped.
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

/** Reads the rows in each range, without messages that the reader has hidden. In no particular order. */
function readRanges(db: Db, ranges: readonly Range[]): Promise<readonly (readonly AttachedRow[])[]> {
  const rests = ranges.map(
    ({ conversationId, readerId, kind, from, to, limit }) =>
      // A scalar subquery, for the reason given in store.ts: it is evaluated once for each row that is read.
      sql`conversationId = ${conversationId} AND kind = ${kind} AND seq >= ${from} AND seq <= ${to} AND (SELECT 1 FROM HiddenMessage h
        WHERE h.userId = ${readerId} AND h.conversationId = ${conversationId} AND h.seq = AttachedMessage.seq LIMIT 1) IS NULL
        ORDER BY seq DESC LIMIT ${limit}`,
  );
  return selectPages(db, db.client, { model: 'AttachedMessage', rests });
}
