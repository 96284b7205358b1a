import { selectAcquaintance, type Tx } from '../db/index.ts';

/**
 * Whether one user may watch another; it is the same in both directions. VEILED: they are acquainted, but one has blocked the other, and
 * neither may be able to tell.
 */
export type Watchable = 'OPEN' | 'VEILED' | 'CLOSED';

/**
 * Reads whether the user and each of the others may watch each other, in the order asked for. Contacts may, users who share a conversation
 * may, and all users may watch themselves. Nobody may watch an erased account.
 */
export async function watchable(tx: Tx, userId: bigint, otherIds: readonly bigint[]): Promise<readonly Watchable[]> {
  const found = await selectAcquaintance(tx, userId, otherIds);
  return found.map(({ areAcquainted, isBlocked }, place) => {
    if (otherIds[place] === userId) return 'OPEN';
    if (!areAcquainted) return 'CLOSED';
    return isBlocked ? 'VEILED' : 'OPEN';
  });
}
