import { readMessages } from '../message/index.ts';
import { eraseItems, eraseNotes, itemsAbout } from '../queue/index.ts';
import type { DeletedMessages } from '../user/index.ts';
import { leaveForgetting } from './forgetting.ts';
import type { ModerationParts } from './parts.ts';

/**
 * Takes an erased account out of the queue. What is kept of a message goes with the message: of those that stand the items stand too. Throws as
 * Moderation.eraseAll says.
 */
export async function eraseFromQueue({ db, config }: ModerationParts, userId: bigint, messages: DeletedMessages): Promise<void> {
  await db.transaction(async (tx) => {
    await eraseNotes(tx, userId);
    const items = await itemsAbout(tx, userId);
    const refs = items.flatMap(({ target }) => (target.kind === 'MESSAGE' && messages === 'KEEP' ? [target] : []));
    const standing = new Set(
      (await readMessages(tx, refs)).flatMap((message, place) => (message?.recalledAt === null ? [refs[place]] : [])),
    );
    const ended = items.filter(({ target }) => target.kind !== 'MESSAGE' || !standing.has(target));
    const at = await db.now(tx);
    await eraseItems(
      tx,
      ended.map(({ id }) => id),
      at,
    );
    for (const { id: itemId, state } of ended) if (state === 'OPEN') await leaveForgetting(tx, config, { itemId, at });
  });
}
