import { inPieces, type Tx } from '../db/index.ts';
import { uuidBytes, uuidText } from '../uuid.ts';
import type { Item, Resolution } from './item.ts';
import { targetOf } from './store.ts';

/** Ends an item. Whoever calls it holds its target's stream, and has seen that it is open. */
export async function resolveItem(tx: Tx, id: string, { action, note, at, byId }: Resolution): Promise<void> {
  await tx.moderationItem.update({
    where: { id: uuidBytes(id) },
    data: { state: 'RESOLVED', openTarget: null, action, note, resolvedAt: at, resolvedById: byId },
  });
}

/** Forgets a resolved item, and all that was said of it. */
export async function removeItem(tx: Tx, id: string): Promise<void> {
  const itemId = uuidBytes(id);
  const { count } = await tx.moderationItem.deleteMany({ where: { id: itemId, state: 'RESOLVED' } });
  if (count > 0) await tx.moderationReport.deleteMany({ where: { itemId } });
}

/** An item about a user, by what it names. */
export type ItemAbout = Pick<Item, 'id' | 'target' | 'state'>;

/** The items about a user that wait, or still hold what they said. */
export async function itemsAbout(tx: Tx, userId: bigint): Promise<readonly ItemAbout[]> {
  const rows = await tx.moderationItem.findMany({
    where: { userId, OR: [{ state: 'OPEN' }, { text: { not: null } }] },
    omit: { text: true },
  });
  return rows.map((row) => ({ id: uuidText(row.id), target: targetOf(row), state: row.state as ItemAbout['state'] }));
}

/** Ends items about an erased account, and leaves no copy of what it said in them. */
export async function eraseItems(tx: Tx, ids: readonly string[], at: Date): Promise<void> {
  await inPieces(ids.map(uuidBytes), async (piece) => {
    const [itemId, id] = [{ in: [...piece] }, { in: [...piece] }];
    await tx.moderationReport.updateMany({ where: { itemId }, data: { text: null, words: null } });
    await tx.moderationItem.updateMany({ where: { id }, data: { text: null } });
    const ended = { state: 'RESOLVED', openTarget: null, action: 'ERASED', resolvedAt: at };
    await tx.moderationItem.updateMany({ where: { id, state: 'OPEN' }, data: ended });
    return [];
  });
}

/** Forgets what a user has said to what they reported; that they did stays. */
export async function eraseNotes(tx: Tx, reporterId: bigint): Promise<void> {
  await tx.moderationReport.updateMany({ where: { reporterId, note: { not: null } }, data: { note: null } });
}
