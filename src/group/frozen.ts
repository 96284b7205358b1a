import { freezeMarkers, type Tx } from '../db/index.ts';
import type { BlockEffects } from '../user/index.ts';
import { directKey } from './store.ts';

async function directOf(tx: Tx, one: bigint, other: bigint): Promise<bigint | null> {
  const direct = await tx.conversation.findUnique({ where: { directKey: directKey(one, other) }, select: { id: true } });
  return direct?.id ?? null;
}

/**
 * What a block does to the direct conversation of the two. As long as it stands each is shown how far the other had got when it began: that looks as if they
 * had not opened it since, whereas markers that vanish would tell of the block.
 */
export const frozenMarkers: BlockEffects = {
  async begin(tx, one, other) {
    const conversationId = await directOf(tx, one, other);
    if (conversationId !== null) await freezeMarkers(tx, conversationId);
  },
  async end(tx, one, other) {
    const conversationId = await directOf(tx, one, other);
    if (conversationId === null) return;
    await tx.membership.updateMany({ where: { conversationId }, data: { shownDeliveredSeq: null, shownReadSeq: null } });
  },
};
