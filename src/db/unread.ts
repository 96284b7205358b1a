import type { Tx } from './db.ts';
import { inPieces } from './pieces.ts';
import { join, sql } from './sql.ts';

/** A range of a conversation as one member sees it. */
export interface Stretch {
  readonly conversationId: bigint;
  readonly userId: bigint;
  /** The first seq that the member sees. */
  readonly firstSeq: number;
  /** The range begins after this seq. At least firstSeq - 1. */
  readonly afterSeq: number;
  /** The last entry of the range, and the ordinal of the newest message up to it. */
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
 * Counts the messages by others in each range, in the order of `stretches`: a difference of ordinals, minus the member's own messages and
 * those that the member has hidden. Each range has a SELECT with its own constants: correlated to a list of ranges, MariaDB reads
 * everything past afterSeq.
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

/**
 * Counts the messages by others that mention the member, or everyone, by an entry of each range, in the order of `stretches`. Hidden
 * messages do not count.
 */
export async function countMentions(tx: Tx, stretches: readonly Stretch[]): Promise<readonly number[]> {
  const counts = stretches.map(() => 0);
  const rows = await inPieces(open(stretches), (piece) =>
    tx.$queryRaw<readonly Mentioned[]>(join(piece.map(selectMentions), ' UNION ALL ')),
  );
  for (const { place, count } of rows) counts[Number(place)] = Number(count);
  return counts;
}

// Everyone is user 0, so this reads two ranges of the key. MariaDB would rather read all mentions of the conversation, by the other index.
function selectMentions({ place, conversationId, userId, firstSeq, afterSeq, lastSeq }: Open) {
  return sql`
    SELECT ${place} AS place, (SELECT COUNT(DISTINCT n.messageSeq) FROM Mention n /*! FORCE INDEX (PRIMARY) */
      WHERE n.conversationId = ${conversationId} AND n.userId IN (0, ${userId}) AND n.seq > ${afterSeq} AND n.seq <= ${lastSeq}
        AND n.byId <> ${userId} AND n.messageSeq >= ${firstSeq}
        AND NOT EXISTS (SELECT 1 FROM HiddenMessage h WHERE h.userId = ${userId} AND h.conversationId = ${conversationId} AND h.seq = n.messageSeq)
    ) AS count`;
}
