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
  readonly erased: boolean;
  /** Not before then may they say anything; null: they may. */
  readonly suspendedUntil: Date | null;
}

const shown = {
  id: true,
  handle: true,
  displayName: true,
  avatarUrl: true,
  bio: true,
  createdAt: true,
  state: true,
  suspendedUntil: true,
} as const;

type Row = Omit<HeldUser, 'erased'> & { readonly state: string };

/**
 * Users that do not change until the transaction ends, in no order; absent ones are absent. Only reads may follow on their rows. Whoever
 * changes a user waits meanwhile, so nobody may wait for them who holds one: take all other locks first.
 */
export async function holdUsers({ dialect }: Pick<Db, 'dialect'>, tx: Tx, ids: readonly bigint[]): Promise<readonly HeldUser[]> {
  const rows = await (dialect === 'sqlite' ? tx.user.findMany({ where: { id: { in: [...ids] } }, select: shown }) : shareLock(tx, ids));
  return rows.map(({ state, ...row }) => ({ ...row, erased: state === 'ERASED' }));
}

// Whoever writes holds SQLite's only write lock.
function shareLock(tx: Tx, ids: readonly bigint[]): Promise<Row[]> {
  return tx.$queryRaw<Row[]>(
    sql`SELECT id, handle, displayName, avatarUrl, bio, createdAt, state, suspendedUntil FROM User WHERE id IN (${join(ids)}) LOCK IN SHARE MODE`,
  );
}

/**
 * Has everybody wait who holds one of these users, until the transaction ends: for whoever changes what those rely on and is not in the row itself. As with
 * `holdUsers`, take all other locks first. Who holds one of them and waits for another is a deadlock, which is so rare that it is left to be tried again.
 */
export async function holdUsersForChange({ dialect }: Pick<Db, 'dialect'>, tx: Tx, ids: readonly bigint[]): Promise<void> {
  if (dialect === 'mysql') await tx.$queryRaw(sql`SELECT id FROM User WHERE id IN (${join(ids)}) ORDER BY id FOR UPDATE`);
}
