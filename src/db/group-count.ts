import type { Tx } from './db.ts';
import { inPieces } from './pieces.ts';
import { join, sql } from './sql.ts';

/** Counts the groups that each user is an active member of, in the order of `userIds`. Dissolved groups do not count. */
export async function countGroups(tx: Tx, userIds: readonly bigint[]): Promise<readonly number[]> {
  const rows = await inPieces(userIds, (piece) =>
    tx.$queryRaw<{ userId: bigint; count: bigint }[]>(sql`
      SELECT m.userId AS userId, COUNT(*) AS count
      FROM Membership m JOIN Conversation c ON c.id = m.conversationId
      WHERE m.userId IN (${join([...piece])}) AND m.state = 'ACTIVE' AND c.kind = 'GROUP' AND c.dissolvedAt IS NULL
      GROUP BY m.userId`),
  );
  const counts = new Map(rows.map(({ userId, count }) => [BigInt(userId), Number(count)]));
  return userIds.map((userId) => counts.get(userId) ?? 0);
}
