import { builder } from './builder.ts';
import { emptyPage, forwardConnection } from './connection.ts';
import { Conversation, viewerAccess } from './conversation.ts';
import { inputDescription } from './errors.ts';
import { Message, MessageConnection } from './message.ts';
import { actOn, messagePayload } from './message-act.ts';
import { shareable } from './shareable.ts';

builder.objectField(Message, 'pinnedAt', (t) =>
  t.expose('pinnedAt', {
    extensions: shareable,
    type: 'DateTime',
    nullable: true,
    description: 'When it was pinned; null: it is not.',
  }),
);

builder.interfaceField(Conversation, 'pins', (t) =>
  t.field({
    type: MessageConnection,
    description: 'What is pinned, the one pinned last first.',
    args: {
      first: t.arg.int({ description: 'How many, from 1 to 100; 50 by default.' }),
      after: t.arg.string({ description: 'The cursor to go on after.' }),
    },
    async resolve(conversation, args, context) {
      const access = await viewerAccess(context, conversation);
      if (access === null) return emptyPage;
      return forwardConnection(args, {
        order: 'seq',
        async read({ first, after }) {
          const { items, hasNextPage } = await context.chat.messages.pins(access, {
            first,
            after: after === undefined ? undefined : Number(after),
          });
          return { items: items.map((message) => ({ message, key: String(message.seq) })), hasNextPage };
        },
        node: ({ message }) => message,
      });
    },
  }),
);

const PinMessageInput = builder.inputType('PinMessageInput', {
  description: 'Which message to pin.',
  fields: (t) => ({ messageId: t.id({ required: true, description: 'The message.' }) }),
});

const PinMessagePayload = messagePayload('pinMessage');

builder.mutationField('pinMessage', (t) =>
  t.field({
    type: PinMessagePayload,
    description:
      'Pins a message in its conversation, for all to see: both sides of a direct one may, in a group whom its `pinPolicy` lets.',
    args: { input: t.arg({ type: PinMessageInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { messageId } }, context, info) => actOn(context, info, { messageId, act: context.chat.messages.pin }),
  }),
);

const UnpinMessageInput = builder.inputType('UnpinMessageInput', {
  description: 'Which message to pin no longer.',
  fields: (t) => ({ messageId: t.id({ required: true, description: 'The message.' }) }),
});

const UnpinMessagePayload = messagePayload('unpinMessage');

builder.mutationField('unpinMessage', (t) =>
  t.field({
    type: UnpinMessagePayload,
    description: 'Takes a message off the pins; who may pin may.',
    args: { input: t.arg({ type: UnpinMessageInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { messageId } }, context, info) => actOn(context, info, { messageId, act: context.chat.messages.unpin }),
  }),
);
