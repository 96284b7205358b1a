import type { Prisma } from './generated/mysql/client.ts';
import { isNotDissolved } from './not-dissolved.ts';
import { empty, raw, sql } from './sql.ts';

/**
 * Condition: the user is shown the conversation of a Draft or SavedMessage row and has not left it since the row was written. Compares the
 * row's `joinedSeq` with that of the membership. `more` adds conditions on that membership, `m`, and its stream, `s`.
 *
 * A scalar subquery, because it is evaluated only for the rows that are read.
 */
export function inCurrentMembership(table: 'Draft' | 'SavedMessage', userId: bigint, more: Prisma.Sql = empty): Prisma.Sql {
  const row = raw(table);
  return sql`(SELECT m.joinedSeq FROM Membership m JOIN Stream s ON s.id = m.conversationId WHERE m.conversationId = ${row}.conversationId AND m.userId = ${userId}
    AND m.state = 'ACTIVE' AND m.shown = 1 AND ${isNotDissolved('m')} ${more} LIMIT 1) = ${row}.joinedSeq`;
}

/** Condition: the user may read the message of a SavedMessage row, and has not deleted it for themselves. */
export function isReadableSaved(userId: bigint): Prisma.Sql {
  const kept = sql`AND SavedMessage.seq >= m.fromSeq AND SavedMessage.seq > m.clearedSeq AND SavedMessage.seq > s.floorSeq`;
  return sql`${inCurrentMembership('SavedMessage', userId, kept)} AND (SELECT 1 FROM HiddenMessage h
    WHERE h.userId = ${userId} AND h.conversationId = SavedMessage.conversationId AND h.seq = SavedMessage.seq LIMIT 1) IS NULL`;
}
