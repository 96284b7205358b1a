import type { Viewer as ViewerShape } from '../src/user/index.ts';
import { Conversation } from './conversation.ts';
import { inputId } from './ids.ts';
import { mutation } from './mutation.ts';
import { presentConversation } from './node.ts';
import { unreadFields } from './unread-payload.ts';

type Mark = (viewer: ViewerShape, options: { readonly conversationId: bigint; readonly seq: number }) => Promise<void>;

async function mark(viewer: ViewerShape, input: { readonly conversationId: string; readonly seq: number }, move: Mark) {
  const conversationId = inputId('Conversation', input.conversationId, 'conversationId');
  await move(viewer, { conversationId, seq: input.seq });
  return { conversationId };
}

mutation('markDelivered', {
  description:
    'Marks messages as delivered to the viewer. Returns once the marker is stored. The marker only moves forward: a lower `seq` changes nothing. It also moves past messages that the viewer sent directly after it.',
  input: (t) => ({
    conversationId: t.id({ required: true, description: 'The ID of the conversation.' }),
    seq: t.int({ required: true, description: 'The `seq` of the newest entry that has arrived on the device, at most `lastSeq`.' }),
  }),
  act: (viewer, input, { chat }) => mark(viewer, input, chat.messages.markDelivered),
  payload: (t) => ({
    conversation: t.field({
      type: Conversation,
      nullable: true,
      description: 'The conversation in its current state, or null if the mutation was refused.',
      resolve: ({ conversationId }, _args, context) => (conversationId === undefined ? null : presentConversation(context, conversationId)),
    }),
  }),
});

mutation('markRead', {
  description:
    'Marks messages as read by the viewer. Returns once the marker is stored. The marker only moves forward: a lower `seq` changes nothing. It also moves past messages that the viewer sent directly after it.',
  input: (t) => ({
    conversationId: t.id({ required: true, description: 'The ID of the conversation.' }),
    seq: t.int({ required: true, description: 'The `seq` of the newest entry that the viewer has read, at most `lastSeq`.' }),
  }),
  act: (viewer, input, { chat }) => mark(viewer, input, chat.messages.markRead),
  payload: unreadFields,
});
