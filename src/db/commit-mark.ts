import type { Db, Tx } from './db.ts';
import { sql } from './sql.ts';

type Dialect = Pick<Db, 'dialect'>;

// A mark is asked for at most two minutes after it was left: that is the longest deadline.
const keptMinutes = 10;
// Rows deleted by one statement: some ms of work.
const removedAtOnce = 10_000;

/** Inserts the mark of a commit, in its transaction. */
export async function leaveMark({ dialect }: Dialect, tx: Tx, id: Uint8Array<ArrayBuffer>): Promise<void> {
  if (dialect === 'sqlite') await tx.commit.create({ data: { id, at: new Date() } });
  else await tx.$executeRaw(sql`INSERT INTO \`Commit\` (id, at) VALUES (${id}, UTC_TIMESTAMP(3))`);
}

/** Whether the commit with this mark was done. While its transaction is still open, waits for its end. */
export async function isMarked({ dialect }: Dialect, tx: Tx, id: Uint8Array<ArrayBuffer>): Promise<boolean> {
  if (dialect === 'sqlite') return (await tx.commit.findUnique({ where: { id } })) !== null;
  const rows = await tx.$queryRaw<unknown[]>(sql`SELECT 1 FROM \`Commit\` WHERE id = ${id} LOCK IN SHARE MODE`);
  return rows.length > 0;
}

/** Deletes old marks. Ids are ordered by the clock of the node that made them; `at` is the database's time. */
export async function forgetMarks({ dialect }: Dialect, tx: Tx): Promise<void> {
  if (dialect === 'sqlite') {
    await tx.commit.deleteMany({ where: { at: { lt: new Date(Date.now() - keptMinutes * 60_000) } } });
    return;
  }
  await tx.$executeRaw(
    sql`DELETE FROM \`Commit\` WHERE at < UTC_TIMESTAMP(3) - INTERVAL ${keptMinutes} MINUTE ORDER BY id LIMIT ${removedAtOnce}`,
  );
}
