import type { Tx } from './db.ts';
import { sql } from './sql.ts';
import type { OverduePage, OverdueRange } from './trim-candidates.ts';

/**
 * Reads the next `limit` streams, by id, and returns the account streams, and the server's stream, whose first kept entry is older than
 * `before`, has its effects done, and is not the newest. These streams hold no messages and have no holes, so the stream's row tells which
 * entry is the first. Reads one row per stream, and one entry by key for each that has more than one.
 */
export async function selectOverdueAccounts(tx: Tx, { after, before, limit }: OverdueRange): Promise<OverduePage> {
  const [end] = await tx.$queryRaw<readonly { readonly id: bigint | number }[]>(
    sql`SELECT id FROM Stream WHERE id > ${after} ORDER BY id LIMIT 1 OFFSET ${limit - 1}`,
  );
  const upTo = end === undefined ? sql`` : sql`AND s.id <= ${BigInt(end.id)}`;
  const rows = await tx.$queryRaw<readonly { readonly id: bigint | number }[]>(sql`SELECT s.id FROM Stream s
    WHERE s.id > ${after} ${upTo} AND s.kind IN ('ACCOUNT', 'SERVER') AND s.lastSeq > s.floorSeq + 1 AND s.jobSeq > s.floorSeq
      AND (SELECT e.at FROM Entry e WHERE e.streamId = s.id AND e.seq = s.floorSeq + 1) < ${before}
    ORDER BY s.id`);
  return { ids: rows.map(({ id }) => BigInt(id)), last: end === undefined ? null : BigInt(end.id) };
}

/** A range of a stream that has no messages: `after` is exclusive, `upTo` inclusive. */
export interface EntryStretch {
  readonly streamId: bigint;
  readonly after: number;
  readonly upTo: number;
}

/** Returns the seq of the last entry of a range that is older than `before`, or null if there is none. */
export async function lastOverdueEntry(tx: Tx, { streamId, after, upTo }: EntryStretch, before: Date): Promise<number | null> {
  const [row] = await tx.$queryRaw<readonly { readonly last: bigint | number | null }[]>(
    sql`SELECT MAX(seq) AS last FROM Entry WHERE streamId = ${streamId} AND seq > ${after} AND seq <= ${upTo} AND at < ${before}`,
  );
  return Number(row?.last) || null;
}
