import type { Prisma } from './generated/mysql/client.ts';
import { empty, raw, sql } from './sql.ts';
import { standing } from './standing.ts';

/**
 * That what a user keeps of a conversation, in a row that has its `joinedSeq`, is of the stay that they are in: they see the conversation, and have not left it since. `more`: what else is
 * asked of that membership, `m`, and of its stream, `s`. A scalar subquery is asked for each row that is read.
 */
export function inSameStay(table: 'Draft' | 'SavedMessage', userId: bigint, more: Prisma.Sql = empty): Prisma.Sql {
  const row = raw(table);
  return sql`(SELECT m.joinedSeq FROM Membership m JOIN Stream s ON s.id = m.conversationId WHERE m.conversationId = ${row}.conversationId AND m.userId = ${userId}
    AND m.state = 'ACTIVE' AND m.shown = 1 AND ${standing('m')} ${more} LIMIT 1) = ${row}.joinedSeq`;
}

/** That the message of a row is among what its user may read, and has not deleted for themselves. */
export function seenStill(userId: bigint): Prisma.Sql {
  const kept = sql`AND SavedMessage.seq >= m.fromSeq AND SavedMessage.seq > m.clearedSeq AND SavedMessage.seq > s.floorSeq`;
  return sql`${inSameStay('SavedMessage', userId, kept)} AND (SELECT 1 FROM HiddenMessage h
    WHERE h.userId = ${userId} AND h.conversationId = SavedMessage.conversationId AND h.seq = SavedMessage.seq LIMIT 1) IS NULL`;
}
