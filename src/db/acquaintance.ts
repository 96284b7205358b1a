import type { Tx } from './db.ts';
import type { Prisma } from './generated/mysql/client.ts';
import { inPieces } from './pieces.ts';
import { join, raw, sql } from './sql.ts';
import { standing } from './standing.ts';

/** What stands between a user and another, either way round. */
export interface Acquaintance {
  /** They are contacts, or both are in a conversation in which something is, and shown it: that one has opened an empty one the other cannot tell. */
  readonly areAcquainted: boolean;
  /** One has blocked the other. */
  readonly isBlocked: boolean;
}

interface Found {
  readonly id: bigint | number;
  readonly acquainted: bigint | number | null;
  readonly blocked: bigint | number | null;
}

// Nearly everybody is in fewer conversations. Whether one shares any with who is in more, such as a desk that thousands write to, is found in one's own:
// they are many only where both are such.
const fewConversations = 500;

// MySQL would come to a member of one conversation by all that they are in, and the other way round. To SQLite it is a comment.
const byUser = raw('/*! FORCE INDEX (Membership_userId_state_conversationId_idx) */');

/**
 * What stands between a user and others, in the order asked for; nothing stands between a user and themselves, nor between anybody and an erased account, also
 * while what it shared has yet to be ended.
 */
export async function selectAcquaintance(tx: Tx, userId: bigint, otherIds: readonly bigint[]): Promise<readonly Acquaintance[]> {
  const rows = await inPieces(
    [...new Set(otherIds)].filter((otherId) => otherId !== userId),
    (piece) =>
      tx.$queryRaw<Found[]>(sql`
      SELECT u.id AS id, CASE
          WHEN (SELECT 1 FROM Contact k WHERE k.userId = ${userId} AND k.otherId = u.id AND k.state = 'ACTIVE') = 1 THEN 1
          WHEN (SELECT 1 FROM Membership a ${byUser} WHERE a.userId = u.id AND a.state = 'ACTIVE' LIMIT 1 OFFSET ${fewConversations}) IS NULL
            THEN ${sharedOf(sql`u.id`, sql`${userId}`)}
          ELSE ${sharedOf(sql`${userId}`, sql`u.id`)} END AS acquainted,
        COALESCE(
          (SELECT 1 FROM Block b WHERE b.userId = ${userId} AND b.otherId = u.id AND b.state = 'ACTIVE'),
          (SELECT 1 FROM Block b WHERE b.userId = u.id AND b.otherId = ${userId} AND b.state = 'ACTIVE')) AS blocked
      FROM User u WHERE u.id IN (${join([...piece])}) AND u.state = 'ACTIVE' AND (SELECT own.state FROM User own WHERE own.id = ${userId}) = 'ACTIVE'`),
  );
  const found = new Map(rows.map((row) => [BigInt(row.id), row]));
  return otherIds.map((otherId) => {
    const { acquainted = null, blocked = null } = found.get(otherId) ?? {};
    return { areAcquainted: acquainted !== null, isBlocked: blocked !== null };
  });
}

// Reads one's conversations until one is found in which the other is, too. Scalar subqueries: a join the planner may turn around, and read all members.
function sharedOf(one: Prisma.Sql, other: Prisma.Sql): Prisma.Sql {
  return sql`(SELECT 1 FROM Membership m ${byUser} WHERE m.userId = ${one} AND m.state = 'ACTIVE' AND m.shown = 1
    AND (SELECT o.shown FROM Membership o /*! FORCE INDEX (PRIMARY) */ WHERE o.conversationId = m.conversationId AND o.userId = ${other} AND o.state = 'ACTIVE') = 1
    AND (SELECT s.lastSeq FROM Stream s WHERE s.id = m.conversationId) > 0 AND ${standing('m')} LIMIT 1)`;
}
