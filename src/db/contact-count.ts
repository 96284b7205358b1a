import type { Tx } from './db.ts';
import { inPieces } from './pieces.ts';

/** Counts the contacts of each user, in the order of `userIds`. */
export async function countContacts(tx: Tx, userIds: readonly bigint[]): Promise<readonly number[]> {
  const rows = await inPieces(userIds, (piece) =>
    tx.contact.groupBy({ by: ['userId'], where: { userId: { in: [...piece] }, state: 'ACTIVE' }, _count: { _all: true } }),
  );
  const counts = new Map(rows.map(({ userId, _count }) => [userId, _count._all]));
  return userIds.map((userId) => counts.get(userId) ?? 0);
}
