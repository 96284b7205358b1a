import type { Tx } from './db.ts';
import type { Prisma } from './generated/mysql/client.ts';
import { isNotDissolved } from './not-dissolved.ts';
import { inPieces } from './pieces.ts';
import { join, raw, sql } from './sql.ts';

/** The relation between two users, in either direction. */
export interface Acquaintance {
  /**
   * Whether the users are contacts, or both are shown the same conversation and it has an entry. An empty conversation does not count,
   * because the other user cannot know that it was opened.
   */
  readonly areAcquainted: boolean;
  /** Whether either user has blocked the other. */
  readonly isBlocked: boolean;
}

interface Found {
  readonly id: bigint | number;
  readonly acquainted: bigint | number | null;
  readonly blocked: bigint | number | null;
}

// Nearly every user is in fewer conversations. A user in more, such as a help desk that thousands write to, is looked for in the
// conversations of the user who asks: these are many only if both users are such.
const fewConversations = 500;

// Without index hints, MySQL takes the wrong one of two indexes: it looks up a single membership through all conversations of a user, and
// the reverse. SQLite reads the hints as comments.
const byUser = raw('/*! FORCE INDEX (Membership_userId_state_conversationId_idx) */');

/**
 * Reads the relation between a user and others, in the order of `otherIds`. There is none between a user and themselves, and none with an
 * erased account, even while its contacts and memberships have yet to be ended.
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

// Reads the conversations of `one` until `other` is found in one of them. Scalar subqueries, because the planner may turn a join around and
// read all members.
function sharedOf(one: Prisma.Sql, other: Prisma.Sql): Prisma.Sql {
  return sql`(SELECT 1 FROM Membership m ${byUser} WHERE m.userId = ${one} AND m.state = 'ACTIVE' AND m.shown = 1
    AND (SELECT o.shown FROM Membership o /*! FORCE INDEX (PRIMARY) */ WHERE o.conversationId = m.conversationId AND o.userId = ${other} AND o.state = 'ACTIVE') = 1
    AND (SELECT s.lastSeq FROM Stream s WHERE s.id = m.conversationId) > 0 AND ${isNotDissolved('m')} LIMIT 1)`;
}
