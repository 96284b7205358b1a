import { freezeMarkers, readReach, readReaders, type Tx } from '../db/index.ts';
import type { BlockEffects } from '../user/index.ts';
import { directKey } from './store.ts';

async function directOf(tx: Tx, one: bigint, other: bigint): Promise<bigint | null> {
  const direct = await tx.conversation.findUnique({ where: { directKey: directKey(one, other) }, select: { id: true } });
  return direct?.id ?? null;
}

/**
 * What a block does to the direct conversation of the two. As long as one stands each is shown how far the other had got when it began: that looks as if they
 * had not opened it since, whereas markers that vanish would tell of the block.
 */
export const frozenMarkers: BlockEffects = {
  async begin(tx, blocker, other) {
    const conversationId = await directOf(tx, blocker, other);
    if (conversationId === null) return;
    await freezeMarkers(tx, conversationId);
    const where = { conversationId_userId: { conversationId, userId: blocker } };
    const [reach] = await readReach(tx, [conversationId], null);
    const { shownDeliveredSeq, shownReadSeq } = await tx.membership.findUniqueOrThrow({ where });
    // What all have reached does not go back, where the other's block has held them back until now.
    const data = {
      shownDeliveredSeq: Math.max(shownDeliveredSeq ?? 0, reach?.deliveredSeq ?? 0),
      shownReadSeq: Math.max(shownReadSeq ?? 0, reach?.readSeq ?? 0),
    };
    await tx.membership.update({ where, data: { ...data, blocks: true } });
  },
  async end(tx, blocker, other, { isLast }) {
    const conversationId = await directOf(tx, blocker, other);
    if (conversationId === null) return [];
    if (!isLast) {
      await tx.membership.updateMany({ where: { conversationId, userId: blocker }, data: { blocks: false } });
      return [];
    }
    // The rows are held from here on: whoever reads on comes after it, and tells of it themselves.
    await tx.membership.updateMany({ where: { conversationId }, data: { blocks: false } });
    const readers = await readReaders(tx, [conversationId]);
    await tx.membership.updateMany({ where: { conversationId }, data: { shownDeliveredSeq: null, shownReadSeq: null } });
    return readers.flatMap(({ userId, isAhead }) => (isAhead ? [userId] : []));
  },
};
