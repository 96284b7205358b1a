import type { ContactRequestRef, FirstMessage } from '../contact/index.ts';
import { isRefusal } from '../errors.ts';
import type { MessageParts } from './parts.ts';
import { send } from './send.ts';

/**
 * Sends the first message of an accepted contact request, in the direct conversation of the two users. Idempotent. If the message is
 * refused by then, for example because the users are no longer contacts, it is dropped. Throws UNAVAILABLE.
 */
export async function sendFirstMessage(
  parts: MessageParts,
  { fromId, toId }: ContactRequestRef,
  { text, clientMessageId }: FirstMessage,
): Promise<void> {
  // Sent by the system, so there is no session.
  const asker = { userId: fromId, sessionId: '' };
  try {
    const { id: conversationId } = await parts.groups.openDirect(asker, { userId: toId });
    await send(parts, asker, { conversationId, text, clientMessageId });
  } catch (error) {
    // Any other refusal would be the same on a retry.
    if (!isRefusal(error) || error.code === 'UNAVAILABLE') throw error;
  }
}
