import { inputId } from './ids.ts';
import { mutation } from './mutation.ts';

mutation('setTyping', {
  description:
    'Tells the other members that the viewer is typing, or has stopped. Nothing is stored. Typing also ends by itself, and when the viewer sends a message. A repeat that the others need not receive succeeds, but is not passed on.',
  input: (t) => ({
    conversationId: t.id({ required: true, description: 'The ID of the conversation.' }),
    typing: t.boolean({
      required: true,
      description: 'True while the viewer types, repeated every few seconds. False once they have stopped.',
    }),
  }),
  async act(viewer, { conversationId: id, typing }, { chat }) {
    const conversationId = inputId('Conversation', id, 'conversationId');
    await chat.messages.setTyping(viewer, { conversationId, typing });
    return {};
  },
  payload: () => ({}),
});
