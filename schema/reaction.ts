import type { ReactionCount } from '../src/message/index.ts';
import { builder } from './builder.ts';
import { emptyPage, forwardConnection } from './connection.ts';
import { requireViewer } from './context.ts';
import { viewerAccess } from './conversation.ts';
import { inputDescription } from './errors.ts';
import { formatId } from './ids.ts';
import { Message } from './message.ts';
import { actOn, messagePayload } from './message-act.ts';
import { Node, presentUser } from './node.ts';
import { shareable } from './shareable.ts';
import { UserConnection } from './user.ts';

const Reaction = builder.objectRef<ReactionCount>('Reaction').implement({
  description: 'An emoji on a message, and who has put it there.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({
      extensions: shareable,
      description: 'Its global id, the same for this emoji on this message for ever.',
      resolve: (reaction) => formatId('Reaction', reaction),
    }),
    emoji: t.exposeString('emoji', { extensions: shareable, description: 'The emoji.' }),
    count: t.exposeInt('count', { extensions: shareable, description: 'How many people have put it there.' }),
    users: t.field({
      type: UserConnection,
      description: 'Who has put it there.',
      args: {
        first: t.arg.int({ description: 'How many, from 1 to 100; 50 by default.' }),
        after: t.arg.string({ description: 'The cursor to go on after.' }),
      },
      async resolve({ conversationId, seq, emoji }, args, context) {
        const page = { order: 'userId', read, node } as const;
        async function read({ first, after }: { readonly first: number; readonly after: string | undefined }) {
          const request = { conversationId, seq, emoji, first, after: after === undefined ? undefined : BigInt(after) };
          const { items, hasNextPage } = await context.scope.loaders.reactors.load(request);
          return { items: items.map((userId) => ({ userId, key: String(userId) })), hasNextPage };
        }
        function node({ userId }: { readonly userId: bigint }) {
          return presentUser(context, userId);
        }
        return (await viewerAccess(context, { id: conversationId })) === null ? emptyPage : forwardConnection(args, page);
      },
    }),
  }),
});

builder.objectFields(Message, (t) => ({
  reactions: t.field({
    extensions: shareable,
    type: [Reaction],
    description: 'The emojis that people have put on it; whichever came first is first.',
    // Most messages have none, and say so: nothing is read for them.
    resolve: (message, _args, { scope }) => (message.hasReactions ? scope.loaders.reactions.load(message) : []),
  }),
  viewerReactions: t.stringList({
    description: 'The emojis that the viewer has put on it, in the order in which they did.',
    resolve(message, _args, context) {
      requireViewer(context);
      return message.hasReactions ? context.scope.loaders.ownReactions.load(message) : [];
    },
  }),
}));

const AddReactionInput = builder.inputType('AddReactionInput', {
  description: 'What to think of which message.',
  fields: (t) => ({
    messageId: t.id({ required: true, description: 'The message.' }),
    emoji: t.string({ required: true, description: 'One emoji, of however many characters.' }),
  }),
});

const AddReactionPayload = messagePayload('addReaction');

builder.mutationField('addReaction', (t) =>
  t.field({
    type: AddReactionPayload,
    description: 'Puts an emoji on a message, once per user; twice is once.',
    args: { input: t.arg({ type: AddReactionInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { messageId, emoji } }, context, info) =>
      actOn(context, info, { messageId, act: (viewer, message) => context.chat.messages.addReaction(viewer, { message, emoji }) }),
  }),
);

const RemoveReactionInput = builder.inputType('RemoveReactionInput', {
  description: 'Which emoji to take off which message.',
  fields: (t) => ({
    messageId: t.id({ required: true, description: 'The message.' }),
    emoji: t.string({ required: true, description: 'One of `viewerReactions`.' }),
  }),
});

const RemoveReactionPayload = messagePayload('removeReaction');

builder.mutationField('removeReaction', (t) =>
  t.field({
    type: RemoveReactionPayload,
    description: 'Takes an emoji of the viewer’s off a message; where there is none nothing changes.',
    args: { input: t.arg({ type: RemoveReactionInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { messageId, emoji } }, context, info) =>
      actOn(context, info, { messageId, act: (viewer, message) => context.chat.messages.removeReaction(viewer, { message, emoji }) }),
  }),
);
