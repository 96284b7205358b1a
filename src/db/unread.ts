import type { Tx } from './db.ts';
import { inPieces } from './pieces.ts';
import { join, sql } from './sql.ts';

/** A stretch of a conversation as one member has it. */
export interface Stretch {
  readonly conversationId: bigint;
  readonly userId: bigint;
  /** The first seq that the member sees. */
  readonly firstSeq: number;
  /** Behind the stretch's first entry; not before firstSeq - 1. */
  readonly afterSeq: number;
  /** The stretch's last entry, and the ordinal of the newest message up to it. */
  readonly lastSeq: number;
  readonly lastOrdinal: number;
}

interface Counted {
  readonly place: bigint | number;
  readonly ordinal: bigint | number | null;
  readonly own: bigint | number;
  readonly hidden: bigint | number;
}

/**
 * How many messages by others lie in each stretch, in the order asked for: a difference of ordinals, less the member's own and those that they have
 * hidden. Each stretch is a SELECT with its own constants, because correlated to a list of them MariaDB reads all that lies past afterSeq.
 */
export async function countUnread(tx: Tx, stretches: readonly Stretch[]): Promise<readonly number[]> {
  const counts = stretches.map(() => 0);
  const rows = await inPieces(open(stretches), (piece) => tx.$queryRaw<readonly Counted[]>(join(piece.map(select), ' UNION ALL ')));
  for (const { place, ordinal, own, hidden } of rows) {
    const lastOrdinal = stretches[Number(place)]?.lastOrdinal ?? 0;
    counts[Number(place)] = lastOrdinal - Number(ordinal ?? 0) - Number(own) - Number(hidden);
  }
  return counts;
}

type Open = Stretch & { readonly place: number };

function open(stretches: readonly Stretch[]): readonly Open[] {
  return stretches.map((stretch, place) => ({ ...stretch, place })).filter(({ afterSeq, lastSeq }) => afterSeq < lastSeq);
}

function select({ place, conversationId, userId, afterSeq, lastSeq }: Open) {
  return sql`
    SELECT ${place} AS place,
      (SELECT o.ordinal FROM Message o WHERE o.conversationId = ${conversationId} AND o.seq =
        (SELECT MAX(m.seq) FROM Message m WHERE m.conversationId = ${conversationId} AND m.seq <= ${afterSeq})) AS ordinal,
      (SELECT COUNT(*) FROM Message m WHERE m.conversationId = ${conversationId} AND m.senderId = ${userId}
        AND m.seq > ${afterSeq} AND m.seq <= ${lastSeq}) AS own,
      (SELECT COUNT(*) FROM HiddenMessage h WHERE h.userId = ${userId} AND h.conversationId = ${conversationId}
        AND h.seq > ${afterSeq} AND h.seq <= ${lastSeq} AND h.own = 0) AS hidden`;
}

interface Mentioned {
  readonly place: bigint | number;
  readonly count: bigint | number;
}

/** How many messages by others mention the member, or everyone, by an entry of each stretch, in the order asked for; hidden ones do not count. */
export async function countMentions(tx: Tx, stretches: readonly Stretch[]): Promise<readonly number[]> {
  const counts = stretches.map(() => 0);
  const rows = await inPieces(open(stretches), (piece) =>
    tx.$queryRaw<readonly Mentioned[]>(join(piece.map(selectMentions), ' UNION ALL ')),
  );
  for (const { place, count } of rows) counts[Number(place)] = Number(count);
  return counts;
}

// Everyone is user 0: two ranges of the key. MariaDB would rather read all mentions of the conversation, by the other index.
function selectMentions({ place, conversationId, userId, firstSeq, afterSeq, lastSeq }: Open) {
  return sql`
    SELECT ${place} AS place, (SELECT COUNT(DISTINCT n.messageSeq) FROM Mention n /*! FORCE INDEX (PRIMARY) */
      WHERE n.conversationId = ${conversationId} AND n.userId IN (0, ${userId}) AND n.seq > ${afterSeq} AND n.seq <= ${lastSeq}
        AND n.byId <> ${userId} AND n.messageSeq >= ${firstSeq}
        AND NOT EXISTS (SELECT 1 FROM HiddenMessage h WHERE h.userId = ${userId} AND h.conversationId = ${conversationId} AND h.seq = n.messageSeq)
    ) AS count`;
}
