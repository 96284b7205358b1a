import type { Types } from './builder.ts';
import { Conversation } from './conversation.ts';
import type { Acted } from './mutation.ts';
import { presentConversation } from './node.ts';
import { UnreadTotals } from './unread.ts';

/** The payload of a mutation that changes the viewer's unread counts in a conversation. */
export function unreadFields<P extends Acted<{ readonly conversationId: bigint }>>(t: PothosSchemaTypes.ObjectFieldBuilder<Types, P>) {
  return {
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
  };
}
