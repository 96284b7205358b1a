import { ChatError } from '../errors.ts';
import type { ContactRequestRef, FirstMessage } from '../user/index.ts';
import type { MessageParts } from './parts.ts';
import { send } from './send.ts';

// The two have parted since.
const parted: ReadonlySet<string> = new Set(['BLOCKED', 'NOT_CONTACTS', 'NOT_FOUND']);

/**
 * Says in the direct conversation of two contacts what the one who asked has said with the request. Done again it says nothing twice; where the two have parted
 * since, it is left unsaid. Throws UNAVAILABLE.
 */
export async function sayFirst(parts: MessageParts, { fromId, toId }: ContactRequestRef, first: FirstMessage): Promise<void> {
  // No device of theirs says it.
  const asker = { userId: fromId, sessionId: '' };
  try {
    const { id: conversationId } = await parts.groups.openDirect(asker, { userId: toId });
    await send(parts, asker, { conversationId, ...first });
  } catch (error) {
    if (!(error instanceof ChatError) || !parted.has(error.code)) throw error;
  }
}
