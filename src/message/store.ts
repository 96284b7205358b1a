import { byKey, type Db, inPieces, join, selectPages, selectRows, sql, type Tx } from '../db/index.ts';
import { type MessageRow, messageData } from '../log/index.ts';
import type { Message, MessageRef } from './message.ts';

/** The column's maximum. */
export const maxSeq = 2_147_483_647;

/** Returns the key of a message as text. */
export function refKey({ conversationId, seq }: MessageRef): string {
  return `${conversationId}:${seq}`;
}

/** Returns a row as those who see the message may know it. */
export function messageOf(row: MessageRow): Message {
  const { conversationId, seq, senderId, sentAt } = row;
  return { ...messageData(row), conversationId, seq, senderId, sentAt };
}

/** Returns messages in the order asked for; null if there is none. */
export async function readMessages(tx: Tx, refs: readonly MessageRef[]): Promise<readonly (Message | null)[]> {
  const rows = await inPieces(refs, (piece) => {
    const groups = [...Map.groupBy(piece, ({ conversationId }) => conversationId)];
    const either = groups.map(
      ([conversationId, own]) => sql`(conversationId = ${conversationId} AND seq IN (${join(own.map(({ seq }) => seq))}))`,
    );
    return selectRows(tx, 'Message', join(either, ' OR '), byKey);
  });
  const found = new Map(rows.map((row) => [refKey(row), messageOf(row)]));
  return refs.map((ref) => found.get(refKey(ref)) ?? null);
}

/** Returns a message with those around it, oldest first: up to `each` before and after it, with seqs in [from, until). */
export async function messagesAround(
  tx: Tx,
  { conversationId, seq }: MessageRef,
  { from, until, each }: { readonly from: number; readonly until: number; readonly each: number },
): Promise<readonly Message[]> {
  const [before, after] = await Promise.all([
    selectRows(
      tx,
      'Message',
      sql`conversationId = ${conversationId} AND seq >= ${from} AND seq <= ${seq} ORDER BY seq DESC LIMIT ${each + 1}`,
    ),
    selectRows(tx, 'Message', sql`conversationId = ${conversationId} AND seq > ${seq} AND seq < ${until} ORDER BY seq LIMIT ${each}`),
  ]);
  return [...before.toReversed(), ...after].map(messageOf);
}

/** A range of a conversation: from which end it is read, and how much of it. */
export interface Range {
  readonly conversationId: bigint;
  readonly readerId: bigint;
  /** The first seq that the reader sees. */
  readonly firstSeq: number;
  /** The first and the last seq to read, both inclusive. */
  readonly from: number;
  readonly to: number;
  readonly newestFirst: boolean;
  readonly limit: number;
}

/** Returns the messages of ranges, each in its own order, without those that its reader has hidden. */
export async function readMessageRanges(db: Db, ranges: readonly Range[]): Promise<readonly (readonly Message[])[]> {
  const found = await selectPages(db, db.client, { model: 'Message', rests: ranges.map(messagesWithin) });
  return found.map((rows, place) => inOrder(rows.map(messageOf), ranges[place]));
}

function messagesWithin({ conversationId, readerId, from, to, newestFirst, limit }: Range) {
  // A scalar subquery is evaluated once for each row that is read. For NOT EXISTS, MariaDB would materialize everything that the reader has
  // hidden there.
  return sql`conversationId = ${conversationId} AND seq >= ${from} AND seq <= ${to} AND (SELECT 1 FROM HiddenMessage h
    WHERE h.userId = ${readerId} AND h.conversationId = ${conversationId} AND h.seq = Message.seq LIMIT 1) IS NULL
    ORDER BY seq ${newestFirst ? sql`DESC` : sql`ASC`} LIMIT ${limit}`;
}

/** Returns the items found in a range, in the order of the range. */
export function inOrder<T extends { readonly seq: number }>(
  found: readonly T[],
  range: Pick<Range, 'newestFirst'> | undefined,
): readonly T[] {
  return range?.newestFirst ? found.toSorted((one, other) => other.seq - one.seq) : found.toSorted((one, other) => one.seq - other.seq);
}

/** Returns whether each user has hidden a message, in the order asked for. */
export async function readHidden(tx: Tx, keys: readonly HiddenKey[]): Promise<readonly boolean[]> {
  const rows = await inPieces(keys, (piece) => selectRows(tx, 'HiddenMessage', hiddenAmong(piece)));
  const found = new Set(rows.map((row) => `${row.userId}:${refKey(row)}`));
  return keys.map((key) => found.has(`${key.userId}:${refKey(key)}`));
}

/** The key of a row of HiddenMessage. */
export type HiddenKey = MessageRef & { readonly userId: bigint };

function hiddenAmong(keys: readonly HiddenKey[]) {
  const users = [...Map.groupBy(keys, ({ userId }) => userId)];
  const either = users.flatMap(([userId, own]) =>
    [...Map.groupBy(own, ({ conversationId }) => conversationId)].map(
      ([conversationId, refs]) =>
        sql`(userId = ${userId} AND conversationId = ${conversationId} AND seq IN (${join(refs.map(({ seq }) => seq))}))`,
    ),
  );
  return join(either, ' OR ');
}
