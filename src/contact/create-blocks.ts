import type { Blocks } from './block.ts';
import { blockUser, unblockUser } from './block-act.ts';
import { isBlock, readBlocks } from './block-store.ts';
import { listBlocks } from './list.ts';
import type { ContactParts } from './parts.ts';

/** Creates the part that manages blocks. */
export function createBlocks(parts: ContactParts): Blocks {
  const { client } = parts.db;
  return {
    block: (viewer, options) => blockUser(parts, viewer, options),
    unblock: (viewer, options) => unblockUser(parts, viewer, options),
    list: (viewer, page) => listBlocks(client, viewer, page),
    async byRefs(refs) {
      const rows = await readBlocks(client, refs);
      return rows.map((row) => (isBlock(row) ? row : null));
    },
    async between(userId, otherIds) {
      const refs = otherIds.flatMap((otherId) => [
        { userId, otherId },
        { userId: otherId, otherId: userId },
      ]);
      const stands = (await readBlocks(client, refs)).map(isBlock);
      return otherIds.map((_, place) => stands[2 * place] === true || stands[2 * place + 1] === true);
    },
  };
}
