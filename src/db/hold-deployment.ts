import type { Db, Tx } from './db.ts';
import { sql } from './sql.ts';

/**
 * Locks the deployment's only row until the transaction ends. Other transactions that lock it wait. Protects what exists once in a system.
 * Must be the first statement of its transaction, so that what is read after it is current.
 */
export async function holdDeployment({ dialect }: Pick<Db, 'dialect'>, tx: Tx): Promise<void> {
  // On SQLite, a transaction that writes holds the only write lock.
  if (dialect === 'mysql') await tx.$queryRaw(sql`SELECT id FROM Deployment WHERE id = 1 FOR UPDATE`);
}
