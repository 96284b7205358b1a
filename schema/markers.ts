import type { Conversation as ConversationShape } from '../src/group/index.ts';
import type { Viewer as ViewerShape } from '../src/user/index.ts';
import { builder } from './builder.ts';
import { type Context, requireViewer } from './context.ts';
import { Conversation } from './conversation.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { inputId } from './ids.ts';
import { presentConversation } from './node.ts';
import { UnreadTotals } from './unread.ts';

interface MarkedShape extends Refusable {
  readonly conversationId?: bigint;
}

function markedConversation(
  { conversationId }: MarkedShape,
  _args: object,
  context: Context,
): ConversationShape | Promise<ConversationShape> | undefined {
  return conversationId === undefined ? undefined : presentConversation(context, conversationId);
}

const MarkDeliveredInput = builder.inputType('MarkDeliveredInput', {
  description: 'How far the viewer’s device has the conversation.',
  fields: (t) => ({
    conversationId: t.id({ required: true, description: 'The conversation.' }),
    seq: t.int({ required: true, description: 'The newest entry that has arrived; at most lastSeq.' }),
  }),
});

const MarkDeliveredPayload = withErrors(
  builder.objectRef<MarkedShape>('MarkDeliveredPayload').implement({
    description: 'What came of markDelivered.',
    fields: (t) => ({
      conversation: t.field({
        type: Conversation,
        nullable: true,
        description: 'The conversation as it stands; null if it was refused.',
        resolve: markedConversation,
      }),
    }),
  }),
);

type Mark = (viewer: ViewerShape, options: { readonly conversationId: bigint; readonly seq: number }) => Promise<void>;

async function mark(context: Context, input: { readonly conversationId: string; readonly seq: number }, move: Mark): Promise<MarkedShape> {
  const viewer = requireViewer(context);
  const conversationId = inputId('Conversation', input.conversationId, 'conversationId');
  await move(viewer, { conversationId, seq: input.seq });
  return { conversationId };
}

builder.mutationField('markDelivered', (t) =>
  t.field({
    type: MarkDeliveredPayload,
    description:
      'Says that messages have arrived. Answers once it is stored. The marker only rises; below it nothing changes. It goes on over what the viewer said right after.',
    args: { input: t.arg({ type: MarkDeliveredInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) => settle(context, info, () => mark(context, input, context.chat.messages.markDelivered)),
  }),
);

const MarkReadInput = builder.inputType('MarkReadInput', {
  description: 'How far the viewer has read.',
  fields: (t) => ({
    conversationId: t.id({ required: true, description: 'The conversation.' }),
    seq: t.int({ required: true, description: 'The newest entry that was read; at most lastSeq.' }),
  }),
});

const MarkReadPayload = withErrors(
  builder.objectRef<MarkedShape>('MarkReadPayload').implement({
    description: 'What came of markRead.',
    fields: (t) => ({
      conversation: t.field({
        type: Conversation,
        nullable: true,
        description: 'The conversation as it stands; null if it was refused.',
        resolve: markedConversation,
      }),
      unread: t.field({
        type: UnreadTotals,
        nullable: true,
        description: 'What still waits in all conversations; null if it was refused.',
        resolve: ({ conversationId }, _args, { scope }) => (conversationId === undefined ? null : scope.loaders.unreadTotals()),
      }),
    }),
  }),
);

builder.mutationField('markRead', (t) =>
  t.field({
    type: MarkReadPayload,
    description:
      'Says that messages were read. Answers once it is stored. The marker only rises; below it nothing changes. It goes on over what the viewer said right after.',
    args: { input: t.arg({ type: MarkReadInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) => settle(context, info, () => mark(context, input, context.chat.messages.markRead)),
  }),
);
