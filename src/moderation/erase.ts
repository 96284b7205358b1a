import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Tx } from '../db/index.ts';
import { readMessages } from '../message/index.ts';
import { eraseItems, eraseNotes, type ItemAbout, itemsAbout } from '../queue/index.ts';
import type { DeletedMessages } from '../user/index.ts';
import { leaveRemoval } from './forgetting.ts';
import type { ModerationParts } from './parts.ts';

// As many as one transaction writes in a moment. Each message with a blocked word can be an item, so a user can have thousands. One
// transaction for all of them would not end within the deadline of a write, however often the job tries.
const itemsAtOnce = 50;

/**
 * Removes an erased account from the queue, some items at a time. The copy of a message is erased together with the message: items about
 * messages that still stand are kept. Throws the errors that Moderation.eraseAll names.
 */
export async function eraseFromQueue(
  parts: ModerationParts,
  userId: bigint,
  { messages, signal }: { readonly messages: DeletedMessages; readonly signal: AbortSignal },
): Promise<void> {
  const { db } = parts;
  await db.transaction((tx) => eraseNotes(tx, userId));
  const items = await itemsAbout(db.client, userId);
  for (let from = 0; from < items.length; from += itemsAtOnce) {
    signal.throwIfAborted();
    // SQLite writes on the process's only thread, so others get their turn in between.
    await nextTurn();
    await db.transaction((tx) => eraseSome(parts, tx, { items: items.slice(from, from + itemsAtOnce), messages }));
  }
}

async function eraseSome(
  { db, config }: ModerationParts,
  tx: Tx,
  { items, messages }: { readonly items: readonly ItemAbout[]; readonly messages: DeletedMessages },
): Promise<void> {
  const refs = items.flatMap(({ target }) => (target.kind === 'MESSAGE' && messages === 'KEEP' ? [target] : []));
  const standing = new Set((await readMessages(tx, refs)).flatMap((message, place) => (message?.recalledAt === null ? [refs[place]] : [])));
  const ended = items.filter(({ target }) => target.kind !== 'MESSAGE' || !standing.has(target));
  const at = await db.now(tx);
  await eraseItems(
    tx,
    ended.map(({ id }) => id),
    at,
  );
  for (const { id: itemId, state } of ended) if (state === 'OPEN') await leaveRemoval(tx, config, { itemId, at });
}
