import { type Tx, writeInPieces } from '../db/index.ts';
import { uuidBytes, uuidText } from '../uuid.ts';
import type { Item, Resolution } from './item.ts';
import { targetOf } from './store.ts';

/** Resolves an item. The caller must hold the lock of the target's stream, and must have checked that the item is open. */
export async function resolveItem(tx: Tx, id: string, { action, note, at, byId }: Resolution): Promise<void> {
  await tx.moderationItem.update({
    where: { id: uuidBytes(id) },
    data: { state: 'RESOLVED', openTarget: null, action, note, resolvedAt: at, resolvedById: byId },
  });
}

/** Removes a resolved item and its reports. */
export async function removeItem(tx: Tx, id: string): Promise<void> {
  const itemId = uuidBytes(id);
  const { count } = await tx.moderationItem.deleteMany({ where: { id: itemId, state: 'RESOLVED' } });
  if (count > 0) await tx.moderationReport.deleteMany({ where: { itemId } });
}

/** An item about a user, by its id, target and state. */
export type ItemAbout = Pick<Item, 'id' | 'target' | 'state'>;

/** Reads the items about a user that are open or still hold text. */
export async function itemsAbout(tx: Tx, userId: bigint): Promise<readonly ItemAbout[]> {
  const rows = await tx.moderationItem.findMany({
    where: { userId, OR: [{ state: 'OPEN' }, { text: { not: null } }] },
    omit: { text: true },
  });
  return rows.map((row) => ({ id: uuidText(row.id), target: targetOf(row), state: row.state as ItemAbout['state'] }));
}

/** Resolves items about an erased account as ERASED, and removes the text they hold. */
export async function eraseItems(tx: Tx, ids: readonly string[], at: Date): Promise<void> {
  await writeInPieces(ids.map(uuidBytes), async (piece) => {
    const [itemId, id] = [{ in: [...piece] }, { in: [...piece] }];
    await tx.moderationReport.updateMany({ where: { itemId }, data: { text: null, words: null } });
    await tx.moderationItem.updateMany({ where: { id }, data: { text: null } });
    const ended = { state: 'RESOLVED', openTarget: null, action: 'ERASED', resolvedAt: at };
    await tx.moderationItem.updateMany({ where: { id, state: 'OPEN' }, data: ended });
  });
}

/** Removes the notes of a user's reports. The reports stay. */
export async function eraseNotes(tx: Tx, reporterId: bigint): Promise<void> {
  await tx.moderationReport.updateMany({ where: { reporterId, note: { not: null } }, data: { note: null } });
}
