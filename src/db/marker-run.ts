import type { Tx } from './db.ts';
import { inPieces } from './pieces.ts';
import { join, sql } from './sql.ts';

/** A place of a member in a conversation. */
export interface MarkerPlace {
  readonly conversationId: bigint;
  readonly userId: bigint;
  readonly seq: number;
}

interface Run {
  readonly place: bigint | number;
  readonly seq: bigint | number | null;
}

/**
 * How far each marker reaches, in the order asked for: over the member's own messages that follow it without one by somebody else between. So the least
 * marker of all members tells what all of them have, the senders included.
 */
export async function runOn(tx: Tx, places: readonly MarkerPlace[]): Promise<readonly number[]> {
  const ends = places.map(({ seq }) => seq);
  const asked = places.map((marker, place) => ({ ...marker, place }));
  const rows = await inPieces(asked, (piece) => tx.$queryRaw<readonly Run[]>(join(piece.map(select), ' UNION ALL ')));
  for (const { place, seq } of rows) ends[Number(place)] = Math.max(ends[Number(place)] ?? 0, Number(seq ?? 0));
  return ends;
}

// The first by another is found from the marker on, and the last before it backwards from there: never more than the run is read.
function select({ place, conversationId, userId, seq }: MarkerPlace & { readonly place: number }) {
  return sql`
    SELECT ${place} AS place, (SELECT o.seq FROM Message o WHERE o.conversationId = ${conversationId} AND o.seq > ${seq}
      AND o.seq < COALESCE((SELECT m.seq FROM Message m WHERE m.conversationId = ${conversationId} AND m.seq > ${seq} AND m.senderId <> ${userId}
        ORDER BY m.seq LIMIT 1), 2147483647)
      ORDER BY o.seq DESC LIMIT 1) AS seq`;
}
