import { addressing, addressingError } from '../contact/index.ts';
import type { ChatError } from '../errors.ts';
import { type Conversation, type Membership, refusalOf } from '../group/index.ts';
import type { MessageParts } from './parts.ts';

/**
 * Returns why a member may not post in a conversation (conversationId); null if they may. Read outside of any transaction, for what is not
 * stored.
 */
export async function postRefusal(
  { db, groups }: Pick<MessageParts, 'db' | 'groups'>,
  conversation: Conversation,
  access: Membership,
): Promise<ChatError | null> {
  const { userId } = access;
  const field = ['conversationId'];
  if (conversation.sides !== null) {
    const toId = conversation.sides.find((side) => side !== userId) ?? userId;
    const [why = null] = await addressing.read(db.client, [{ fromId: userId, toId }]);
    return why && addressingError(why, ...field);
  }
  const [rights] = await groups.rights([{ conversation, access }]);
  return rights === undefined ? null : refusalOf('POST', rights, field);
}
