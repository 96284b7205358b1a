import { builder } from './builder.ts';
import { Conversation, viewerAccess } from './conversation.ts';
import { inputId } from './ids.ts';
import { Message } from './message.ts';
import { mutation } from './mutation.ts';
import { unreadFields } from './unread-payload.ts';

builder.interfaceFields(Conversation, (t) => ({
  viewerMarkedUnreadFromSeq: t.int({
    nullable: true,
    description:
      'The `seq` of the entry from which on the viewer has marked the conversation as unread, or null if they have not. The mark ends when the viewer reads or clears up to there.',
    resolve: async (conversation, _args, context) => (await viewerAccess(context, conversation))?.markedUnreadFromSeq,
  }),
  viewerClearedSeq: t.int({
    description: 'The `seq` up to which the viewer has cleared the conversation for themselves, or 0 if they have not.',
    resolve: async (conversation, _args, context) => (await viewerAccess(context, conversation))?.clearedSeq ?? 0,
  }),
  viewerMentionCount: t.int({
    description:
      'The number of messages from others with an unread mention of the viewer or of everyone, whether the message was sent with it or an edit added it. Counted as of `lastSeq` in the same response.',
    async resolve(conversation, _args, context) {
      const access = await viewerAccess(context, conversation);
      return access === null ? 0 : context.scope.loaders.mentionCounts.load({ conversation, access });
    },
  }),
}));

builder.objectField(Message, 'viewerThreadUnreadCount', (t) =>
  t.int({
    description:
      'The number of unread replies from others in the message’s thread. 0 if the viewer does not participate, by having started the thread or replied.',
    async resolve(root, _args, context) {
      if (root.replyCount === 0) return 0;
      const access = await viewerAccess(context, { id: root.conversationId });
      return access === null ? 0 : context.scope.loaders.threadUnread.load({ root, access });
    },
  }),
);

mutation('markUnread', {
  description:
    'Marks a conversation as unread for the viewer only, until they read up to there. Their read marker, which others see, does not move.',
  input: (t) => ({
    conversationId: t.id({ required: true, description: 'The ID of the conversation.' }),
    fromSeq: t.int({ required: true, description: 'The `seq` of the first entry to count as unread again, from 1 to `lastSeq`.' }),
  }),
  async act(viewer, input, { chat }) {
    const conversationId = inputId('Conversation', input.conversationId, 'conversationId');
    await chat.messages.markUnread(viewer, { conversationId, fromSeq: input.fromSeq });
    return { conversationId };
  },
  payload: unreadFields,
});

mutation('markThreadRead', {
  description:
    'Marks replies in a thread as read. The marker only moves forward: a lower `seq` changes nothing. Nothing changes either if the viewer does not participate in the thread.',
  input: (t) => ({
    messageId: t.id({ required: true, description: 'The ID of the message that started the thread, or of any reply in it.' }),
    seq: t.int({ required: true, description: 'The `seq` of the newest entry of the thread that the viewer has read, at most `lastSeq`.' }),
  }),
  async act(viewer, input, { chat }) {
    const message = inputId('Message', input.messageId, 'messageId');
    const root = await chat.messages.markThreadRead(viewer, { message, seq: input.seq });
    return { root, conversationId: root.conversationId };
  },
  payload: (t) => ({
    message: t.field({
      type: Message,
      nullable: true,
      description: 'The message that started the thread, or null if the mutation was refused.',
      resolve: ({ root }, _args, { scope }) => root && scope.loaders.messages.load(root),
    }),
    ...unreadFields(t),
  }),
});
