import { accountEventInterfaces as interfaces } from './account-event.ts';
import { requireViewer } from './context.ts';
import { accessOf } from './conversation.ts';
import { loggedTypes } from './event.ts';
import { formatId } from './ids.ts';
import { Membership } from './membership.ts';

const { MembershipSettled, MessageHidden, ConversationCleared } = loggedTypes;

MembershipSettled.implement({
  description: 'The viewer has settled something of their own part in a conversation: how it notifies them, or what they marked as unread.',
  interfaces,
  fields: (t) => ({
    membership: t.field({
      type: Membership,
      nullable: true,
      description: 'Their part as it stands; null once they are out.',
      resolve: async ({ entry }, _args, context) =>
        (await accessOf(context, entry.data.conversationId, requireViewer(context)))?.access ?? null,
    }),
  }),
});

MessageHidden.implement({
  description: 'The viewer has deleted a message for themselves: others keep it.',
  interfaces,
  fields: (t) => ({
    conversationId: t.id({ description: 'Where.', resolve: ({ entry }) => formatId('Conversation', entry.data.conversationId) }),
    messageId: t.id({
      description: 'The message.',
      resolve: ({ entry: { data } }) => formatId('Message', { conversationId: data.conversationId, seq: data.messageSeq }),
    }),
  }),
});

ConversationCleared.implement({
  description: 'The viewer has cleared a conversation for themselves: others keep it.',
  interfaces,
  fields: (t) => ({
    conversationId: t.id({ description: 'Which.', resolve: ({ entry }) => formatId('Conversation', entry.data.conversationId) }),
    clearedSeq: t.int({ description: 'What stands up to here is gone for the viewer.', resolve: ({ entry }) => entry.data.clearedSeq }),
  }),
});
