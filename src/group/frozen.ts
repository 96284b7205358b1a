import type { Tx } from '../db/index.ts';
import type { BlockEffects } from '../user/index.ts';
import { directKey } from './store.ts';

async function sidesOfDirect(tx: Tx, one: bigint, other: bigint) {
  const direct = await tx.conversation.findUnique({ where: { directKey: directKey(one, other) }, select: { id: true } });
  return direct === null ? [] : tx.membership.findMany({ where: { conversationId: direct.id } });
}

/**
 * What a block does to the direct conversation of the two. As long as it stands each is shown how far the other had got when it began: that looks as if they
 * had not opened it since, whereas markers that vanish would tell of the block.
 */
export const frozenMarkers: BlockEffects = {
  async begin(tx, one, other) {
    for (const { conversationId, userId, deliveredSeq, readSeq } of await sidesOfDirect(tx, one, other)) {
      await tx.membership.update({
        where: { conversationId_userId: { conversationId, userId } },
        data: { shownDeliveredSeq: deliveredSeq, shownReadSeq: readSeq },
      });
    }
  },
  async end(tx, one, other) {
    for (const { conversationId } of await sidesOfDirect(tx, one, other)) {
      await tx.membership.updateMany({ where: { conversationId }, data: { shownDeliveredSeq: null, shownReadSeq: null } });
    }
  },
};
