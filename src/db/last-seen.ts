import { compareIds } from '../compare-ids.ts';
import type { Db, Tx } from './db.ts';
import { byUserKey } from './hold-users.ts';
import { join, sql } from './sql.ts';

/** When a user was last online. */
export interface LastSeen {
  readonly userId: bigint;
  readonly at: Date;
}

/**
 * Stores when users were last online. A later time that is stored stays. Nothing is stored for users who are invisible or erased. Takes at
 * most 400 rows, each user once.
 */
export async function raiseLastSeen({ dialect }: Pick<Db, 'dialect'>, tx: Tx, seen: readonly LastSeen[]): Promise<void> {
  const rows = join(
    // All transactions that write several of these rows take them in this order, which avoids deadlocks.
    [...seen]
      .sort((one, other) => compareIds(one.userId, other.userId))
      .map(({ userId, at }) => sql`SELECT ${userId} AS userId, ${at} AS at`),
    ' UNION ALL ',
  );
  // Each user by their key, because users that are read are locked: MariaDB 11 would read them all.
  const whole = sql`INSERT INTO Presence (userId, choice, lastSeenAt)
    SELECT /*! STRAIGHT_JOIN */ v.userId, 'ONLINE', v.at
      FROM (${rows}) AS v JOIN User u ${byUserKey} ON u.id = v.userId WHERE u.state = 'ACTIVE'`;
  await tx.$executeRaw(
    dialect === 'sqlite'
      ? sql`${whole} ON CONFLICT (userId) DO UPDATE SET lastSeenAt = excluded.lastSeenAt
          WHERE Presence.choice <> 'INVISIBLE' AND (Presence.lastSeenAt IS NULL OR Presence.lastSeenAt < excluded.lastSeenAt)`
      : sql`${whole} ON DUPLICATE KEY UPDATE lastSeenAt = CASE
          WHEN Presence.choice = 'INVISIBLE' OR Presence.lastSeenAt > v.at THEN Presence.lastSeenAt ELSE v.at END`,
  );
}
