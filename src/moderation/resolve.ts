import { ChatError } from '../errors.ts';
import type { Inside, Verdict } from '../log/index.ts';
import { takingBack } from '../message/index.ts';
import { type Item, itemFact, type Resolution, readItems, resolveItem, streamOf } from '../queue/index.ts';
import { leaveRemoval } from './forgetting.ts';
import type { Decision, Moderation } from './moderation.ts';
import type { ModerationParts } from './parts.ts';
import { requireNote } from './shape.ts';

/** A decision whose note can be stored. */
interface Deciding {
  readonly itemId: string;
  readonly action: Decision;
  readonly note: string | null;
  readonly actorId: bigint | null;
}

/** Resolves an item. Throws the errors that Moderation.resolve names. */
export async function resolve(
  { db, log, config }: ModerationParts,
  actorId: bigint | null,
  { itemId, action, ...said }: Parameters<Moderation['resolve']>[1],
): Promise<Item> {
  const deciding = { itemId, action, note: requireNote('note', said.note), actorId };
  if (action === 'OTHER' && deciding.note === null) {
    throw new ChatError('INVALID_INPUT', 'note is required: describe what was done.', { field: ['note'] });
  }
  // An item's target never changes, so its stream can be read before it is locked.
  const [found = null] = await readItems(db.client, [itemId]);
  if (found === null) throw noItem();
  if (action === 'REMOVE_MESSAGE' && found.target.kind !== 'MESSAGE') {
    throw new ChatError('INVALID_INPUT', 'This item is not a message, so there is nothing to remove.', { field: ['action'] });
  }
  return await log.append<Item>({
    lock: [streamOf(found.target)],
    repeatable: true,
    async decide(inside): Promise<Verdict<Item>> {
      const item = await inside.read(itemFact, itemId);
      if (item === null) throw noItem();
      if (item.resolution !== null) return { result: () => requireSame(item, deciding) };
      const removal = action === 'REMOVE_MESSAGE' ? await removalOf(inside, item) : null;
      return {
        entries: () => removal?.entries ?? [],
        async write(tx, { at }) {
          await removal?.write(tx, at);
          await resolveItem(tx, itemId, resolutionOf(deciding, at));
          await leaveRemoval(tx, config, { itemId, at });
        },
        result: ({ at }) => ({ ...item, state: 'RESOLVED', resolution: resolutionOf(deciding, at) }),
      };
    },
  });
}

function resolutionOf({ action, note, actorId: byId }: Deciding, at: Date): Resolution {
  return { action, note, at, byId };
}

/**
 * Returns the recall of an item's message, or null if the item is about something else. The entry names no member, because no member
 * recalled it.
 */
async function removalOf(inside: Inside, { target }: Item) {
  return target.kind === 'MESSAGE' ? await takingBack(inside, target, null) : null;
}

/**
 * Returns the item if it was resolved by this very decision: the admin repeats it because the answer was lost. Throws CONFLICT otherwise.
 */
function requireSame(item: Item, { action, note, actorId }: Deciding): Item {
  const { resolution } = item;
  if (resolution?.action === action && resolution.note === note && resolution.byId === actorId) return item;
  throw new ChatError('CONFLICT', 'This item has already been resolved. Check its resolution.', { field: ['itemId'] });
}

function noItem(): ChatError {
  return new ChatError('NOT_FOUND', 'Item not found in the queue.', { field: ['itemId'] });
}
