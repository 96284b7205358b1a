import { builder } from './builder.ts';
import { requireViewer } from './context.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { inputId } from './ids.ts';

const SetTypingInput = builder.inputType('SetTypingInput', {
  description: 'Whether the viewer is typing, and where.',
  fields: (t) => ({
    conversationId: t.id({ required: true, description: 'The conversation.' }),
    typing: t.boolean({ required: true, description: 'True while they type, again every few seconds; false once they have stopped.' }),
  }),
});

const SetTypingPayload = withErrors(
  builder.objectRef<Refusable>('SetTypingPayload').implement({ description: 'What came of setTyping.', fields: () => ({}) }),
);

builder.mutationField('setTyping', (t) =>
  t.field({
    type: SetTypingPayload,
    description:
      'Tells the others that the viewer is typing, or is not any more. Nothing is stored; it ends by itself, and with what they send. Repeats that the others need not hear are answered and not told.',
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
