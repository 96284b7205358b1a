import type { Message as MessageShape } from '../src/message/index.ts';
import { builder } from './builder.ts';
import type { Edge } from './connection.ts';
import { requireViewer } from './context.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { inputId } from './ids.ts';
import { Message, MessageEdge, sentEdge } from './message.ts';
import { shareable } from './shareable.ts';
import { User } from './user.ts';

const MessageOrigin = builder.objectRef<NonNullable<MessageShape['origin']>>('MessageOrigin').implement({
  description: 'Whose words a forwarded message is.',
  fields: (t) => ({
    name: t.exposeString('name', { extensions: shareable, description: 'What they were called when it was forwarded first.' }),
    user: t.field({
      extensions: shareable,
      type: User,
      nullable: true,
      description: 'Who said it first; null once their account is erased.',
      resolve: ({ userId }, _args, { scope }) => scope.loaders.users.load(userId),
    }),
  }),
});

builder.objectField(Message, 'forwardedFrom', (t) =>
  t.field({
    extensions: shareable,
    type: MessageOrigin,
    nullable: true,
    description: 'Whose words it is, where it was forwarded; of a message forwarded again, still who said it first.',
    resolve: ({ origin }) => origin,
  }),
);

const ForwardMessageInput = builder.inputType('ForwardMessageInput', {
  description: 'What to send on, and where to.',
  fields: (t) => ({
    messageId: t.id({ required: true, description: 'A message that the viewer sees.' }),
    conversationId: t.id({ required: true, description: 'Where to send it.' }),
    clientMessageId: t.id({ required: true, description: 'A name that the client makes up for the new message, as in sendMessage.' }),
  }),
});

interface ForwardMessageShape extends Refusable {
  readonly message?: MessageShape;
}

const ForwardMessagePayload = withErrors(
  builder.objectRef<ForwardMessageShape>('ForwardMessagePayload').implement({
    description: 'What came of forwardMessage.',
    fields: (t) => ({
      messageEdge: t.field({
        type: MessageEdge,
        nullable: true,
        description: 'The new message in its conversation’s lists; null if it was refused.',
        resolve: ({ message }, _args, { scope }): Edge<MessageShape> | undefined => message && sentEdge(scope.loaders, message),
      }),
    }),
  }),
);

builder.mutationField('forwardMessage', (t) =>
  t.field({
    type: ForwardMessagePayload,
    description: 'Says in one conversation what was said in another, under the name of who said it. It is repeated as sendMessage is.',
    args: { input: t.arg({ type: ForwardMessageInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const message = inputId('Message', input.messageId, 'messageId');
        const conversationId = inputId('Conversation', input.conversationId, 'conversationId');
        const { clientMessageId } = input;
        return { message: await context.chat.messages.forward(viewer, { message, conversationId, clientMessageId }) };
      }),
  }),
);
