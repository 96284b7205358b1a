import type { MessageRef } from '../src/message/index.ts';
import { builder } from './builder.ts';
import { requireViewer } from './context.ts';
import { Conversation, viewerAccess } from './conversation.ts';
import { inputDescription, settle } from './errors.ts';
import { inputId } from './ids.ts';
import { Message } from './message.ts';
import { type UnreadPayload, withUnread } from './unread-payload.ts';

builder.interfaceFields(Conversation, (t) => ({
  viewerMarkedUnreadFromSeq: t.int({
    nullable: true,
    description: 'From which entry on the viewer has marked it as unread for themselves; null: nowhere. Reading up to there ends it.',
    resolve: async (conversation, _args, context) => (await viewerAccess(context, conversation))?.markedUnreadFromSeq,
  }),
  viewerClearedSeq: t.int({
    description: 'Up to which entry the viewer has cleared it for themselves; 0: it is as it was.',
    resolve: async (conversation, _args, context) => (await viewerAccess(context, conversation))?.clearedSeq ?? 0,
  }),
  viewerMentionCount: t.int({
    description:
      'Messages of others that mention the viewer or everyone, and wait to be read: by what they said first, or by an edit since. As of lastSeq in the same response.',
    async resolve(conversation, _args, context) {
      const access = await viewerAccess(context, conversation);
      return access === null ? 0 : context.scope.loaders.mentionCounts.load({ conversation, access });
    },
  }),
}));

builder.objectField(Message, 'viewerThreadUnreadCount', (t) =>
  t.int({
    description:
      'Replies of others in its thread that wait to be read; 0 where the viewer takes no part, by having begun the thread or replied.',
    async resolve(root, _args, context) {
      if (root.replyCount === 0) return 0;
      const access = await viewerAccess(context, { id: root.conversationId });
      return access === null ? 0 : context.scope.loaders.threadUnread.load({ root, access });
    },
  }),
);

const MarkUnreadInput = builder.inputType('MarkUnreadInput', {
  description: 'From where on the viewer wants to come back to a conversation.',
  fields: (t) => ({
    conversationId: t.id({ required: true, description: 'The conversation.' }),
    fromSeq: t.int({ required: true, description: 'The first entry that is to count as unread again; from 1 to lastSeq.' }),
  }),
});

const MarkUnreadPayload = withUnread(
  builder.objectRef<UnreadPayload>('MarkUnreadPayload').implement({ description: 'What came of markUnread.' }),
);

builder.mutationField('markUnread', (t) =>
  t.field({
    type: MarkUnreadPayload,
    description:
      'Marks a conversation as unread for the viewer alone, until they read up to there: their read marker, which others see, stays where it is.',
    args: { input: t.arg({ type: MarkUnreadInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const conversationId = inputId('Conversation', input.conversationId, 'conversationId');
        await context.chat.messages.markUnread(viewer, { conversationId, fromSeq: input.fromSeq });
        return { conversationId };
      }),
  }),
);

const MarkThreadReadInput = builder.inputType('MarkThreadReadInput', {
  description: 'How far the viewer has read a thread.',
  fields: (t) => ({
    messageId: t.id({ required: true, description: 'The message that the thread is about, or a reply in it.' }),
    seq: t.int({ required: true, description: 'The newest entry that was read of it; at most lastSeq.' }),
  }),
});

interface ThreadReadShape extends UnreadPayload {
  readonly root?: MessageRef;
}

const MarkThreadReadPayload = withUnread(
  builder.objectRef<ThreadReadShape>('MarkThreadReadPayload').implement({
    description: 'What came of markThreadRead.',
    fields: (t) => ({
      message: t.field({
        type: Message,
        nullable: true,
        description: 'The message that the thread is about; null if it was refused.',
        resolve: ({ root }, _args, { scope }) => root && scope.loaders.messages.load(root),
      }),
    }),
  }),
);

builder.mutationField('markThreadRead', (t) =>
  t.field({
    type: MarkThreadReadPayload,
    description:
      'Says that replies in a thread were read. The marker only rises; below it, or where the viewer takes no part, nothing changes.',
    args: { input: t.arg({ type: MarkThreadReadInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const message = inputId('Message', input.messageId, 'messageId');
        const root = await context.chat.messages.markThreadRead(viewer, { message, seq: input.seq });
        return { root, conversationId: root.conversationId };
      }),
  }),
);
