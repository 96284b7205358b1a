import { builder } from './builder.ts';
import { viewerAccess } from './conversation.ts';
import { formatId, inputId } from './ids.ts';
import { Message } from './message.ts';
import { mutation } from './mutation.ts';
import { unreadFields } from './unread-payload.ts';

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

mutation('hideMessage', {
  description:
    'Deletes a message for the viewer only. The message leaves the viewer’s lists and counts; others keep it. A message that quotes it still shows it. Repeating it has no further effect.',
  input: (t) => ({ messageId: t.id({ required: true, description: 'The ID of the message to delete for the viewer.' }) }),
  async act(viewer, input, { chat }) {
    const message = inputId('Message', input.messageId, 'messageId');
    await chat.messages.hide(viewer, message);
    return { message, conversationId: message.conversationId };
  },
  payload: (t) => ({
    messageId: t.id({
      nullable: true,
      description: 'The ID of the message that was deleted for the viewer, or null if the mutation was refused.',
      resolve: ({ message }) => message && formatId('Message', message),
    }),
    ...unreadFields(t),
  }),
});

mutation('clearConversation', {
  description:
    'Clears a conversation for the viewer only, up to an entry. What is cleared leaves the viewer’s lists and counts; others keep it. Clearing cannot be undone. Later messages are shown.',
  input: (t) => ({
    conversationId: t.id({ required: true, description: 'The ID of the conversation.' }),
    seq: t.int({ description: 'The `seq` of the newest entry to clear, at most `lastSeq`. Defaults to all entries.' }),
  }),
  async act(viewer, input, { chat }) {
    const conversationId = inputId('Conversation', input.conversationId, 'conversationId');
    await chat.messages.clear(viewer, { conversationId, seq: input.seq ?? undefined });
    return { conversationId };
  },
  payload: unreadFields,
});
