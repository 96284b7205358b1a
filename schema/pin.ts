import { builder } from './builder.ts';
import { emptyPage, forwardArgs, forwardConnection } from './connection.ts';
import { Conversation, viewerAccess } from './conversation.ts';
import { inputId } from './ids.ts';
import { Message, MessageConnection } from './message.ts';
import { messageFields } from './message-act.ts';
import { mutation } from './mutation.ts';
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
    args: forwardArgs(),
    async resolve(conversation, args, context) {
      const access = await viewerAccess(context, conversation);
      if (access === null) return emptyPage;
      return forwardConnection(args, {
        order: 'seq',
        async read({ first, after }) {
          const { items, hasNextPage } = await context.chat.messages.pins(access, {
            first,
            after: after === undefined ? undefined : Number(after),
            upTo: conversation.lastSeq,
          });
          return { items: items.map((message) => ({ message, key: String(message.seq) })), hasNextPage };
        },
        node: ({ message }) => message,
      });
    },
  }),
);

mutation('pinMessage', {
  description:
    'Pins a message in its conversation, for everyone to see. In a direct conversation, both users can pin messages. In a group, `pinPolicy` decides who can.',
  input: (t) => ({ messageId: t.id({ required: true, description: 'The ID of the message.' }) }),
  act: async (viewer, { messageId }, { chat }) => ({
    message: await chat.messages.pin(viewer, inputId('Message', messageId, 'messageId')),
  }),
  payload: messageFields,
});

mutation('unpinMessage', {
  description: 'Unpins a message. Anyone who can pin messages can also unpin them.',
  input: (t) => ({ messageId: t.id({ required: true, description: 'The ID of the message.' }) }),
  act: async (viewer, { messageId }, { chat }) => ({
    message: await chat.messages.unpin(viewer, inputId('Message', messageId, 'messageId')),
  }),
  payload: messageFields,
});
