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
  description: 'The input of `markDelivered`.',
  fields: (t) => ({
    conversationId: t.id({ required: true, description: 'The ID of the conversation.' }),
    seq: t.int({ required: true, description: 'The `seq` of the newest entry that has arrived on the device, at most `lastSeq`.' }),
  }),
});

const MarkDeliveredPayload = withErrors(
  builder.objectRef<MarkedShape>('MarkDeliveredPayload').implement({
    description: 'The payload of `markDelivered`.',
    fields: (t) => ({
      conversation: t.field({
        type: Conversation,
        nullable: true,
        description: 'The conversation in its current state, or null if the mutation was refused.',
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
      'Marks messages as delivered to the viewer. Returns once the marker is stored. The marker only moves forward: a lower `seq` changes nothing. It also moves past messages that the viewer sent directly after it.',
    args: { input: t.arg({ type: MarkDeliveredInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) => settle(context, info, () => mark(context, input, context.chat.messages.markDelivered)),
  }),
);

const MarkReadInput = builder.inputType('MarkReadInput', {
  description: 'The input of `markRead`.',
  fields: (t) => ({
    conversationId: t.id({ required: true, description: 'The ID of the conversation.' }),
    seq: t.int({ required: true, description: 'The `seq` of the newest entry that the viewer has read, at most `lastSeq`.' }),
  }),
});

const MarkReadPayload = withErrors(
  builder.objectRef<MarkedShape>('MarkReadPayload').implement({
    description: 'The payload of `markRead`.',
    fields: (t) => ({
      conversation: t.field({
        type: Conversation,
        nullable: true,
        description: 'The conversation in its current state, or null if the mutation was refused.',
        resolve: markedConversation,
      }),
      unread: t.field({
        type: UnreadTotals,
        nullable: true,
        description: 'The viewer’s unread counts over all conversations, or null if the mutation was refused.',
        resolve: ({ conversationId }, _args, { scope }) => (conversationId === undefined ? null : scope.loaders.unreadTotals()),
      }),
    }),
  }),
);

builder.mutationField('markRead', (t) =>
  t.field({
    type: MarkReadPayload,
    description:
      'Marks messages as read by the viewer. Returns once the marker is stored. The marker only moves forward: a lower `seq` changes nothing. It also moves past messages that the viewer sent directly after it.',
    args: { input: t.arg({ type: MarkReadInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) => settle(context, info, () => mark(context, input, context.chat.messages.markRead)),
  }),
);
