import type { Db, Tx } from './db.ts';
import { join, sql } from './sql.ts';

/** When somebody was last online. */
export interface LastSeen {
  readonly userId: bigint;
  readonly at: Date;
}

/** Notes when users were last online; later is not overwritten. Of who is invisible, or erased, nothing is noted. At most 400 at a time, each once. */
export async function raiseLastSeen({ dialect }: Pick<Db, 'dialect'>, tx: Tx, seen: readonly LastSeen[]): Promise<void> {
  const rows = join(
    // Whoever else writes them takes them in the same order.
    [...seen].sort((one, other) => Number(one.userId - other.userId)).map(({ userId, at }) => sql`SELECT ${userId} AS userId, ${at} AS at`),
    ' UNION ALL ',
  );
  const whole = sql`INSERT INTO Presence (userId, choice, lastSeenAt)
    SELECT v.userId, 'ONLINE', v.at FROM (${rows}) AS v JOIN User u ON u.id = v.userId WHERE u.state = 'ACTIVE'`;
  await tx.$executeRaw(
    dialect === 'sqlite'
      ? sql`${whole} ON CONFLICT (userId) DO UPDATE SET lastSeenAt = excluded.lastSeenAt
          WHERE Presence.choice <> 'INVISIBLE' AND (Presence.lastSeenAt IS NULL OR Presence.lastSeenAt < excluded.lastSeenAt)`
      : sql`${whole} ON DUPLICATE KEY UPDATE lastSeenAt = CASE
          WHEN Presence.choice = 'INVISIBLE' OR Presence.lastSeenAt > v.at THEN Presence.lastSeenAt ELSE v.at END`,
  );
}
