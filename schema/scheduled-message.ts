import { type ScheduledMessage as ScheduledMessageShape, scheduledKey } from '../src/scheduled/index.ts';
import { accountEventInterfaces as interfaces } from './account-event.ts';
import { Attachment } from './attachment.ts';
import { builder } from './builder.ts';
import { connectionOf, type Edge, forwardConnection } from './connection.ts';
import { type Context, requireViewer } from './context.ts';
import { accessOf, Conversation } from './conversation.ts';
import { formatCursor } from './cursors.ts';
import { ErrorCode } from './errors.ts';
import { loggedTypes } from './event.ts';
import { argumentId, formatId } from './ids.ts';
import { Message } from './message.ts';
import { Node } from './node.ts';
import { seenMessage } from './node-lookup.ts';
import { User } from './user.ts';
import { Viewer } from './viewer.ts';

const Refusal = builder.objectRef<NonNullable<ScheduledMessageShape['refusal']>>('ScheduledMessageRefusal').implement({
  description: 'Why something could not be said at its time.',
  fields: (t) => ({
    code: t.expose('code', { type: ErrorCode, description: 'Why, for programs.' }),
    message: t.exposeString('message', { description: 'Why and what to do next, for people.' }),
  }),
});

const ScheduledPoll = builder.objectRef<NonNullable<ScheduledMessageShape['poll']>>('ScheduledPoll').implement({
  description: 'What something that is said later is to ask. Nobody chooses before it is said.',
  fields: (t) => ({
    options: t.exposeStringList('options', { description: 'What there will be to choose from, in order.' }),
    multiple: t.exposeBoolean('multiple', { description: 'Whether one may choose several.' }),
    anonymous: t.exposeBoolean('anonymous', { description: 'Whether nobody is told who chose what.' }),
    closesAt: t.expose('closesAt', {
      type: 'DateTime',
      nullable: true,
      description: 'From when on nobody may choose any more: later than it is said; null: until somebody closes it.',
    }),
  }),
});

/** Something that the viewer is to say later. */
export const ScheduledMessage = builder.objectRef<ScheduledMessageShape>('ScheduledMessage').implement({
  description:
    'Something that is said later. Only who wrote it sees it, on all their devices; the message that it becomes is another thing, with the same `clientMessageId`.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: 'Its global id.', resolve: ({ id }) => formatId('ScheduledMessage', id) }),
    clientMessageId: t.exposeID('clientMessageId', { description: 'The name that the client made up for it, under which it is said.' }),
    sendAt: t.expose('sendAt', { type: 'DateTime', description: 'When it is said, or was to be.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was left.' }),
    conversationId: t.id({ description: 'Where.', resolve: ({ conversationId }) => formatId('Conversation', conversationId) }),
    conversation: t.field({
      type: Conversation,
      nullable: true,
      description: 'The same, as it stands; null: it is not theirs any more.',
      resolve: async ({ conversationId, userId }, _args, context) => (await accessOf(context, conversationId, { userId }))?.conversation,
    }),
    text: t.exposeString('text', { description: 'What is to be said, to the letter.' }),
    attachments: t.field({
      type: [Attachment],
      description: 'What is attached to it, in order.',
      resolve: ({ attachments }) => attachments,
    }),
    data: t.expose('data', { type: 'JSONObject', nullable: true, description: 'What is put on it; null: nothing.' }),
    poll: t.expose('poll', { type: ScheduledPoll, nullable: true, description: 'What it is to ask; null: nothing.' }),
    replyTo: t.field({
      type: Message,
      nullable: true,
      description: 'What it answers; null: nothing, or it is not for the viewer to see any more.',
      resolve: (scheduled, _args, context) => referred(context, scheduled, scheduled.replyToSeq),
    }),
    threadRoot: t.field({
      type: Message,
      nullable: true,
      description: 'The message in whose thread it replies; null: none, or it is not in what the viewer may read.',
      resolve: (scheduled, _args, context) => referred(context, scheduled, scheduled.threadRootSeq),
    }),
    mentions: t.field({
      type: [User],
      description: 'Whom it is to mention by name.',
      async resolve({ mentionIds }, _args, { scope }) {
        const users = await Promise.all(mentionIds.map((id) => scope.loaders.users.load(id)));
        return users.filter((user) => user !== null);
      },
    }),
    mentionsEveryone: t.exposeBoolean('mentionsEveryone', { description: 'Whether it is to mention everyone in the conversation.' }),
    refusal: t.expose('refusal', {
      type: Refusal,
      nullable: true,
      description: 'Why it could not be said at its time: it stays until it is changed, said or cancelled. null: it waits for its time.',
    }),
  }),
});

function referred(context: Context, { conversationId, userId }: ScheduledMessageShape, seq: number | null) {
  return seq === null ? null : seenMessage(context, { userId }, { conversationId, seq });
}

const ScheduledMessages = connectionOf<ScheduledMessageShape>('ScheduledMessage', {
  of: 'Something to be said later',
  list: 'what is said later',
  node: (t) => t.field({ type: ScheduledMessage, description: 'What is to be said.', resolve: ({ node }) => node }),
});

/** One in the viewer's list. */
export const ScheduledMessageEdge = ScheduledMessages.edge;

/** The edge under which `Viewer.scheduledMessages` lists it. */
export function scheduledMessageEdge(scheduled: ScheduledMessageShape): Edge<ScheduledMessageShape> {
  return { node: scheduled, cursor: formatCursor('scheduledMessage', scheduledKey(scheduled)) };
}

builder.objectField(Viewer, 'scheduledMessages', (t) =>
  t.field({
    type: ScheduledMessages.connection,
    description:
      'What the viewer has left to be said later, what could not be said at its time included; by `sendAt`, what comes first standing first.',
    args: {
      first: t.arg.int({ description: 'How many, from 1 to 100; 50 by default.' }),
      after: t.arg.string({ description: 'The cursor to go on after.' }),
      conversationId: t.arg.id({ description: 'Only what is said in this conversation, whether it is still theirs or not.' }),
    },
    resolve(viewer, { conversationId: named, ...args }, { chat, scope: { loaders } }) {
      const conversationId = named === null || named === undefined ? undefined : argumentId('Conversation', named, 'conversationId');
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
  description: 'How something that was to be said later has ended.',
  values: { SENT: { description: 'It was said.' }, CANCELLED: { description: 'It was cancelled, and is never said.' } },
});

loggedTypes.ScheduledMessageChanged.implement({
  description: 'The viewer has left something to be said later, or changed it, on whichever device; or it could not be said at its time.',
  interfaces,
  fields: (t) => ({
    scheduledMessageId: t.id({
      description: 'Which.',
      resolve: ({ entry }) => formatId('ScheduledMessage', entry.data.scheduledMessageId),
    }),
    scheduledMessageEdge: t.field({
      type: ScheduledMessageEdge,
      nullable: true,
      description: 'It as it stands, with its cursor in the viewer’s list; null: it is there no more, which another entry tells.',
      async resolve({ entry }, _args, { scope }): Promise<Edge<ScheduledMessageShape> | null> {
        const scheduled = await scope.loaders.scheduledMessages.load(entry.data.scheduledMessageId);
        return scheduled && scheduledMessageEdge(scheduled);
      },
    }),
  }),
});

loggedTypes.ScheduledMessageClosed.implement({
  description: 'Something is not to be said later any more: it was said, or cancelled.',
  interfaces,
  fields: (t) => ({
    scheduledMessageId: t.id({
      description: 'Which.',
      resolve: ({ entry }) => formatId('ScheduledMessage', entry.data.scheduledMessageId),
    }),
    outcome: t.field({
      type: Outcome,
      description: 'How it ended.',
      resolve: ({ entry }) => (entry.data.said === null ? 'CANCELLED' : 'SENT'),
    }),
    message: t.field({
      type: Message,
      nullable: true,
      description:
        'The message that it has become, which its conversation’s log tells too; null: it was cancelled, or the message is not for the viewer to see any more.',
      resolve: ({ entry: { data } }, _args, context) => data.said && seenMessage(context, requireViewer(context), data.said),
    }),
  }),
});
