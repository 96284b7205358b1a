import type { MessageRef } from '../src/message/index.ts';
import { builder } from './builder.ts';
import { requireViewer } from './context.ts';
import { viewerAccess } from './conversation.ts';
import { inputDescription, settle } from './errors.ts';
import { formatId, inputId } from './ids.ts';
import { Message } from './message.ts';
import { type UnreadPayload, withUnread } from './unread-payload.ts';

builder.objectField(Message, 'viewerHidden', (t) =>
  t.boolean({
    description:
      'Whether the viewer has deleted it for themselves, alone or with all that stood before it: it is in no list of theirs, and what happens to it later brings it all the same.',
    async resolve(message, _args, context) {
      const access = await viewerAccess(context, { id: message.conversationId });
      return (access !== null && message.seq <= access.clearedSeq) || (await context.scope.loaders.hidden.load(message));
    },
  }),
);

const HideMessageInput = builder.inputType('HideMessageInput', {
  description: 'What the viewer does not want to see any more.',
  fields: (t) => ({ messageId: t.id({ required: true, description: 'The message.' }) }),
});

interface HiddenShape extends UnreadPayload {
  readonly message?: MessageRef;
}

const HideMessagePayload = withUnread(
  builder.objectRef<HiddenShape>('HideMessagePayload').implement({
    description: 'What came of hideMessage.',
    fields: (t) => ({
      messageId: t.id({
        nullable: true,
        description: 'The message that is gone for the viewer; null if it was refused.',
        resolve: ({ message }) => message && formatId('Message', message),
      }),
    }),
  }),
);

builder.mutationField('hideMessage', (t) =>
  t.field({
    type: HideMessagePayload,
    description:
      'Deletes a message for the viewer alone: it leaves their lists and counts, and others keep it. An answer that quotes it still shows it. Twice is once.',
    args: { input: t.arg({ type: HideMessageInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const message = inputId('Message', input.messageId, 'messageId');
        await context.chat.messages.hide(viewer, message);
        return { message, conversationId: message.conversationId };
      }),
  }),
);

const ClearConversationInput = builder.inputType('ClearConversationInput', {
  description: 'What the viewer does not want to see any more.',
  fields: (t) => ({
    conversationId: t.id({ required: true, description: 'The conversation.' }),
    seq: t.int({ description: 'The newest entry that goes; at most lastSeq. By default all there is.' }),
  }),
});

const ClearConversationPayload = withUnread(
  builder.objectRef<UnreadPayload>('ClearConversationPayload').implement({ description: 'What came of clearConversation.' }),
);

builder.mutationField('clearConversation', (t) =>
  t.field({
    type: ClearConversationPayload,
    description:
      'Clears a conversation for the viewer alone, up to an entry: what stands there leaves their lists and counts, and others keep it. What is cleared stays so; what comes later is shown.',
    args: { input: t.arg({ type: ClearConversationInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const conversationId = inputId('Conversation', input.conversationId, 'conversationId');
        await context.chat.messages.clear(viewer, { conversationId, seq: input.seq ?? undefined });
        return { conversationId };
      }),
  }),
);
