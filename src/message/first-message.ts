import { isRefusal } from '../errors.ts';
import type { ContactRequestRef, FirstMessage } from '../user/index.ts';
import type { MessageParts } from './parts.ts';
import { send } from './send.ts';

/**
 * Says in the direct conversation of two contacts what the one who asked has said with the request. Done again it says nothing twice; what is
 * refused by then, because the two have parted since, is left unsaid. Throws UNAVAILABLE.
 */
export async function sayFirst(
  parts: MessageParts,
  { fromId, toId }: ContactRequestRef,
  { text, clientMessageId }: FirstMessage,
): Promise<void> {
  // No device of theirs says it.
  const asker = { userId: fromId, sessionId: '' };
  try {
    const { id: conversationId } = await parts.groups.openDirect(asker, { userId: toId });
    await send(parts, asker, { conversationId, text, clientMessageId });
  } catch (error) {
    // Any other refusal is the same the next time.
    if (!isRefusal(error) || error.code === 'UNAVAILABLE') throw error;
  }
}
