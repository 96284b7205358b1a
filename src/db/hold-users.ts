import type { Db, Tx } from './db.ts';
import { join, sql } from './sql.ts';

/** A user's row as others may see it. */
export interface HeldUser {
  readonly id: bigint;
  readonly handle: string;
  readonly displayName: string;
  readonly avatarUrl: string | null;
  readonly bio: string | null;
  readonly createdAt: Date;
}

const shown = { id: true, handle: true, displayName: true, avatarUrl: true, bio: true, createdAt: true } as const;

/**
 * Users that do not change until the transaction ends, in no order; absent ones are absent. Only reads may follow on their rows. Whoever
 * changes a user waits meanwhile, so nobody may wait for them who holds one: take all other locks first.
 */
export function holdUsers({ dialect }: Pick<Db, 'dialect'>, tx: Tx, ids: readonly bigint[]): Promise<readonly HeldUser[]> {
  // Whoever writes holds SQLite's only write lock.
  if (dialect === 'sqlite') return tx.user.findMany({ where: { id: { in: [...ids] } }, select: shown });
  return tx.$queryRaw<HeldUser[]>(
    sql`SELECT id, handle, displayName, avatarUrl, bio, createdAt FROM User WHERE id IN (${join(ids)}) LOCK IN SHARE MODE`,
  );
}

/**
 * Has everybody wait who holds one of these users, until the transaction ends: for whoever changes what those rely on and is not in the row itself. As with
 * `holdUsers`, take all other locks first.
 */
export async function holdUsersForChange({ dialect }: Pick<Db, 'dialect'>, tx: Tx, ids: readonly bigint[]): Promise<void> {
  if (dialect === 'mysql') await tx.$queryRaw(sql`SELECT id FROM User WHERE id IN (${join(ids)}) ORDER BY id FOR UPDATE`);
}
