import type { Db, Tx } from './db.ts';
import type { Kinds } from './kind.ts';
import { empty, join, raw, sql } from './sql.ts';
import { type RawRow, rowReader, wholeRow } from './whole-row.ts';

/** A user's row as others may see it, and the user's suspension. */
export interface HeldUser {
  readonly id: bigint;
  readonly handle: string;
  readonly displayName: string;
  readonly avatarUrl: string | null;
  readonly bio: string | null;
  readonly createdAt: Date;
  readonly erased: boolean;
  /** Whether the user is a bot: a program of the operators. */
  readonly bot: boolean;
  /** What operators have put on the user: the text of a JSON object, kept exactly as given. */
  readonly data: string | null;
  /** The user may not send anything before this time. Null: not suspended. */
  readonly suspendedUntil: Date | null;
}

/** The columns that a HeldUser is read from. */
export const heldKinds = {
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
} as const satisfies Kinds;

type Row = Omit<HeldUser, 'erased'> & { readonly state: string };

const readRow = rowReader<Row>(heldKinds);

/**
 * For statements that lock users. Without it, the server scans the table for more than a few of its users, and waits for whoever holds any
 * other. SQLite reads it as a comment.
 */
export const byUserKey = raw('/*! FORCE INDEX (PRIMARY) */');

/** Builds a HeldUser from its columns. */
export function heldUser({ state, ...row }: Row): HeldUser {
  return { ...row, erased: state === 'ERASED' };
}

/**
 * Reads users, in no order, and keeps them unchanged until the transaction ends. Missing users are absent.
 *
 * The transaction must not change these rows afterwards. Whoever changes a user waits meanwhile and may hold other locks, so a transaction
 * that holds a user must not wait for locks: take all other locks first.
 */
export async function holdUsers({ dialect }: Pick<Db, 'dialect'>, tx: Tx, ids: readonly bigint[]): Promise<readonly HeldUser[]> {
  // On SQLite, a transaction that writes holds the only write lock.
  const held = dialect === 'sqlite' ? empty : sql`LOCK IN SHARE MODE`;
  const rows = await tx.$queryRaw<RawRow[]>(sql`SELECT ${wholeRow(heldKinds)} FROM User ${byUserKey} WHERE id IN (${join(ids)}) ${held}`);
  return rows.map((row) => heldUser(readRow(row)));
}

/**
 * Locks users until the transaction ends, also against `holdUsers`. For changes of facts that holders of a user rely on and that are not in
 * the user's row.
 *
 * As with `holdUsers`, take all other locks first. A transaction that holds one of the users and waits for another can deadlock. That is
 * rare enough to be left to the retry.
 */
export async function holdUsersForChange({ dialect }: Pick<Db, 'dialect'>, tx: Tx, ids: readonly bigint[]): Promise<void> {
  // The state is not used: if only the key is selected, MySQL reads the whole key for many of its users, in spite of the hint.
  if (dialect === 'mysql')
    await tx.$queryRaw(sql`SELECT id, state FROM User ${byUserKey} WHERE id IN (${join(ids)}) ORDER BY id FOR UPDATE`);
}
