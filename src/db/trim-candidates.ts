import type { Tx } from './db.ts';
import { inPieces } from './pieces.ts';
import { selectRows } from './select.ts';
import { join, sql } from './sql.ts';

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

/** Which page of streams to read, and before when an entry is too old. `after` is exclusive. */
export interface OverdueRange {
  readonly after: bigint;
  readonly before: Date;
  readonly limit: number;
}

/**
 * Reads the next `limit` streams, by id, and returns the conversations whose first kept entry is older than `before`. Reads two rows by key
 * per conversation.
 */
export async function selectOverdue(tx: Tx, { after, before, limit }: OverdueRange): Promise<OverduePage> {
  const streams = await selectRows(tx, 'Stream', sql`id > ${after} ORDER BY id LIMIT ${limit}`);
  const asked = streams.filter(({ kind, lastSeq, floorSeq }) => (kind === 'DIRECT' || kind === 'GROUP') && lastSeq > floorSeq);
  const selects = asked.map(
    ({ id, floorSeq }) => sql`SELECT ${id} AS id, ${saidFirst(id, floorSeq, before)} AS said, ${notedFirst(id, floorSeq, before)} AS noted`,
  );
  const rows = await inPieces(selects, (piece) => tx.$queryRaw<readonly Found[]>(join([...piece], ' UNION ALL ')));
  const due = rows.filter(({ said, noted }) => Number(said) === 1 || Number(noted) === 1);
  return { ids: due.map(({ id }) => BigInt(id)), last: streams.length < limit ? null : (streams.at(-1)?.id ?? null) };
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
