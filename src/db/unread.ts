import type { Tx } from './db.ts';
import { inPieces } from './pieces.ts';
import { join, sql } from './sql.ts';

/** A stretch of a conversation as one member has it. */
export interface Stretch {
  readonly conversationId: bigint;
  readonly userId: bigint;
  /** Behind the stretch's first entry. */
  readonly afterSeq: number;
  /** The stretch's last entry, and the ordinal of the newest message up to it. */
  readonly lastSeq: number;
  readonly lastOrdinal: number;
}

interface Counted {
  readonly place: bigint | number;
  readonly ordinal: bigint | number | null;
  readonly own: bigint | number;
}

/**
 * How many messages by others lie in each stretch, in the order asked for: a difference of ordinals, less the member's own. Each stretch is
 * a SELECT with its own constants, because correlated to a list of them MariaDB reads all that lies past afterSeq.
 */
export async function countUnread(tx: Tx, stretches: readonly Stretch[]): Promise<readonly number[]> {
  const counts = stretches.map(() => 0);
  const open = stretches.map((stretch, place) => ({ ...stretch, place })).filter(({ afterSeq, lastSeq }) => afterSeq < lastSeq);
  const rows = await inPieces(open, (piece) => tx.$queryRaw<readonly Counted[]>(join(piece.map(select), ' UNION ALL ')));
  for (const { place, ordinal, own } of rows) {
    const lastOrdinal = stretches[Number(place)]?.lastOrdinal ?? 0;
    counts[Number(place)] = lastOrdinal - Number(ordinal ?? 0) - Number(own);
  }
  return counts;
}

function select({ place, conversationId, userId, afterSeq, lastSeq }: Stretch & { readonly place: number }) {
  return sql`
    SELECT ${place} AS place,
      (SELECT o.ordinal FROM Message o WHERE o.conversationId = ${conversationId} AND o.seq =
        (SELECT MAX(m.seq) FROM Message m WHERE m.conversationId = ${conversationId} AND m.seq <= ${afterSeq})) AS ordinal,
      (SELECT COUNT(*) FROM Message m WHERE m.conversationId = ${conversationId} AND m.senderId = ${userId}
        AND m.seq > ${afterSeq} AND m.seq <= ${lastSeq}) AS own`;
}
