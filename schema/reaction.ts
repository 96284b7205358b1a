import type { ReactionCount } from '../src/message/index.ts';
import { builder } from './builder.ts';
import { forwardConnection } from './connection.ts';
import { inputDescription } from './errors.ts';
import { encodeText } from './ids.ts';
import { Message } from './message.ts';
import { actOn, messagePayload } from './message-act.ts';
import { presentUser } from './node.ts';
import { shareable } from './shareable.ts';
import { UserConnection } from './user.ts';

const Reaction = builder.objectRef<ReactionCount>('Reaction').implement({
  description: 'An emoji on a message, and who has put it there.',
  fields: (t) => ({
    id: t.id({
      extensions: shareable,
      description: 'The same for this emoji on this message, for caches.',
      resolve: ({ conversationId, seq, emoji }) => encodeText(`Reaction:${conversationId}:${seq}:${emoji}`),
    }),
    emoji: t.exposeString('emoji', { extensions: shareable, description: 'The emoji.' }),
    count: t.exposeInt('count', { extensions: shareable, description: 'How many have put it there.' }),
    users: t.field({
      type: UserConnection,
      description: 'Who has put it there.',
      args: {
        first: t.arg.int({ description: 'How many, from 1 to 100; 50 by default.' }),
        after: t.arg.string({ description: 'The cursor to go on after.' }),
      },
      resolve: ({ emoji, ...message }, args, context) =>
        forwardConnection(args, {
          order: 'userId',
          async read({ first, after }) {
            const { items, hasNextPage } = await context.chat.messages.reactors(
              { message, emoji },
              { first, after: after === undefined ? undefined : BigInt(after) },
            );
            return { items: items.map((userId) => ({ userId, key: String(userId) })), hasNextPage };
          },
          node: ({ userId }) => presentUser(context, userId),
        }),
    }),
  }),
});

builder.objectFields(Message, (t) => ({
  reactions: t.field({
    extensions: shareable,
    type: [Reaction],
    description: 'What others think of it, in emojis; whichever came first is first.',
    resolve: (message, _args, { scope }) => (message.hasReactions ? scope.loaders.reactions.load(message) : []),
  }),
  viewerReactions: t.stringList({
    description: 'The emojis that the viewer has put on it.',
    resolve: (message, _args, { scope }) => (message.hasReactions ? scope.loaders.ownReactions.load(message) : []),
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
