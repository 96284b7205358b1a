import type { StreamRow, Tx } from './db.ts';
import { inPieces } from './pieces.ts';
import { selectRows } from './select.ts';
import { join, raw, sql } from './sql.ts';

/** A page of streams: those among them that have something to trim. */
export interface OverduePage {
  readonly ids: readonly bigint[];
  /** The last stream of the page. Null: there is none past it. */
  readonly last: bigint | null;
}

interface Found {
  readonly id: bigint | number | string;
  readonly said: bigint | number | null;
  readonly noted: bigint | number | null;
}

// HistoryTrimmed is no reason to trim, or each trim would cause the next.
const trimming = 'HistoryTrimmed';

/** Which page of streams to read. `after` is exclusive. */
export interface StreamRange {
  readonly after: bigint;
  readonly limit: number;
}

/** The same, and before when an entry is too old. */
export interface OverdueRange extends StreamRange {
  readonly before: Date;
}

/**
 * Reads the next `limit` streams, by id, and returns the conversations whose first kept entry is older than `before`. Reads two rows by key
 * per conversation.
 */
export async function selectOverdue(tx: Tx, { after, before, limit }: OverdueRange): Promise<OverduePage> {
  const streams = await selectRows(tx, 'Stream', sql`id > ${after} ORDER BY id LIMIT ${limit}`);
  const conversations = streams.filter(({ kind }) => kind === 'DIRECT' || kind === 'GROUP');
  const ids = await overdueAmong(tx, conversations, () => before);
  return { ids, last: streams.length < limit ? null : (streams.at(-1)?.id ?? null) };
}

/** Whether any conversation keeps its history for a time of its own. Reads one row of an index. */
export async function hasOwnDays(tx: Tx): Promise<boolean> {
  const byDays = raw('/*! FORCE INDEX (Conversation_historyDays_idx) */');
  const rows = await tx.$queryRaw<readonly unknown[]>(sql`SELECT id FROM Conversation ${byDays} WHERE historyDays > 0 LIMIT 1`);
  return rows.length > 0;
}

/**
 * Reads the next `limit` conversations, by id. Of those that keep their history for a time of their own, returns the ones whose first kept
 * entry is too old for it. `before` says from the number of days before when that is.
 */
export async function selectOverdueOwn(tx: Tx, { after, limit }: StreamRange, before: (historyDays: number) => Date): Promise<OverduePage> {
  // In order of id, whether they have such a time or not: so a page is a range of the key, however many have one.
  const rows = await tx.$queryRaw<readonly { readonly id: bigint | number; readonly historyDays: bigint | number | null }[]>(
    sql`SELECT id, historyDays FROM Conversation WHERE id > ${after} ORDER BY id LIMIT ${limit}`,
  );
  const days = new Map(rows.flatMap(({ id, historyDays }) => (historyDays === null ? [] : [[BigInt(id), Number(historyDays)] as const])));
  const streams = await inPieces([...days.keys()], (piece) => selectRows(tx, 'Stream', sql`id IN (${join([...piece])})`));
  const ids = await overdueAmong(tx, streams, (id) => before(days.get(id) ?? 0));
  const last = rows.at(-1);
  return { ids, last: rows.length < limit || last === undefined ? null : BigInt(last.id) };
}

/** Returns the conversations whose first kept entry is older than `before` says. */
async function overdueAmong(
  tx: Tx,
  streams: readonly Pick<StreamRow, 'id' | 'lastSeq' | 'floorSeq'>[],
  before: (conversationId: bigint) => Date,
): Promise<readonly bigint[]> {
  const selects = streams
    .filter(({ lastSeq, floorSeq }) => lastSeq > floorSeq)
    .map(({ id, floorSeq }) => {
      const limit = before(id);
      return sql`SELECT ${id} AS id, ${saidFirst(id, floorSeq, limit)} AS said, ${notedFirst(id, floorSeq, limit)} AS noted`;
    });
  const rows = await inPieces(selects, (piece) => tx.$queryRaw<readonly Found[]>(join([...piece], ' UNION ALL ')));
  return rows.filter(({ said, noted }) => Number(said) === 1 || Number(noted) === 1).map(({ id }) => BigInt(id));
}

/** A range of a conversation: `after` is exclusive, `upTo` inclusive. */
export interface TrimStretch {
  readonly conversationId: bigint;
  readonly after: number;
  readonly upTo: number;
}

/**
 * Finds the last entry of a range that is older than `before`. If the first entry past the range is older too, returns the end of the
 * range. Null: no entry is older.
 */
export async function lastOverdue(tx: Tx, { conversationId, after, upTo }: TrimStretch, before: Date): Promise<number | null> {
  const [row] = await tx.$queryRaw<{ readonly [C in 'said' | 'noted' | 'laterSaid' | 'laterNoted']: bigint | number | null }[]>(sql`
    SELECT (SELECT MAX(m.seq) FROM Message m WHERE m.conversationId = ${conversationId} AND m.seq > ${after} AND m.seq <= ${upTo} AND m.sentAt < ${before}) AS said,
      (SELECT MAX(e.seq) FROM Entry e WHERE e.streamId = ${conversationId} AND e.seq > ${after} AND e.seq <= ${upTo} AND e.at < ${before}
        AND e.type <> ${trimming}) AS noted,
      ${saidFirst(conversationId, upTo, before)} AS laterSaid, ${notedFirst(conversationId, upTo, before)} AS laterNoted`);
  if (Number(row?.laterSaid) === 1 || Number(row?.laterNoted) === 1) return upTo;
  return Math.max(Number(row?.said), Number(row?.noted)) || null;
}

function saidFirst(conversationId: bigint, after: number, before: Date) {
  return sql`(SELECT CASE WHEN m.sentAt < ${before} THEN 1 ELSE 0 END FROM Message m
    WHERE m.conversationId = ${conversationId} AND m.seq > ${after} ORDER BY m.seq LIMIT 1)`;
}

function notedFirst(conversationId: bigint, after: number, before: Date) {
  return sql`(SELECT CASE WHEN e.at < ${before} THEN 1 ELSE 0 END FROM Entry e
    WHERE e.streamId = ${conversationId} AND e.seq > ${after} AND e.type <> ${trimming} ORDER BY e.seq LIMIT 1)`;
}
