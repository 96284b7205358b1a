import { builder, type Types } from './builder.ts';
import { Conversation } from './conversation.ts';
import { type Refusable, withErrors } from './errors.ts';
import { presentConversation } from './node.ts';
import { UnreadTotals } from './unread.ts';

/** The payload of a mutation that changes the viewer's unread counts in a conversation. */
export interface UnreadPayload extends Refusable {
  readonly conversationId?: bigint;
}

/** Adds the conversation, the unread totals and `errors` to such a payload. */
export function withUnread<P extends UnreadPayload>(payload: PothosSchemaTypes.ObjectRef<Types, P>): PothosSchemaTypes.ObjectRef<Types, P> {
  builder.objectFields(payload, (t) => ({
    conversation: t.field({
      type: Conversation,
      nullable: true,
      description: 'The conversation in its current state, or null if the mutation was refused.',
      resolve: ({ conversationId }, _args, context) => (conversationId === undefined ? null : presentConversation(context, conversationId)),
    }),
    unread: t.field({
      type: UnreadTotals,
      nullable: true,
      description: 'The viewer’s unread counts over all conversations, or null if the mutation was refused.',
      resolve: ({ conversationId }, _args, { scope }) => (conversationId === undefined ? null : scope.loaders.unreadTotals()),
    }),
  }));
  return withErrors(payload);
}
