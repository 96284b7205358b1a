import type { BlockEffects } from '../contact/index.ts';
import { freezeMarkers, readReaders, readReceiptBounds, type Tx } from '../db/index.ts';
import { directKey } from './store.ts';

async function directOf(tx: Tx, one: bigint, other: bigint): Promise<bigint | null> {
  const direct = await tx.conversation.findUnique({ where: { directKey: directKey(one, other) }, select: { id: true } });
  return direct?.id ?? null;
}

/**
 * What a block does to the direct conversation of the two users. While a block lasts, each user sees the other's markers as they were when
 * it began. It looks as if the other had not opened the conversation since; markers that vanish would reveal the block.
 */
export const frozenMarkers: BlockEffects = {
  async begin(tx, blocker, other) {
    const conversationId = await directOf(tx, blocker, other);
    if (conversationId === null) return;
    await freezeMarkers(tx, conversationId);
    const where = { conversationId_userId: { conversationId, userId: blocker } };
    const [reach] = await readReceiptBounds(tx, [conversationId], null);
    const { shownDeliveredSeq, shownReadSeq } = await tx.membership.findUniqueOrThrow({ where });
    // If the other user's block came first, the blocker's shown markers are older than what both users have reached. That must not go back.
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
    // This update locks the rows. A read marker that is raised after it sees no block, and its own batch tells the other user.
    await tx.membership.updateMany({ where: { conversationId }, data: { blocks: false } });
    const readers = await readReaders(tx, [conversationId]);
    await tx.membership.updateMany({ where: { conversationId }, data: { shownDeliveredSeq: null, shownReadSeq: null } });
    return readers.flatMap(({ userId, isAhead }) => (isAhead ? [userId] : []));
  },
};
