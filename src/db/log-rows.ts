import { compareIds } from '../compare-ids.ts';
import { inBatches } from './batches.ts';
import type { Db, Tx } from './db.ts';
import type { Prisma } from './generated/mysql/client.ts';
import type { Kind } from './kind.ts';
import { atOnce } from './pieces.ts';
import { joinRaises, type MarkerRaise, raised, raiseKinds, raiseMarkers } from './raise-markers.ts';
import { insertRows, rowTable } from './row-table.ts';
import { columns, kindsOf } from './select.ts';
import { sql } from './sql.ts';

type Dialect = Pick<Db, 'dialect'>;

/** A new message's row. Columns that it does not name have their defaults. */
export interface MessageInsert {
  readonly conversationId: bigint;
  readonly seq: number;
  readonly ordinal: number;
  readonly senderId: bigint;
  readonly clientMessageId: string;
  readonly fingerprint: Uint8Array<ArrayBuffer>;
  readonly text: string;
  readonly replyToSeq: number | null;
  readonly threadRootSeq: number | null;
  readonly mentionsEveryone: boolean;
  readonly mentionIds: string | null;
  readonly originId: bigint | null;
  readonly originName: string | null;
  readonly attachments: string | null;
  readonly data: string | null;
  readonly poll: string | null;
  readonly sentAt: Date;
}

/** A new entry's row. */
export interface EntryInsert {
  readonly streamId: bigint;
  readonly seq: number;
  readonly type: string;
  readonly version: number;
  readonly actorId: bigint | null;
  readonly data: string;
  readonly timeline: boolean;
  readonly at: Date;
}

/** The new values of a stream's row. */
export interface HeadMove {
  readonly id: bigint;
  readonly lastSeq: number;
  readonly lastOrdinal: number;
  readonly lastAt: Date;
  readonly activeAt: Date;
  readonly lastSenderId: bigint | null;
  readonly lastMessageSeq: number;
  readonly otherMessageSeq: number;
  readonly changedSeq: number;
}

const plainColumns = ['conversationId', 'seq', 'ordinal', 'senderId', 'clientMessageId', 'fingerprint', 'text', 'sentAt'] as const;
const plainKinds = kindsOf('Message', plainColumns);
const messageKinds: { readonly [C in keyof MessageInsert]: Kind } = kindsOf('Message', [
  ...plainColumns,
  ...(['replyToSeq', 'threadRootSeq', 'mentionsEveryone', 'mentionIds', 'originId', 'originName', 'attachments', 'data', 'poll'] as const),
]);

/**
 * Inserts messages, many rows per statement. Prisma's createMany takes 180 to 300 µs of CPU per message and a raw statement 10 to 40 µs,
 * measured side by side on one machine.
 */
export function insertMessages(db: Dialect, tx: Tx, rows: readonly MessageInsert[]): Promise<void> {
  return inBatches(
    rows,
    ({ text, attachments, data, poll }) => text.length + (attachments?.length ?? 0) + (data?.length ?? 0) + (poll?.length ?? 0),
    // Most messages are only text, which nearly half of the columns are not needed for.
    (batch) => insertRows(db, tx, { table: 'Message', kinds: batch.every(isPlain) ? plainKinds : messageKinds, rows: batch }),
  );
}

function isPlain({ replyToSeq, threadRootSeq, mentionsEveryone, mentionIds, originId, attachments, data, poll }: MessageInsert): boolean {
  const refers = replyToSeq !== null || threadRootSeq !== null || mentionsEveryone || mentionIds !== null;
  return !refers && originId === null && attachments === null && data === null && poll === null;
}

/** Inserts entries, many rows per statement. */
export function insertEntries(db: Dialect, tx: Tx, rows: readonly EntryInsert[]): Promise<void> {
  return inBatches(
    rows,
    ({ data }) => data.length,
    (batch) => insertRows(db, tx, { table: 'Entry', kinds: columns.Entry, rows: batch }),
  );
}

const moveKinds: { readonly [C in keyof HeadMove]: Kind } = kindsOf('Stream', [
  ...(['id', 'lastSeq', 'lastOrdinal', 'lastAt', 'activeAt', 'lastSenderId', 'lastMessageSeq', 'otherMessageSeq', 'changedSeq'] as const),
]);

// With so many rows that repeat a head, one statement costs as much as two.
const fewRepeated = 16;

/**
 * Moves the heads of streams that the transaction has locked, which marks them as due for the worker. Raises markers of their members as
 * well.
 */
export async function moveHeads(db: Dialect, tx: Tx, moves: readonly HeadMove[], raises: readonly MarkerRaise[] = []): Promise<void> {
  const members = joinRaises(raises);
  // One statement for both saves a round trip, but repeats the head of a stream for each of its members. SQLite has no round trips, and no
  // statement that updates two tables.
  const together = db.dialect === 'mysql' && moves.length <= atOnce && members.length <= moves.length + fewRepeated;
  const moving = inBatches(
    moves,
    () => 0,
    (batch) => tx.$executeRaw(together && members.length > 0 ? moveAndRaise(db, batch, members) : move(db, batch)),
  );
  await Promise.all([moving, together ? undefined : raiseMarkers(db, tx, members)]);
}

// Without the index, the server would rather scan a small table, and wait for whoever holds any of its rows.
function move(db: Dialect, moves: readonly HeadMove[]): Prisma.Sql {
  const to = rowTable(db, moveKinds, moves);
  if (db.dialect === 'mysql') return sql`UPDATE ${to} STRAIGHT_JOIN Stream s FORCE INDEX (PRIMARY) ON s.id = v.id SET ${moved}`;
  return sql`UPDATE Stream SET lastSeq = v.lastSeq, lastOrdinal = v.lastOrdinal, lastAt = v.lastAt, activeAt = v.activeAt,
      lastSenderId = v.lastSenderId, lastMessageSeq = v.lastMessageSeq, otherMessageSeq = v.otherMessageSeq,
      changedSeq = v.changedSeq, jobsDue = v.lastSeq > Stream.jobSeq
    FROM ${to} WHERE Stream.id = v.id`;
}

// One row per member to raise, or one for a stream that has none: two derived tables would be joined row by row.
function moveAndRaise(db: Dialect, moves: readonly HeadMove[], members: readonly MarkerRaise[]): Prisma.Sql {
  const raises = Map.groupBy(members, ({ conversationId }) => conversationId);
  // The members' rows are taken in the same order as by raiseMarkers, which avoids deadlocks.
  const inOrder = moves.toSorted((one, other) => compareIds(one.id, other.id));
  const rows = inOrder.flatMap((head) => (raises.get(head.id) ?? [nobody]).map((raise) => ({ ...head, ...raise })));
  return sql`UPDATE ${rowTable(db, { ...moveKinds, ...raiseKinds }, rows)} STRAIGHT_JOIN Stream s FORCE INDEX (PRIMARY) ON s.id = v.id
    LEFT JOIN Membership m FORCE INDEX (PRIMARY) ON m.conversationId = v.conversationId AND m.userId = v.userId AND m.state = 'ACTIVE'
    SET ${raised}, ${moved}`;
}

const nobody = { conversationId: null, userId: null, deliveredSeq: null, readSeq: null, onlyFrom: null };

// In MySQL's dialect.
const moved = sql`s.lastSeq = v.lastSeq, s.lastOrdinal = v.lastOrdinal, s.lastAt = v.lastAt, s.activeAt = v.activeAt,
  s.lastSenderId = v.lastSenderId, s.lastMessageSeq = v.lastMessageSeq, s.otherMessageSeq = v.otherMessageSeq,
  s.changedSeq = v.changedSeq, s.jobsDue = v.lastSeq > s.jobSeq`;
