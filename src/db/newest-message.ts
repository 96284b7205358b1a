import type { Tx } from './db.ts';
import { inPieces } from './pieces.ts';
import { join, sql } from './sql.ts';

/** A conversation as one member sees it. */
export interface Sight {
  readonly conversationId: bigint;
  readonly userId: bigint;
  /** The first and the last seq that the member sees. */
  readonly firstSeq: number;
  readonly lastSeq: number;
}

interface Newest {
  readonly place: bigint | number;
  readonly seq: bigint | number | null;
}

/**
 * Returns the seq of the newest message that each member sees, in the order of `sights`. Null: there is none.
 *
 * Each conversation has a SELECT with its own constants, which both databases read from the end of the key backward. Correlated to a list
 * of conversations, MariaDB may read the whole table backward. Hidden messages are looked up row by row: for NOT EXISTS, MariaDB would
 * build a table of all messages that the member has hidden.
 */
export async function newestMessages(tx: Tx, sights: readonly Sight[]): Promise<readonly (number | null)[]> {
  const newest: (number | null)[] = sights.map(() => null);
  const asked = sights.map((sight, place) => ({ ...sight, place }));
  const rows = await inPieces(asked, (piece) => tx.$queryRaw<readonly Newest[]>(join(piece.map(select), ' UNION ALL ')));
  for (const { place, seq } of rows) newest[Number(place)] = seq === null ? null : Number(seq);
  return newest;
}

function select({ place, conversationId, userId, firstSeq, lastSeq }: Sight & { readonly place: number }) {
  return sql`SELECT ${place} AS place, (SELECT m.seq FROM Message m
    WHERE m.conversationId = ${conversationId} AND m.seq >= ${firstSeq} AND m.seq <= ${lastSeq}
      AND (SELECT 1 FROM HiddenMessage h WHERE h.userId = ${userId} AND h.conversationId = ${conversationId} AND h.seq = m.seq LIMIT 1) IS NULL
    ORDER BY m.seq DESC LIMIT 1) AS seq`;
}
