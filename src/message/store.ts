import { byKey, type Db, inPieces, join, selectPages, selectRows, sql, type Tx } from '../db/index.ts';
import { type MessageRow, messageData } from '../log/index.ts';
import type { Message, MessageRef } from './message.ts';

/** A message's name as a key. */
export function refKey({ conversationId, seq }: MessageRef): string {
  return `${conversationId}:${seq}`;
}

/** A row as those who see it may know it. */
export function messageOf(row: MessageRow): Message {
  const { conversationId, seq, senderId, sentAt } = row;
  return { ...messageData(row), conversationId, seq, senderId, sentAt };
}

/** Messages in the order asked for; null where there is none. */
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

/** The messages around one, it among them, oldest first: up to `each` before and after it, within `from` and `until` (exclusive). */
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

/** A stretch of a conversation, and from which end how much of it is read. */
export interface Range {
  readonly conversationId: bigint;
  readonly readerId: bigint;
  /** The first seq that the reader sees. */
  readonly firstSeq: number;
  /** First and last seq that may be read. */
  readonly from: number;
  readonly to: number;
  readonly newestFirst: boolean;
  readonly limit: number;
}

/** Messages of stretches, each in the order it asks for, but those that its reader has hidden. */
export async function readMessageRanges(db: Db, ranges: readonly Range[]): Promise<readonly (readonly Message[])[]> {
  const found = await selectPages(db, db.client, { model: 'Message', rests: ranges.map(messagesWithin) });
  return found.map((rows, place) => inOrder(rows.map(messageOf), ranges[place]));
}

function messagesWithin({ conversationId, readerId, from, to, newestFirst, limit }: Range) {
  // A scalar subquery is asked for each row that is read; of NOT EXISTS MariaDB makes a table of all that the reader has hidden there.
  return sql`conversationId = ${conversationId} AND seq >= ${from} AND seq <= ${to} AND (SELECT 1 FROM HiddenMessage h
    WHERE h.userId = ${readerId} AND h.conversationId = ${conversationId} AND h.seq = Message.seq LIMIT 1) IS NULL
    ORDER BY seq ${newestFirst ? sql`DESC` : sql`ASC`} LIMIT ${limit}`;
}

/** What was found in a range, in the order that it asks for. */
export function inOrder<T extends { readonly seq: number }>(
  found: readonly T[],
  range: Pick<Range, 'newestFirst'> | undefined,
): readonly T[] {
  return range?.newestFirst ? found.toSorted((one, other) => other.seq - one.seq) : found.toSorted((one, other) => one.seq - other.seq);
}

/** Whether each user has hidden a message for themselves, in the order asked for. */
export async function readHidden(tx: Tx, keys: readonly HiddenKey[]): Promise<readonly boolean[]> {
  const rows = await inPieces(keys, (piece) => selectRows(tx, 'HiddenMessage', hiddenAmong(piece)));
  const found = new Set(rows.map((row) => `${row.userId}:${refKey(row)}`));
  return keys.map((key) => found.has(`${key.userId}:${refKey(key)}`));
}

/** Names what a user may have hidden for themselves. */
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
