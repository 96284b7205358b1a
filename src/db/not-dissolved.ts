import type { Prisma } from './generated/mysql/client.ts';
import { raw, sql } from './sql.ts';

/**
 * Condition: the conversation of a membership is not dissolved. Its members' rows are ended only some time after that. `membership` is the
 * name under which the statement reads that table.
 *
 * A scalar subquery, because it is evaluated only for the rows that are read. For NOT EXISTS, MariaDB builds a table of everything that was
 * ever dissolved.
 */
export function isNotDissolved(membership: string): Prisma.Sql {
  return sql`(SELECT d.dissolvedAt FROM Conversation d WHERE d.id = ${raw(membership)}.conversationId) IS NULL`;
}

/** The same condition, and the conversation is a group. */
export function isLiveGroup(membership: string): Prisma.Sql {
  return sql`(SELECT d.kind FROM Conversation d WHERE d.id = ${raw(membership)}.conversationId AND d.dissolvedAt IS NULL) = 'GROUP'`;
}
