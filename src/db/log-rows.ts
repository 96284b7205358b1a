import type { Db, Tx } from './db.ts';
import type { Prisma } from './generated/mysql/client.ts';
import { joinRaises, type MarkerRaise, raised, raiseMarkers, raiseRows } from './raise-markers.ts';
import { empty, join, sql } from './sql.ts';

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

// One statement may hold so much text: an eighth of the least max_allowed_packet that a server has by default (MariaDB's 16 MB), for a code unit takes
// up to three bytes, and twice as many where each of them is escaped.
const textAtOnce = 1_000_000;
// SQLite takes 32,766 parameters and 500 SELECTs of a UNION.
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

// Prisma's createMany takes 180 to 300 µs of CPU a message where a raw statement takes 20 to 50, measured side by side on one machine.
/** Inserts messages, many rows a statement. */
export function insertMessages(tx: Tx, rows: readonly MessageInsert[]): Promise<void> {
  return inBatches(
    rows,
    ({ text }) => text.length,
    (batch) => tx.$executeRaw(batch.every(isPlain) ? plainInsert(batch) : fullInsert(batch)),
  );
}

function isPlain({ replyToSeq, threadRootSeq, mentionsEveryone, mentionIds, originId }: MessageInsert): boolean {
  return replyToSeq === null && threadRootSeq === null && !mentionsEveryone && mentionIds === null && originId === null;
}

// Most messages are nothing but text: a third of the parameters need not be sent for them.
function plainInsert(rows: readonly MessageInsert[]): Prisma.Sql {
  const values = rows.map(
    ({ conversationId, seq, ordinal, senderId, clientMessageId, fingerprint, text, sentAt }) =>
      sql`(${conversationId}, ${seq}, ${ordinal}, ${senderId}, ${clientMessageId}, ${fingerprint}, ${text}, ${sentAt})`,
  );
  return sql`INSERT INTO Message (conversationId, seq, ordinal, senderId, clientMessageId, fingerprint, text, sentAt) VALUES ${join(values)}`;
}

function fullInsert(rows: readonly MessageInsert[]): Prisma.Sql {
  const values = rows.map((row) => {
    const { conversationId, seq, ordinal, senderId, clientMessageId, fingerprint, text, sentAt } = row;
    const { replyToSeq, threadRootSeq, mentionsEveryone, mentionIds, originId, originName } = row;
    return sql`(${conversationId}, ${seq}, ${ordinal}, ${senderId}, ${clientMessageId}, ${fingerprint}, ${text}, ${sentAt},
      ${replyToSeq}, ${threadRootSeq}, ${Number(mentionsEveryone)}, ${mentionIds}, ${originId}, ${originName})`;
  });
  return sql`INSERT INTO Message (conversationId, seq, ordinal, senderId, clientMessageId, fingerprint, text, sentAt,
    replyToSeq, threadRootSeq, mentionsEveryone, mentionIds, originId, originName) VALUES ${join(values)}`;
}

/** Inserts entries, many rows a statement. */
export function insertEntries(tx: Tx, rows: readonly EntryInsert[]): Promise<void> {
  return inBatches(
    rows,
    ({ data }) => data.length,
    (batch) => {
      const values = batch.map(
        ({ streamId, seq, type, version, actorId, data, timeline, at }) =>
          sql`(${streamId}, ${seq}, ${type}, ${version}, ${actorId}, ${data}, ${Number(timeline)}, ${at})`,
      );
      return tx.$executeRaw(sql`INSERT INTO Entry (streamId, seq, type, version, actorId, data, timeline, at) VALUES ${join(values)}`);
    },
  );
}

/** Moves the heads of streams that the transaction has locked, which marks them as due for the worker, and raises markers of their members with them. */
export async function moveHeads(
  { dialect }: Dialect,
  tx: Tx,
  moves: readonly HeadMove[],
  raises: readonly MarkerRaise[] = [],
): Promise<void> {
  const members = joinRaises(raises);
  // One statement for both is a round trip less; SQLite, which has none, cannot say it.
  const together = dialect === 'mysql' && members.length > 0 && Math.max(moves.length, members.length) <= rowsAtOnce;
  await inBatches(
    moves,
    () => 0,
    (batch) => {
      const rows = batch.map(
        ({ id, lastSeq, lastOrdinal, lastAt, activeAt, lastSenderId, lastMessageSeq, otherMessageSeq, changedSeq }) =>
          sql`SELECT ${id} AS id, ${lastSeq} AS lastSeq, ${lastOrdinal} AS lastOrdinal, ${lastAt} AS lastAt, ${activeAt} AS activeAt,
            ${lastSenderId} AS lastSenderId, ${lastMessageSeq} AS lastMessageSeq, ${otherMessageSeq} AS otherMessageSeq,
            ${changedSeq} AS changedSeq`,
      );
      const to = join(rows, ' UNION ALL ');
      return tx.$executeRaw(
        dialect === 'sqlite'
          ? sql`UPDATE Stream SET lastSeq = v.lastSeq, lastOrdinal = v.lastOrdinal, lastAt = v.lastAt, activeAt = v.activeAt,
                lastSenderId = v.lastSenderId, lastMessageSeq = v.lastMessageSeq, otherMessageSeq = v.otherMessageSeq,
                changedSeq = v.changedSeq, jobsDue = v.lastSeq > Stream.jobSeq
              FROM (${to}) AS v WHERE Stream.id = v.id`
          : sql`UPDATE (${to}) AS v STRAIGHT_JOIN Stream s ON s.id = v.id ${together ? joinMembers(members) : empty}
              SET ${together ? sql`${raised}, ` : empty} s.lastSeq = v.lastSeq, s.lastOrdinal = v.lastOrdinal, s.lastAt = v.lastAt, s.activeAt = v.activeAt,
                s.lastSenderId = v.lastSenderId, s.lastMessageSeq = v.lastMessageSeq, s.otherMessageSeq = v.otherMessageSeq,
                s.changedSeq = v.changedSeq, s.jobsDue = v.lastSeq > s.jobSeq`,
      );
    },
  );
  if (!together) await raiseMarkers({ dialect }, tx, members);
}

function joinMembers(members: readonly MarkerRaise[]): Prisma.Sql {
  return sql`LEFT JOIN (${raiseRows(members)}) AS r ON r.conversationId = v.id
    LEFT JOIN Membership m ON m.conversationId = r.conversationId AND m.userId = r.userId AND m.state = 'ACTIVE'`;
}
