import type { Db, Tx } from './db.ts';
import { sql } from './sql.ts';

type Dialect = Pick<Db, 'dialect'>;

// Nobody asks for a mark later than the longest deadline, two minutes, after it was left.
const keptMinutes = 10;
// Removed at once: some ms of work.
const removedAtOnce = 10_000;

/** Leaves the mark of a commit in its transaction. */
export async function leaveMark({ dialect }: Dialect, tx: Tx, id: Uint8Array<ArrayBuffer>): Promise<void> {
  if (dialect === 'sqlite') await tx.commit.create({ data: { id, at: new Date() } });
  else await tx.$executeRaw(sql`INSERT INTO \`Commit\` (id, at) VALUES (${id}, UTC_TIMESTAMP(3))`);
}

/** Whether that commit came about. While its transaction is still open, this waits for its end. */
export async function isMarked({ dialect }: Dialect, tx: Tx, id: Uint8Array<ArrayBuffer>): Promise<boolean> {
  if (dialect === 'sqlite') return (await tx.commit.findUnique({ where: { id } })) !== null;
  const rows = await tx.$queryRaw<unknown[]>(sql`SELECT 1 FROM \`Commit\` WHERE id = ${id} LOCK IN SHARE MODE`);
  return rows.length > 0;
}

/** Removes old marks: ids are in order of the clock of the node that made them, `at` is the database's. */
export async function forgetMarks({ dialect }: Dialect, tx: Tx): Promise<void> {
  if (dialect === 'sqlite') {
    await tx.commit.deleteMany({ where: { at: { lt: new Date(Date.now() - keptMinutes * 60_000) } } });
    return;
  }
  await tx.$executeRaw(
    sql`DELETE FROM \`Commit\` WHERE at < UTC_TIMESTAMP(3) - INTERVAL ${keptMinutes} MINUTE ORDER BY id LIMIT ${removedAtOnce}`,
  );
}
