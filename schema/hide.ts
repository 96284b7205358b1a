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
      'Whether the viewer has deleted the message for themselves, alone or by clearing the conversation. Such a message is in none of the viewer’s lists, but later events about it still include it.',
    async resolve(message, _args, context) {
      const access = await viewerAccess(context, { id: message.conversationId });
      return (access !== null && message.seq <= access.clearedSeq) || (await context.scope.loaders.hidden.load(message));
    },
  }),
);

const HideMessageInput = builder.inputType('HideMessageInput', {
  description: 'The input of `hideMessage`.',
  fields: (t) => ({ messageId: t.id({ required: true, description: 'The ID of the message to delete for the viewer.' }) }),
});

interface HiddenShape extends UnreadPayload {
  readonly message?: MessageRef;
}

const HideMessagePayload = withUnread(
  builder.objectRef<HiddenShape>('HideMessagePayload').implement({
    description: 'The payload of `hideMessage`.',
    fields: (t) => ({
      messageId: t.id({
        nullable: true,
        description: 'The ID of the message that was deleted for the viewer, or null if the mutation was refused.',
        resolve: ({ message }) => message && formatId('Message', message),
      }),
    }),
  }),
);

builder.mutationField('hideMessage', (t) =>
  t.field({
    type: HideMessagePayload,
    description:
      'Deletes a message for the viewer only. The message leaves the viewer’s lists and counts; others keep it. A message that quotes it still shows it. Repeating it has no further effect.',
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
  description: 'The input of `clearConversation`.',
  fields: (t) => ({
    conversationId: t.id({ required: true, description: 'The ID of the conversation.' }),
    seq: t.int({ description: 'The `seq` of the newest entry to clear, at most `lastSeq`. Defaults to all entries.' }),
  }),
});

const ClearConversationPayload = withUnread(
  builder.objectRef<UnreadPayload>('ClearConversationPayload').implement({ description: 'The payload of `clearConversation`.' }),
);

builder.mutationField('clearConversation', (t) =>
  t.field({
    type: ClearConversationPayload,
    description:
      'Clears a conversation for the viewer only, up to an entry. What is cleared leaves the viewer’s lists and counts; others keep it. Clearing cannot be undone. Later messages are shown.',
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
