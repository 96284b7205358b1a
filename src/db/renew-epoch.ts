import type { Db } from './db.ts';
import { newEpoch } from './migrate.ts';

/** Gives the database another epoch, as after a restore from a backup, and answers it. Whoever has opened it before goes on under the old one. */
export async function renewEpoch(db: Db): Promise<string> {
  const epoch = newEpoch();
  await db.commitAgain((tx) => tx.deployment.update({ where: { id: 1 }, data: { epoch } }));
  return epoch;
}
