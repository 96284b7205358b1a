import type { Tx } from './db.ts';
import { inPieces } from './pieces.ts';
import { join, sql } from './sql.ts';

/** A member's marker in a conversation. */
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
 * Returns how far each marker reaches, in the order of `places`. A marker also covers the member's own messages that follow it, up to the
 * first message by somebody else. So the lowest marker of all members says what all of them have, including the senders (decision 17).
 */
export async function extendMarkers(tx: Tx, places: readonly MarkerPlace[]): Promise<readonly number[]> {
  const ends = places.map(({ seq }) => seq);
  const asked = places.map((marker, place) => ({ ...marker, place }));
  const rows = await inPieces(asked, (piece) => tx.$queryRaw<readonly Run[]>(join(piece.map(select), ' UNION ALL ')));
  for (const { place, seq } of rows) ends[Number(place)] = Math.max(ends[Number(place)] ?? 0, Number(seq ?? 0));
  return ends;
}

// Searches forward from the marker for the first message by another sender, and backward from there for the last message before it. Reads
// no more than that run.
function select({ place, conversationId, userId, seq }: MarkerPlace & { readonly place: number }) {
  return sql`
    SELECT ${place} AS place, (SELECT o.seq FROM Message o WHERE o.conversationId = ${conversationId} AND o.seq > ${seq}
      AND o.seq < COALESCE((SELECT m.seq FROM Message m WHERE m.conversationId = ${conversationId} AND m.seq > ${seq} AND m.senderId <> ${userId}
        ORDER BY m.seq LIMIT 1), 2147483647)
      ORDER BY o.seq DESC LIMIT 1) AS seq`;
}
