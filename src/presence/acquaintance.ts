import { selectAcquaintance, type Tx } from '../db/index.ts';

/** Whether one user may watch another. It is so both ways. VEILED: they might, but one has blocked the other, which neither is to be told. */
export type Watchable = 'OPEN' | 'VEILED' | 'CLOSED';

/**
 * Whether the user and each other may watch each other, in the order asked for: contacts may, those in one conversation, and everybody themselves. Nobody
 * may watch an erased account, also while what it shared has yet to be ended.
 */
export async function watchable(tx: Tx, userId: bigint, otherIds: readonly bigint[]): Promise<readonly Watchable[]> {
  const found = await selectAcquaintance(tx, userId, otherIds);
  return found.map(({ areContacts, areFellows, isBlocked, isErased }, place) => {
    if (otherIds[place] === userId) return 'OPEN';
    if (isErased || (!areContacts && !areFellows)) return 'CLOSED';
    return isBlocked ? 'VEILED' : 'OPEN';
  });
}
