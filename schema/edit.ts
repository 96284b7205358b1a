import { type Edit, maySeeEdits } from '../src/message/index.ts';
import { Attachment, AttachmentInput } from './attachment.ts';
import { builder } from './builder.ts';
import { connectionOf, forwardArgs, forwardConnection } from './connection.ts';
import { viewerAccess } from './conversation.ts';
import { viewerRights } from './group-action.ts';
import { inputId } from './ids.ts';
import { Message } from './message.ts';
import { messageFields } from './message-act.ts';
import { mutation } from './mutation.ts';

const MessageEdit = builder.objectRef<Edit>('MessageEdit').implement({
  description: 'An earlier version of a message, from before an edit.',
  fields: (t) => ({
    text: t.exposeString('text', { description: 'The text of this version.' }),
    attachments: t.field({
      type: [Attachment],
      description: 'The files attached to this version.',
      resolve: ({ attachments }) => attachments,
    }),
    data: t.expose('data', {
      type: 'JSONObject',
      nullable: true,
      description: 'The custom JSON data of this version, or null if there was none.',
    }),
    seq: t.exposeInt('seq', { description: 'The `seq` of the entry, in the conversation’s stream, that replaced this version.' }),
    editedAt: t.expose('editedAt', { type: 'DateTime', description: 'When this version was replaced.' }),
  }),
});

const MessageEdits = connectionOf<Edit>('MessageEdit', {
  of: 'An earlier version of a message',
  list: 'earlier versions of a message',
  node: (t) => t.field({ type: MessageEdit, description: 'The earlier version.', resolve: ({ node }) => node }),
});

builder.objectField(Message, 'viewerEdits', (t) =>
  t.field({
    type: MessageEdits.connection,
    nullable: true,
    description:
      'The earlier versions of the message, last replaced first. Null unless the viewer is the sender of the message, or the owner or an admin of the group.',
    args: forwardArgs(),
    async resolve(message, args, context) {
      const { conversationId, seq, editedAt } = message;
      const access = await viewerAccess(context, { id: conversationId });
      if (access === null || !maySeeEdits(access, message, await viewerRights(context, conversationId))) return null;
      return forwardConnection(args, {
        order: 'edit',
        async read({ first, after }) {
          // Nothing is read for a message that was never edited.
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

mutation('editMessage', {
  description: 'Edits a message that the viewer sent, for EDIT_WINDOW_SECONDS after it was sent. New mentions count from the edit on.',
  input: (t) => ({
    messageId: t.id({ required: true, description: 'The ID of a message that the viewer sent.' }),
    text: t.string({
      required: true,
      description: 'The new text. It must not be blank, but may be empty if the message has attachments or data after the edit.',
    }),
    attachments: t.field({
      type: [AttachmentInput],
      description: 'The new attachments, at most MAX_ATTACHMENTS. Omit to keep the current ones; null removes them.',
    }),
    data: t.field({
      type: 'JSONObject',
      description: 'The new custom JSON data, at most MAX_DATA_BYTES. Omit to keep the current data; null removes it.',
    }),
    mentionIds: t.idList({
      description: 'The IDs of the users to mention, at most 50. Omit to keep the current mentions; null removes them.',
    }),
    mentionsEveryone: t.boolean({ description: 'Whether to mention everyone. Omit to keep the current setting; null means false.' }),
  }),
  async act(viewer, { messageId, text, attachments, data, mentionIds, mentionsEveryone }, { chat }) {
    const message = inputId('Message', messageId, 'messageId');
    const edited = await chat.messages.edit(viewer, {
      ...{ message, text, attachments: attachments === null ? [] : attachments, data },
      mentionIds: mentionIds === null ? [] : mentionIds?.map((id, place) => inputId('User', id, 'mentionIds', String(place))),
      mentionsEveryone: mentionsEveryone === null ? false : mentionsEveryone,
    });
    return { message: edited };
  },
  payload: messageFields,
});

mutation('recallMessage', {
  description:
    'Recalls a message for everyone. A tombstone stays at its `seq`. The sender can recall it for RECALL_WINDOW_SECONDS; the owner and admins of the group always can.',
  input: (t) => ({ messageId: t.id({ required: true, description: 'The ID of the message.' }) }),
  act: async (viewer, { messageId }, { chat }) => ({
    message: await chat.messages.recall(viewer, inputId('Message', messageId, 'messageId')),
  }),
  payload: messageFields,
});
