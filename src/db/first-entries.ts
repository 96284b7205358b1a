import type { Tx } from './db.ts';
import { inPieces } from './pieces.ts';
import { join, sql } from './sql.ts';

/** A range of a stream. Both ends are inclusive. */
export interface StreamStretch {
  readonly streamId: bigint;
  readonly from: number;
  readonly to: number;
}

/** The seq and time of an entry. */
export interface EntryTime {
  readonly seq: number;
  readonly at: Date;
}

interface Found {
  readonly place: bigint | number;
  readonly seq: bigint | number;
  readonly at: Date | string;
}

/**
 * Finds the first entry of each range, message or not, in the order of `stretches`. Null: the range is empty. Reads two rows by key per
 * range.
 */
export async function firstEntries(tx: Tx, stretches: readonly StreamStretch[]): Promise<readonly (EntryTime | null)[]> {
  const first: (EntryTime | null)[] = stretches.map(() => null);
  const asked = stretches.flatMap((stretch, place) => [firstMessage(stretch, place), firstOther(stretch, place)]);
  const rows = await inPieces(asked, (piece) => tx.$queryRaw<readonly Found[]>(join([...piece], ' UNION ALL ')));
  for (const { place, seq, at } of rows) {
    const known = first[Number(place)];
    if (!known || Number(seq) < known.seq) first[Number(place)] = { seq: Number(seq), at: at instanceof Date ? at : new Date(at) };
  }
  return first;
}

// A derived table, because both databases accept a LIMIT there within a UNION.
function firstMessage({ streamId, from, to }: StreamStretch, place: number) {
  return sql`SELECT * FROM (SELECT ${place} AS place, seq, sentAt AS at FROM Message
    WHERE conversationId = ${streamId} AND seq >= ${from} AND seq <= ${to} ORDER BY seq LIMIT 1) AS m`;
}

function firstOther({ streamId, from, to }: StreamStretch, place: number) {
  return sql`SELECT * FROM (SELECT ${place} AS place, seq, at FROM Entry
    WHERE streamId = ${streamId} AND seq >= ${from} AND seq <= ${to} ORDER BY seq LIMIT 1) AS e`;
}
