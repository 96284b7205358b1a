import { selectAcquaintance, type Tx } from '../db/index.ts';

/** Whether one user may watch another. It is so both ways. VEILED: they might, but one has blocked the other, which neither is to be told. */
export type Watchable = 'OPEN' | 'VEILED' | 'CLOSED';

/**
 * Whether the user and each other may watch each other, in the order asked for: contacts may, those in one conversation, and everybody themselves. Nobody
 * may watch an erased account.
 */
export async function watchable(tx: Tx, userId: bigint, otherIds: readonly bigint[]): Promise<readonly Watchable[]> {
  const found = await selectAcquaintance(tx, userId, otherIds);
  return found.map(({ areAcquainted, isBlocked }, place) => {
    if (otherIds[place] === userId) return 'OPEN';
    if (!areAcquainted) return 'CLOSED';
    return isBlocked ? 'VEILED' : 'OPEN';
  });
}
