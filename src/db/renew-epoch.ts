import type { Db } from './db.ts';
import { newEpoch } from './migrate.ts';

/**
 * Gives the database a new epoch and returns it, as after a restore from a backup. Nodes that have opened the database before keep the old
 * epoch.
 */
export async function renewEpoch(db: Db): Promise<string> {
  const epoch = newEpoch();
  await db.commitIdempotent((tx) => tx.deployment.update({ where: { id: 1 }, data: { epoch } }));
  return epoch;
}
