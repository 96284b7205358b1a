import type { ReactionCount } from '../src/message/index.ts';
import { builder } from './builder.ts';
import { emptyPage, forwardArgs, forwardConnection } from './connection.ts';
import { requireViewer } from './context.ts';
import { viewerAccess } from './conversation.ts';
import { formatId, inputId } from './ids.ts';
import { Message } from './message.ts';
import { messageFields } from './message-act.ts';
import { mutation } from './mutation.ts';
import { Node, presentUser } from './node.ts';
import type { ForwardPage } from './page.ts';
import { shareable } from './shareable.ts';
import { UserConnection } from './user.ts';

const Reaction = builder.objectRef<ReactionCount>('Reaction').implement({
  description: 'An emoji with which users reacted to a message.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({
      extensions: shareable,
      description: 'The global ID. It never changes for this emoji on this message.',
      resolve: (reaction) => formatId('Reaction', reaction),
    }),
    emoji: t.exposeString('emoji', { extensions: shareable, description: 'The emoji.' }),
    count: t.exposeInt('count', { extensions: shareable, description: 'The number of users who reacted with the emoji.' }),
    users: t.field({
      type: UserConnection,
      description: 'The users who reacted with the emoji.',
      args: forwardArgs(),
      async resolve({ conversationId, seq, emoji }, args, context) {
        const page = { order: 'userId', read, node } as const;
        async function read({ first, after }: ForwardPage) {
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
    description: 'The reactions to the message, in the order in which each emoji first came.',
    // Most messages have no reactions, and their rows say so: nothing is read for them.
    resolve: (message, _args, { scope }) => (message.hasReactions ? scope.loaders.reactions.load(message) : []),
  }),
  viewerReactions: t.stringList({
    description: 'The emojis with which the viewer reacted to the message, in the order in which they did.',
    resolve(message, _args, context) {
      requireViewer(context);
      return message.hasReactions ? context.scope.loaders.ownReactions.load(message) : [];
    },
  }),
}));

mutation('addReaction', {
  description: 'Adds a reaction to a message, once per user and emoji. Repeating it has no further effect.',
  input: (t) => ({
    messageId: t.id({ required: true, description: 'The ID of the message.' }),
    emoji: t.string({ required: true, description: 'One emoji, of any number of characters.' }),
  }),
  async act(viewer, { messageId, emoji }, { chat }) {
    const message = inputId('Message', messageId, 'messageId');
    return { message: await chat.messages.addReaction(viewer, { message, emoji }) };
  },
  payload: messageFields,
});

mutation('removeReaction', {
  description: 'Removes one of the viewer’s reactions from a message. Changes nothing if there is none.',
  input: (t) => ({
    messageId: t.id({ required: true, description: 'The ID of the message.' }),
    emoji: t.string({ required: true, description: 'One of the message’s `viewerReactions`.' }),
  }),
  async act(viewer, { messageId, emoji }, { chat }) {
    const message = inputId('Message', messageId, 'messageId');
    return { message: await chat.messages.removeReaction(viewer, { message, emoji }) };
  },
  payload: messageFields,
});
