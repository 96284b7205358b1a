import type { Db, Tx } from './db.ts';
import type { Kinds } from './kind.ts';
import { empty, join, sql } from './sql.ts';
import { type Found, rowReader, wholeRow } from './whole-row.ts';

/** A user's row as others may see it. */
export interface HeldUser {
  readonly id: bigint;
  readonly handle: string;
  readonly displayName: string;
  readonly avatarUrl: string | null;
  readonly bio: string | null;
  readonly createdAt: Date;
  readonly erased: boolean;
  /** They are a program of the operators'. */
  readonly bot: boolean;
  /** What operators put on them: an object of JSON, to the letter. */
  readonly data: string | null;
  /** Not before then may they say anything; null: they may. */
  readonly suspendedUntil: Date | null;
}

/** The columns by which they are read. */
export const heldKinds = {
  ...{
    id: 'id',
    handle: 'text',
    displayName: 'text',
    avatarUrl: 'text',
    bio: 'text',
    createdAt: 'time',
    state: 'text',
    suspendedUntil: 'time',
    bot: 'flag',
    data: 'text',
  },
} as const satisfies Kinds;

type Row = Omit<HeldUser, 'erased'> & { readonly state: string };

const readRow = rowReader<Row>(heldKinds);

/** A user as their columns say. */
export function heldUser({ state, ...row }: Row): HeldUser {
  return { ...row, erased: state === 'ERASED' };
}

/**
 * Users that do not change until the transaction ends, in no order; absent ones are absent. Only reads may follow on their rows. Whoever
 * changes a user waits meanwhile, so nobody may wait for them who holds one: take all other locks first.
 */
export async function holdUsers({ dialect }: Pick<Db, 'dialect'>, tx: Tx, ids: readonly bigint[]): Promise<readonly HeldUser[]> {
  // Whoever writes holds SQLite's only write lock.
  const held = dialect === 'sqlite' ? empty : sql`LOCK IN SHARE MODE`;
  const rows = await tx.$queryRaw<Found[]>(sql`SELECT ${wholeRow(heldKinds)} FROM User WHERE id IN (${join(ids)}) ${held}`);
  return rows.map((row) => heldUser(readRow(row)));
}

/**
 * Has everybody wait who holds one of these users, until the transaction ends: for whoever changes what those rely on and is not in the row itself. As with
 * `holdUsers`, take all other locks first. Who holds one of them and waits for another is a deadlock, which is so rare that it is left to be tried again.
 */
export async function holdUsersForChange({ dialect }: Pick<Db, 'dialect'>, tx: Tx, ids: readonly bigint[]): Promise<void> {
  if (dialect === 'mysql') await tx.$queryRaw(sql`SELECT id FROM User WHERE id IN (${join(ids)}) ORDER BY id FOR UPDATE`);
}
