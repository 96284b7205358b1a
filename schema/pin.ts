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
    description: 'When the message was pinned, or null if it is not pinned.',
  }),
);

builder.interfaceField(Conversation, 'pins', (t) =>
  t.field({
    type: MessageConnection,
    description: 'The pinned messages of the conversation, most recently pinned first.',
    args: {
      first: t.arg.int({ description: 'The number of items to return, from 1 to 100. Defaults to 50.' }),
      after: t.arg.string({ description: 'Returns the items after this cursor.' }),
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
  description: 'The input of `pinMessage`.',
  fields: (t) => ({ messageId: t.id({ required: true, description: 'The ID of the message.' }) }),
});

const PinMessagePayload = messagePayload('pinMessage');

builder.mutationField('pinMessage', (t) =>
  t.field({
    type: PinMessagePayload,
    description:
      'Pins a message in its conversation, for everyone to see. In a direct conversation, both users can pin messages. In a group, `pinPolicy` decides who can.',
    args: { input: t.arg({ type: PinMessageInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { messageId } }, context, info) => actOn(context, info, { messageId, act: context.chat.messages.pin }),
  }),
);

const UnpinMessageInput = builder.inputType('UnpinMessageInput', {
  description: 'The input of `unpinMessage`.',
  fields: (t) => ({ messageId: t.id({ required: true, description: 'The ID of the message.' }) }),
});

const UnpinMessagePayload = messagePayload('unpinMessage');

builder.mutationField('unpinMessage', (t) =>
  t.field({
    type: UnpinMessagePayload,
    description: 'Unpins a message. Anyone who can pin messages can also unpin them.',
    args: { input: t.arg({ type: UnpinMessageInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { messageId } }, context, info) => actOn(context, info, { messageId, act: context.chat.messages.unpin }),
  }),
);
