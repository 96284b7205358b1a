import { type ScheduledMessage as ScheduledMessageShape, scheduledKey } from '../src/scheduled/index.ts';
import { accountEventInterfaces as interfaces } from './account-event.ts';
import { Attachment } from './attachment.ts';
import { builder } from './builder.ts';
import { connectionOf, type Edge, forwardArgs, forwardConnection } from './connection.ts';
import { type Context, requireViewer } from './context.ts';
import { accessOf, Conversation } from './conversation.ts';
import { formatCursor } from './cursors.ts';
import { ErrorCode } from './errors.ts';
import { loggedTypes } from './event.ts';
import { formatId, optionalArgumentId } from './ids.ts';
import { Message } from './message.ts';
import { Node } from './node.ts';
import { seenMessage } from './node-lookup.ts';
import { User } from './user.ts';
import { Viewer } from './viewer.ts';

const Refusal = builder.objectRef<NonNullable<ScheduledMessageShape['refusal']>>('ScheduledMessageRefusal').implement({
  description: 'Why a scheduled message could not be sent when it was due.',
  fields: (t) => ({
    code: t.expose('code', { type: ErrorCode, description: 'The reason, for programs.' }),
    message: t.exposeString('message', { description: 'The reason and what to do next, for people.' }),
  }),
});

const ScheduledPoll = builder.objectRef<NonNullable<ScheduledMessageShape['poll']>>('ScheduledPoll').implement({
  description: 'The poll of a scheduled message. Nobody can vote before the message is sent.',
  fields: (t) => ({
    options: t.exposeStringList('options', { description: 'The options, in order.' }),
    multiple: t.exposeBoolean('multiple', { description: 'Whether a user can choose several options.' }),
    anonymous: t.exposeBoolean('anonymous', { description: 'Whether votes are anonymous: nobody can see who chose what.' }),
    closesAt: t.expose('closesAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When voting ends, which is after the message is sent. Null if the poll is open until somebody closes it.',
    }),
  }),
});

/** A message that is sent later. */
export const ScheduledMessage = builder.objectRef<ScheduledMessageShape>('ScheduledMessage').implement({
  description:
    'A message that the server sends later. Only its author sees it, on all their devices. The message that is sent is another object, with the same `clientMessageId`.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: 'The global ID.', resolve: ({ id }) => formatId('ScheduledMessage', id) }),
    clientMessageId: t.exposeID('clientMessageId', {
      description: 'The ID that the client chose for the message, under which it is sent.',
    }),
    sendAt: t.expose('sendAt', { type: 'DateTime', description: 'When the message is to be sent, or was to be sent if it was refused.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the message was scheduled.' }),
    conversationId: t.id({
      description: 'The ID of the conversation.',
      resolve: ({ conversationId }) => formatId('Conversation', conversationId),
    }),
    conversation: t.field({
      type: Conversation,
      nullable: true,
      description: 'The conversation, or null if the viewer is no longer in it.',
      resolve: async ({ conversationId, userId }, _args, context) => (await accessOf(context, conversationId, { userId }))?.conversation,
    }),
    text: t.exposeString('text', { description: 'The text of the message, exactly as it is to be sent.' }),
    attachments: t.field({
      type: [Attachment],
      description: 'The attachments of the message, in order.',
      resolve: ({ attachments }) => attachments,
    }),
    data: t.expose('data', {
      type: 'JSONObject',
      nullable: true,
      description: 'Custom JSON data for other clients, or null if there is none.',
    }),
    poll: t.expose('poll', { type: ScheduledPoll, nullable: true, description: 'The poll of the message, or null if there is none.' }),
    replyTo: t.field({
      type: Message,
      nullable: true,
      description: 'The message to quote. Null if there is none, or if the viewer can no longer see it.',
      resolve: (scheduled, _args, context) => referred(context, scheduled, scheduled.replyToSeq),
    }),
    threadRoot: t.field({
      type: Message,
      nullable: true,
      description: 'The message that started the thread to reply in. Null if there is none, or if the viewer cannot read it.',
      resolve: (scheduled, _args, context) => referred(context, scheduled, scheduled.threadRootSeq),
    }),
    mentions: t.field({
      type: [User],
      description: 'The users whom the message mentions by name.',
      async resolve({ mentionIds }, _args, { scope }) {
        const users = await Promise.all(mentionIds.map((id) => scope.loaders.users.load(id)));
        return users.filter((user) => user !== null);
      },
    }),
    mentionsEveryone: t.exposeBoolean('mentionsEveryone', { description: 'Whether the message mentions everyone in the conversation.' }),
    refusal: t.expose('refusal', {
      type: Refusal,
      nullable: true,
      description:
        'Why the message could not be sent when it was due. It stays scheduled until it is changed, sent or cancelled. Null if it is still waiting to be sent.',
    }),
  }),
});

function referred(context: Context, { conversationId, userId }: ScheduledMessageShape, seq: number | null) {
  return seq === null ? null : seenMessage(context, { userId }, { conversationId, seq });
}

const ScheduledMessages = connectionOf<ScheduledMessageShape>('ScheduledMessage', {
  of: 'A scheduled message',
  list: 'scheduled messages',
  node: (t) => t.field({ type: ScheduledMessage, description: 'The scheduled message.', resolve: ({ node }) => node }),
});

/** A scheduled message in the viewer's list. */
export const ScheduledMessageEdge = ScheduledMessages.edge;

/** Returns the edge of a scheduled message in `Viewer.scheduledMessages`. */
export function scheduledMessageEdge(scheduled: ScheduledMessageShape): Edge<ScheduledMessageShape> {
  return { node: scheduled, cursor: formatCursor('scheduledMessage', scheduledKey(scheduled)) };
}

builder.objectField(Viewer, 'scheduledMessages', (t) =>
  t.field({
    type: ScheduledMessages.connection,
    description:
      'The viewer’s scheduled messages, in order of `sendAt`, earliest first. Includes those that could not be sent when they were due.',
    args: {
      ...forwardArgs(),
      conversationId: t.arg.id({
        description:
          'Returns only messages of this conversation, even if the viewer is no longer in it. Omit to include all conversations.',
      }),
    },
    resolve(viewer, { conversationId: named, ...args }, { chat, scope: { loaders } }) {
      const conversationId = optionalArgumentId('Conversation', named, 'conversationId');
      return forwardConnection(args, {
        order: 'scheduledMessage',
        read: (page) =>
          loaders.ownPage(`scheduledMessages ${conversationId} ${page.first} ${page.after}`, () =>
            chat.scheduled.list(viewer, { ...page, conversationId }),
          ),
        node: ({ scheduled }) => scheduled,
      });
    },
  }),
);

const Outcome = builder.enumType('ScheduledMessageOutcome', {
  description: 'How a scheduled message ended.',
  values: { SENT: { description: 'The message was sent.' }, CANCELLED: { description: 'The message was cancelled, and is never sent.' } },
});

loggedTypes.ScheduledMessageChanged.implement({
  description:
    'The viewer scheduled a message, or changed one, on any of their devices, or a scheduled message could not be sent when it was due.',
  interfaces,
  fields: (t) => ({
    scheduledMessageId: t.id({
      description: 'The ID of the scheduled message.',
      resolve: ({ entry }) => formatId('ScheduledMessage', entry.data.scheduledMessageId),
    }),
    scheduledMessageEdge: t.field({
      type: ScheduledMessageEdge,
      nullable: true,
      description:
        'The scheduled message in its current state, with its cursor in the viewer’s list. Null if it no longer exists, which another event reports.',
      async resolve({ entry }, _args, { scope }): Promise<Edge<ScheduledMessageShape> | null> {
        const scheduled = await scope.loaders.scheduledMessages.load(entry.data.scheduledMessageId);
        return scheduled && scheduledMessageEdge(scheduled);
      },
    }),
  }),
});

loggedTypes.ScheduledMessageClosed.implement({
  description: 'A scheduled message was sent or cancelled.',
  interfaces,
  fields: (t) => ({
    scheduledMessageId: t.id({
      description: 'The ID of the scheduled message.',
      resolve: ({ entry }) => formatId('ScheduledMessage', entry.data.scheduledMessageId),
    }),
    outcome: t.field({
      type: Outcome,
      description: 'How the scheduled message ended.',
      resolve: ({ entry }) => (entry.data.said === null ? 'CANCELLED' : 'SENT'),
    }),
    message: t.field({
      type: Message,
      nullable: true,
      description:
        'The message that was sent, which is also an entry of its conversation’s stream. Null if it was cancelled, or if the viewer can no longer see it.',
      resolve: ({ entry: { data } }, _args, context) => data.said && seenMessage(context, requireViewer(context), data.said),
    }),
  }),
});
