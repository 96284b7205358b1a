import type { Db, Tx } from './db.ts';
import { sql } from './sql.ts';

/**
 * Has everybody wait who holds the deployment's one row, until the transaction ends: for what there is one of in a system. Must be the first statement
 * of its transaction, so that what is read after it is the newest.
 */
export async function holdDeployment({ dialect }: Pick<Db, 'dialect'>, tx: Tx): Promise<void> {
  // Whoever writes holds SQLite's only write lock.
  if (dialect === 'mysql') await tx.$queryRaw(sql`SELECT id FROM Deployment WHERE id = 1 FOR UPDATE`);
}
