import { builder } from './builder.ts';
import { requireViewer } from './context.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { inputId } from './ids.ts';

const SetTypingInput = builder.inputType('SetTypingInput', {
  description: 'The input of `setTyping`.',
  fields: (t) => ({
    conversationId: t.id({ required: true, description: 'The ID of the conversation.' }),
    typing: t.boolean({
      required: true,
      description: 'True while the viewer types, repeated every few seconds. False once they have stopped.',
    }),
  }),
});

const SetTypingPayload = withErrors(
  builder.objectRef<Refusable>('SetTypingPayload').implement({ description: 'The payload of `setTyping`.', fields: () => ({}) }),
);

builder.mutationField('setTyping', (t) =>
  t.field({
    type: SetTypingPayload,
    description:
      'Tells the other members that the viewer is typing, or has stopped. Nothing is stored. Typing also ends by itself, and when the viewer sends a message. A repeat that the others need not receive succeeds, but is not passed on.',
    args: { input: t.arg({ type: SetTypingInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { conversationId: id, typing } }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const conversationId = inputId('Conversation', id, 'conversationId');
        await context.chat.messages.setTyping(viewer, { conversationId, typing });
        return {};
      }),
  }),
);
