import { readMessages } from '../message/index.ts';
import { eraseItems, eraseNotes, itemsAbout } from '../queue/index.ts';
import type { DeletedMessages } from '../user/index.ts';
import { leaveRemoval } from './forgetting.ts';
import type { ModerationParts } from './parts.ts';

/**
 * Removes an erased account from the queue. The copy of a message is erased together with the message: items about messages that still
 * stand are kept. Throws the errors that Moderation.eraseAll names.
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
    for (const { id: itemId, state } of ended) if (state === 'OPEN') await leaveRemoval(tx, config, { itemId, at });
  });
}
