import type { Tx } from './db.ts';
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

// Each stretch is a SELECT of its own in a UNION, of which SQLite takes 500.
const stretchesAtOnce = 100;

/** How many messages by others lie in each stretch, in the order asked for: a difference of ordinals, less the member's own. */
export async function countUnread(tx: Tx, stretches: readonly Stretch[]): Promise<readonly number[]> {
  const counts = stretches.map(() => 0);
  const open = stretches.map((stretch, place) => ({ ...stretch, place })).filter(({ afterSeq, lastSeq }) => afterSeq < lastSeq);
  for (let from = 0; from < open.length; from += stretchesAtOnce) {
    const piece = open.slice(from, from + stretchesAtOnce);
    const selects = piece.map(
      ({ conversationId, userId, afterSeq, lastSeq }, row) => sql`
        SELECT ${row} AS place,
          (SELECT m.ordinal FROM Message m WHERE m.conversationId = ${conversationId} AND m.seq <= ${afterSeq} ORDER BY m.seq DESC LIMIT 1) AS ordinal,
          (SELECT COUNT(*) FROM Message m WHERE m.conversationId = ${conversationId} AND m.senderId = ${userId}
            AND m.seq > ${afterSeq} AND m.seq <= ${lastSeq}) AS own`,
    );
    const rows = await tx.$queryRaw<readonly Counted[]>(join(selects, ' UNION ALL '));
    for (const { place, ordinal, own } of rows) {
      const stretch = piece[Number(place)];
      if (stretch !== undefined) counts[stretch.place] = stretch.lastOrdinal - Number(ordinal ?? 0) - Number(own);
    }
  }
  return counts;
}

interface Counted {
  readonly place: bigint | number;
  readonly ordinal: bigint | number | null;
  readonly own: bigint | number;
}

/** Unread messages over all conversations that a user is shown, and how many conversations have some. One statement sees one moment. */
export async function countUnreadTotals(tx: Tx, userId: bigint): Promise<{ readonly messages: number; readonly conversations: number }> {
  const [row] = await tx.$queryRaw<readonly { readonly messages: unknown; readonly conversations: unknown }[]>(sql`
    SELECT SUM(t.unread) AS messages, SUM(CASE WHEN t.unread > 0 THEN 1 ELSE 0 END) AS conversations
    FROM (
      SELECT s.lastOrdinal
        - COALESCE((SELECT m.ordinal FROM Message m WHERE m.conversationId = a.conversationId AND m.seq <= a.readSeq ORDER BY m.seq DESC LIMIT 1), 0)
        - (SELECT COUNT(*) FROM Message m WHERE m.conversationId = a.conversationId AND m.senderId = a.userId AND m.seq > a.readSeq) AS unread
      FROM Membership a JOIN Stream s ON s.id = a.conversationId
      WHERE a.userId = ${userId} AND a.state = 'ACTIVE' AND a.shown = 1 AND s.lastSeq > a.readSeq
    ) t`);
  return { messages: Number(row?.messages ?? 0), conversations: Number(row?.conversations ?? 0) };
}
