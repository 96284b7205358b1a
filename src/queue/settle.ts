import type { Tx } from '../db/index.ts';
import { uuidBytes } from '../uuid.ts';
import type { Resolution } from './item.ts';

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

/** Which items about an erased account end with it: all, or but for its messages, which stay. */
export type ErasedItems = 'ALL' | 'USER';

/**
 * Takes an erased account out of the queue: items about it end, and no copy of what it said is left in them; of what it has reported itself the notes go.
 * Done again, it finds nothing.
 */
export async function eraseFromQueue(
  tx: Tx,
  userId: bigint,
  { ended, at }: { readonly ended: ErasedItems; readonly at: Date },
): Promise<void> {
  await tx.moderationReport.updateMany({ where: { reporterId: userId, note: { not: null } }, data: { note: null } });
  const about = ended === 'ALL' ? { userId } : { userId, kind: 'USER' };
  const rows = await tx.moderationItem.findMany({ where: about, select: { id: true } });
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) return;
  await tx.moderationReport.updateMany({ where: { itemId: { in: ids } }, data: { text: null, words: null } });
  await tx.moderationItem.updateMany({ where: { id: { in: ids } }, data: { text: null } });
  await tx.moderationItem.updateMany({
    where: { id: { in: ids }, state: 'OPEN' },
    data: { state: 'RESOLVED', openTarget: null, action: 'ERASED', resolvedAt: at },
  });
}
