import type { Db, Tx } from './db.ts';
import type { Prisma } from './generated/mysql/client.ts';
import type { Kind } from './kind.ts';
import { joinRaises, type MarkerRaise, raised, raiseKinds, raiseMarkers } from './raise-markers.ts';
import { insertRows, rowTable } from './row-table.ts';
import { columns, kindsOf } from './select.ts';
import { sql } from './sql.ts';

type Dialect = Pick<Db, 'dialect'>;

/** A new message's row: what it does not name has its column's default. */
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

/** Where a stream's row is to stand. */
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

// One statement may hold so much text: MariaDB, of all servers, takes 16 MB a statement at the least (max_allowed_packet), and a code unit takes up to three bytes,
// as UTF-8 or escaped.
const textAtOnce = 1_000_000;
// SQLite takes 32,766 parameters.
const rowsAtOnce = 400;

async function inBatches<R>(
  rows: readonly R[],
  weight: (row: R) => number,
  write: (batch: readonly R[]) => Promise<unknown>,
): Promise<void> {
  let batch: R[] = [];
  let weighs = 0;
  for (const row of rows) {
    if (batch.length === rowsAtOnce || (batch.length > 0 && weighs + weight(row) > textAtOnce)) {
      await write(batch);
      batch = [];
      weighs = 0;
    }
    batch.push(row);
    weighs += weight(row);
  }
  if (batch.length > 0) await write(batch);
}

const plainColumns = ['conversationId', 'seq', 'ordinal', 'senderId', 'clientMessageId', 'fingerprint', 'text', 'sentAt'] as const;
const plainKinds = kindsOf('Message', plainColumns);
const messageKinds: { readonly [C in keyof MessageInsert]: Kind } = kindsOf('Message', [
  ...plainColumns,
  ...(['replyToSeq', 'threadRootSeq', 'mentionsEveryone', 'mentionIds', 'originId', 'originName', 'attachments', 'data', 'poll'] as const),
]);

// Prisma's createMany takes 180 to 300 µs of CPU a message where a statement of ours takes 10 to 40, measured side by side on one machine.
/** Inserts messages, many rows a statement. */
export function insertMessages(db: Dialect, tx: Tx, rows: readonly MessageInsert[]): Promise<void> {
  return inBatches(
    rows,
    ({ text, attachments, data, poll }) => text.length + (attachments?.length ?? 0) + (data?.length ?? 0) + (poll?.length ?? 0),
    // Most messages are nothing but text: nearly half of the columns need not be sent for them.
    (batch) => insertRows(db, tx, { table: 'Message', kinds: batch.every(isPlain) ? plainKinds : messageKinds, rows: batch }),
  );
}

function isPlain({ replyToSeq, threadRootSeq, mentionsEveryone, mentionIds, originId, attachments, data, poll }: MessageInsert): boolean {
  const refers = replyToSeq !== null || threadRootSeq !== null || mentionsEveryone || mentionIds !== null;
  return !refers && originId === null && attachments === null && data === null && poll === null;
}

/** Inserts entries, many rows a statement. */
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

/** Moves the heads of streams that the transaction has locked, which marks them as due for the worker, and raises markers of their members with them. */
export async function moveHeads(db: Dialect, tx: Tx, moves: readonly HeadMove[], raises: readonly MarkerRaise[] = []): Promise<void> {
  const members = joinRaises(raises);
  // One statement for both is a round trip less; SQLite, which has none, cannot say it.
  const together = db.dialect === 'mysql' && Math.max(moves.length, members.length) <= rowsAtOnce;
  await inBatches(
    moves,
    () => 0,
    (batch) => tx.$executeRaw(together && members.length > 0 ? moveAndRaise(db, batch, members) : move(db, batch)),
  );
  if (!together) await raiseMarkers(db, tx, members);
}

// Of small tables the server would rather read all, and wait for whoever holds any row.
function move(db: Dialect, moves: readonly HeadMove[]): Prisma.Sql {
  const to = rowTable(db, moveKinds, moves);
  if (db.dialect === 'mysql') return sql`UPDATE ${to} STRAIGHT_JOIN Stream s FORCE INDEX (PRIMARY) ON s.id = v.id SET ${moved}`;
  return sql`UPDATE Stream SET lastSeq = v.lastSeq, lastOrdinal = v.lastOrdinal, lastAt = v.lastAt, activeAt = v.activeAt,
      lastSenderId = v.lastSenderId, lastMessageSeq = v.lastMessageSeq, otherMessageSeq = v.otherMessageSeq,
      changedSeq = v.changedSeq, jobsDue = v.lastSeq > Stream.jobSeq
    FROM ${to} WHERE Stream.id = v.id`;
}

// A row for each member, or for the stream where none of its has a marker to raise: two such tables would be joined row by row.
function moveAndRaise(db: Dialect, moves: readonly HeadMove[], members: readonly MarkerRaise[]): Prisma.Sql {
  const raises = Map.groupBy(members, ({ conversationId }) => conversationId);
  const rows = moves.flatMap((head) => (raises.get(head.id) ?? [nobody]).map((raise) => ({ ...head, ...raise })));
  return sql`UPDATE ${rowTable(db, { ...moveKinds, ...raiseKinds }, rows)} STRAIGHT_JOIN Stream s FORCE INDEX (PRIMARY) ON s.id = v.id
    LEFT JOIN Membership m FORCE INDEX (PRIMARY) ON m.conversationId = v.conversationId AND m.userId = v.userId AND m.state = 'ACTIVE'
    SET ${raised}, ${moved}`;
}

const nobody = { conversationId: null, userId: null, deliveredSeq: null, readSeq: null, onlyFrom: null };

// In the words of MySQL.
const moved = sql`s.lastSeq = v.lastSeq, s.lastOrdinal = v.lastOrdinal, s.lastAt = v.lastAt, s.activeAt = v.activeAt,
  s.lastSenderId = v.lastSenderId, s.lastMessageSeq = v.lastMessageSeq, s.otherMessageSeq = v.otherMessageSeq,
  s.changedSeq = v.changedSeq, s.jobsDue = v.lastSeq > s.jobSeq`;
