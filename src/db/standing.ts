import type { Prisma } from './generated/mysql/client.ts';
import { raw, sql } from './sql.ts';

/**
 * That the conversation of a membership is not dissolved: its members' rows follow some time after. `membership`: under which name that table is read. A scalar
 * subquery is asked for each row that is read; of NOT EXISTS MariaDB makes a table of all that was ever dissolved.
 */
export function standing(membership: string): Prisma.Sql {
  return sql`(SELECT d.dissolvedAt FROM Conversation d WHERE d.id = ${raw(membership)}.conversationId) IS NULL`;
}

/** The same, and that it is a group. */
export function standingGroup(membership: string): Prisma.Sql {
  return sql`(SELECT d.kind FROM Conversation d WHERE d.id = ${raw(membership)}.conversationId AND d.dissolvedAt IS NULL) = 'GROUP'`;
}
