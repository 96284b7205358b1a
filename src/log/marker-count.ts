import type { Db, StreamRow, Tx } from '../db/index.ts';

/**
 * Runs `move`, which moves one of the user's own read markers, and answers how often they have moved by then, or null if it moved none. A
 * move is no entry, so a hint of it that is lost leaves no hole in the log: it leaves one in this count, which stands on the row of the account's
 * stream and so is seen by whoever compares heads. Locks that row: it must begin its transaction.
 */
export async function countMarkerMove(
  { lockStreams }: Pick<Db, 'lockStreams'>,
  tx: Tx,
  { userId, move }: { readonly userId: bigint; readonly move: () => Promise<boolean> },
): Promise<number | null> {
  const [account] = (await lockStreams(tx, [userId])).rows;
  if (account === undefined) throw new Error(`user ${userId} has no account stream`);
  if (!(await move())) return null;
  const count = markerCount(account) + 1;
  await tx.stream.updateMany({ where: { id: userId }, data: { lastOrdinal: count } });
  return count;
}

/** How often the own read markers of an account's user have moved; 0 for other kinds of streams. Accounts hold no messages, so their ordinal counts this. */
export function markerCount({ kind, lastOrdinal }: Pick<StreamRow, 'kind' | 'lastOrdinal'>): number {
  return kind === 'ACCOUNT' ? lastOrdinal : 0;
}
