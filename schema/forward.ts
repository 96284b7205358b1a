import type { Message as MessageShape } from '../src/message/index.ts';
import { builder } from './builder.ts';
import { inputId } from './ids.ts';
import { Message, MessageEdge, sentEdge } from './message.ts';
import { mutation } from './mutation.ts';
import { shareable } from './shareable.ts';
import { User } from './user.ts';

const MessageOrigin = builder.objectRef<NonNullable<MessageShape['origin']>>('MessageOrigin').implement({
  description: 'The original sender of a forwarded message.',
  fields: (t) => ({
    name: t.exposeString('name', {
      extensions: shareable,
      description: 'The name that the original sender had when the message was first forwarded.',
    }),
    user: t.field({
      extensions: shareable,
      type: User,
      nullable: true,
      description: 'The original sender, or null once their account has been erased.',
      resolve: ({ userId }, _args, { scope }) => scope.loaders.users.load(userId),
    }),
  }),
});

builder.objectField(Message, 'forwardedFrom', (t) =>
  t.field({
    extensions: shareable,
    type: MessageOrigin,
    nullable: true,
    description:
      'The original sender of a forwarded message, also if it was forwarded again. Null if the message was not forwarded or has been recalled.',
    resolve: ({ origin }) => origin,
  }),
);

mutation('forwardMessage', {
  description: 'Forwards a message to a conversation and names its original sender. It can be retried safely, like `sendMessage`.',
  input: (t) => ({
    messageId: t.id({ required: true, description: 'The ID of a message that the viewer can see.' }),
    conversationId: t.id({ required: true, description: 'The ID of the conversation to forward to.' }),
    clientMessageId: t.id({ required: true, description: 'An ID that the client chooses for the new message, as in `sendMessage`.' }),
  }),
  async act(viewer, input, { chat }) {
    const message = inputId('Message', input.messageId, 'messageId');
    const conversationId = inputId('Conversation', input.conversationId, 'conversationId');
    const { clientMessageId } = input;
    return { message: await chat.messages.forward(viewer, { message, conversationId, clientMessageId }) };
  },
  payload: (t) => ({
    messageEdge: t.field({
      type: MessageEdge,
      nullable: true,
      description: 'The new message, with its cursor in its conversation’s lists, or null if the mutation was refused.',
      resolve: ({ message }, _args, context) => message && sentEdge(context, message),
    }),
  }),
});
