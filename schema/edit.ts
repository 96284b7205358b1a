import { type Edit, maySeeEdits } from '../src/message/index.ts';
import { Attachment, AttachmentInput } from './attachment.ts';
import { builder } from './builder.ts';
import { connectionOf, forwardConnection } from './connection.ts';
import { viewerAccess } from './conversation.ts';
import { inputDescription } from './errors.ts';
import { viewerRights } from './group-action.ts';
import { inputId } from './ids.ts';
import { Message } from './message.ts';
import { actOn, messagePayload } from './message-act.ts';

const MessageEdit = builder.objectRef<Edit>('MessageEdit').implement({
  description: 'What a message said before it was edited.',
  fields: (t) => ({
    text: t.exposeString('text', { description: 'What it said.' }),
    attachments: t.field({ type: [Attachment], description: 'What was attached to it.', resolve: ({ attachments }) => attachments }),
    data: t.expose('data', { type: 'JSONObject', nullable: true, description: 'What was put on it; null: nothing.' }),
    seq: t.exposeInt('seq', { description: 'The entry by which it was replaced, in the conversation’s log.' }),
    editedAt: t.expose('editedAt', { type: 'DateTime', description: 'When it was replaced.' }),
  }),
});

const MessageEdits = connectionOf<Edit>('MessageEdit', {
  of: 'An earlier text of a message',
  list: 'earlier texts of a message',
  node: (t) => t.field({ type: MessageEdit, description: 'What it said, and when it was replaced.', resolve: ({ node }) => node }),
});

builder.objectField(Message, 'viewerEdits', (t) =>
  t.field({
    type: MessageEdits.connection,
    nullable: true,
    description: 'What it said before, what was replaced last first; null but for who said it and who runs the group.',
    args: {
      first: t.arg.int({ description: 'How many, from 1 to 100; 50 by default.' }),
      after: t.arg.string({ description: 'The cursor to go on after.' }),
    },
    async resolve(message, args, context) {
      const { conversationId, seq, editedAt } = message;
      const access = await viewerAccess(context, { id: conversationId });
      if (access === null || !maySeeEdits(access, message, await viewerRights(context, conversationId))) return null;
      return forwardConnection(args, {
        order: 'edit',
        async read({ first, after }) {
          // Of what was never edited nothing is read.
          const request = { conversationId, seq, first, after: after === undefined ? undefined : Number(after) };
          const { items, hasNextPage } = editedAt === null ? noEdits : await context.scope.loaders.edits.load(request);
          return { items: items.map((edit) => ({ edit, key: String(edit.seq) })), hasNextPage };
        },
        node: ({ edit }) => edit,
      });
    },
  }),
);

const noEdits = { items: [], hasNextPage: false };

const EditMessageInput = builder.inputType('EditMessageInput', {
  description: 'Which message to change, and to what.',
  fields: (t) => ({
    messageId: t.id({ required: true, description: 'A message of the viewer’s own.' }),
    text: t.string({ required: true, description: 'What it is to say, not blank, or empty where something stays attached or put on it.' }),
    attachments: t.field({
      type: [AttachmentInput],
      description: 'What is to be attached to it, at most MAX_ATTACHMENTS; absent: as before; null: nothing.',
    }),
    data: t.field({
      type: 'JSONObject',
      description: 'What is to be put on it, at most MAX_DATA_BYTES; absent: as before; null: nothing.',
    }),
    mentionIds: t.idList({ description: 'Whom it is to mention, at most 50; absent: as before; null: nobody.' }),
    mentionsEveryone: t.boolean({ description: 'Whether it is to mention everyone; absent: as before; null: it is not.' }),
  }),
});

const EditMessagePayload = messagePayload('editMessage');

builder.mutationField('editMessage', (t) =>
  t.field({
    type: EditMessagePayload,
    description: 'Changes what the viewer has said, for some time after they said it. Whoever is mentioned anew is told from here on.',
    args: { input: t.arg({ type: EditMessageInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { messageId, text, attachments, data, mentionIds, mentionsEveryone } }, context, info) =>
      actOn(context, info, {
        messageId,
        act: (viewer, message) =>
          context.chat.messages.edit(viewer, {
            ...{ message, text, attachments: attachments === null ? [] : attachments, data },
            mentionIds: mentionIds === null ? [] : mentionIds?.map((id, place) => inputId('User', id, 'mentionIds', String(place))),
            mentionsEveryone: mentionsEveryone === null ? false : mentionsEveryone,
          }),
      }),
  }),
);

const RecallMessageInput = builder.inputType('RecallMessageInput', {
  description: 'Which message to take back.',
  fields: (t) => ({ messageId: t.id({ required: true, description: 'The message.' }) }),
});

const RecallMessagePayload = messagePayload('recallMessage');

builder.mutationField('recallMessage', (t) =>
  t.field({
    type: RecallMessagePayload,
    description:
      'Takes a message back for everyone: a tombstone stays at its seq. Who said it can, for some time; who runs the group always can.',
    args: { input: t.arg({ type: RecallMessageInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { messageId } }, context, info) => actOn(context, info, { messageId, act: context.chat.messages.recall }),
  }),
);
