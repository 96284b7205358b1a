import type { Tx } from './db.ts';
import { isNotDissolved } from './not-dissolved.ts';
import { inPieces } from './pieces.ts';
import { join, sql } from './sql.ts';

/** A thread as one member of its conversation sees it. */
export interface ThreadOf {
  readonly conversationId: bigint;
  readonly rootSeq: number;
  readonly userId: bigint;
  /** The first seq that can be unread. Replies from before the member joined are not. */
  readonly firstSeq: number;
}

interface Counted {
  readonly place: bigint | number;
  readonly count: bigint | number;
}

/**
 * Counts the unread replies by others in each thread for a member who takes part, in the order of `threads`. 0 for a member who does not.
 * Hidden replies do not count.
 */
export async function countThreadUnread(tx: Tx, threads: readonly ThreadOf[]): Promise<readonly number[]> {
  const counts = threads.map(() => 0);
  const asked = threads.map((thread, place) => ({ ...thread, place }));
  const rows = await inPieces(asked, (piece) => tx.$queryRaw<readonly Counted[]>(join(piece.map(select), ' UNION ALL ')));
  for (const { place, count } of rows) counts[Number(place)] = Number(count);
  return counts;
}

function select({ place, conversationId, rootSeq, userId, firstSeq }: ThreadOf & { readonly place: number }) {
  return sql`
    SELECT ${place} AS place, (SELECT COUNT(*) FROM ThreadPart p
      JOIN Reply r ON r.conversationId = p.conversationId AND r.rootSeq = p.rootSeq AND r.seq > p.readSeq
      WHERE p.userId = ${userId} AND p.conversationId = ${conversationId} AND p.rootSeq = ${rootSeq}
        AND r.senderId <> ${userId} AND r.seq >= ${firstSeq} AND NOT EXISTS (${hiddenReply(userId)})) AS count`;
}

/** Counts the unread replies by others in all threads of the conversations that are shown to the user. */
export async function sumThreadUnread(tx: Tx, userId: bigint): Promise<number> {
  const [row] = await tx.$queryRaw<{ count: bigint | number }[]>(sql`
    SELECT COUNT(*) AS count FROM ThreadPart p
    JOIN Membership m ON m.conversationId = p.conversationId AND m.userId = p.userId AND m.state = 'ACTIVE' AND m.shown = 1
    JOIN Reply r ON r.conversationId = p.conversationId AND r.rootSeq = p.rootSeq AND r.seq > p.readSeq
    WHERE p.userId = ${userId} AND ${isNotDissolved('m')} AND ${newestReply} > p.readSeq AND r.senderId <> ${userId} AND r.seq >= m.joinedSeq AND r.seq > m.clearedSeq AND NOT EXISTS (${hiddenReply(userId)})`);
  return Number(row?.count ?? 0);
}

// Most threads have nothing new: of those, one row is read instead of all replies. ORDER BY names the whole key, or MySQL would sort.
const newestReply = sql`(SELECT n.seq FROM Reply n WHERE n.conversationId = p.conversationId AND n.rootSeq = p.rootSeq
  ORDER BY n.conversationId DESC, n.rootSeq DESC, n.seq DESC LIMIT 1)`;

function hiddenReply(userId: bigint) {
  return sql`SELECT 1 FROM HiddenMessage h WHERE h.userId = ${userId} AND h.conversationId = r.conversationId AND h.seq = r.seq`;
}
