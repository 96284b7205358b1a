import { type Db, moveHeads, type StreamRow, type Tx } from '../db/index.ts';

/**
 * Counts moves of users' own read markers. Returns each user's total after these moves.
 *
 * A move is not an entry, so a lost hint of it leaves no gap in the log. It leaves a gap in this count instead. The count is on the row of
 * the account's stream, where the head check sees it. `accounts` are those rows, locked by the transaction.
 */
export async function countMarkerMoves(
  db: Pick<Db, 'dialect'>,
  tx: Tx,
  { accounts, moves }: { readonly accounts: readonly StreamRow[]; readonly moves: ReadonlyMap<bigint, number> },
): Promise<ReadonlyMap<bigint, number>> {
  const moved = accounts.flatMap((account) => {
    const more = moves.get(account.id) ?? 0;
    return more === 0 ? [] : [{ ...account, lastOrdinal: markerCount(account) + more }];
  });
  await moveHeads(db, tx, moved);
  return new Map(moved.map(({ id, lastOrdinal }) => [id, lastOrdinal]));
}

/**
 * How often the own read markers of an account's user have moved; 0 for other kinds of streams. An account has no messages, so its
 * lastOrdinal holds this count.
 */
export function markerCount({ kind, lastOrdinal }: Pick<StreamRow, 'kind' | 'lastOrdinal'>): number {
  return kind === 'ACCOUNT' ? lastOrdinal : 0;
}
