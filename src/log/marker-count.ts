import { type Db, moveHeads, type StreamRow, type Tx } from '../db/index.ts';

/**
 * Counts moves of users' own read markers, and answers how often each user's have moved by then. A move is no entry, so a hint of it that is lost leaves no
 * hole in the log: it leaves one in this count, which stands on the row of the account's stream and so is seen by whoever compares heads. `accounts`: those
 * rows, which the transaction has locked.
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

/** How often the own read markers of an account's user have moved; 0 for other kinds of streams. Accounts hold no messages, so their ordinal counts this. */
export function markerCount({ kind, lastOrdinal }: Pick<StreamRow, 'kind' | 'lastOrdinal'>): number {
  return kind === 'ACCOUNT' ? lastOrdinal : 0;
}
