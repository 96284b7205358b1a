import type { Conversation } from '../../src/group/index.ts';
import type { Message } from '../../src/message/index.ts';
import type { Item, ItemAction, itemKinds, itemStates, ReportCounts, ReportReason as ReportReasonShape } from '../../src/queue/index.ts';
import { forwardConnection } from '../connection.ts';
import { formatId } from '../ids.ts';
import { reportMeanings } from '../report-reason.ts';
import { Attachment } from './attachment.ts';
import { builder } from './builder.ts';
import type { AdminContext } from './context.ts';
import { connectionOf, forwardArgs } from './page.ts';
import { User, userById } from './user.ts';

const ModerationKind = builder.enumType('ModerationKind', {
  description: 'What an item in the moderation queue is about.',
  values: {
    MESSAGE: { description: 'A message.' },
    USER: { description: 'A user: their names, their profile or their conduct.' },
    GROUP: { description: 'A group: its name or its other texts.' },
  } satisfies Record<(typeof itemKinds)[number], unknown>,
});

const ModerationState = builder.enumType('ModerationState', {
  description: 'The state of an item in the moderation queue.',
  values: {
    OPEN: { description: 'The item waits for a decision by an admin.' },
    RESOLVED: { description: 'An admin has decided, or an account was erased. The item is deleted after REPORT_DAYS.' },
  } satisfies Record<(typeof itemStates)[number], unknown>,
});

const ModerationAction = builder.enumType('ModerationAction', {
  description: 'What was done about an item in the moderation queue.',
  values: {
    DISMISS: { description: 'Nothing.' },
    REMOVE_MESSAGE: { description: 'The message was recalled.' },
    OTHER: { description: 'Something else, which the note describes.' },
    ERASED: { description: 'Nothing is left to review, because an account was erased.' },
  } satisfies Record<ItemAction, unknown>,
});

/** Why something is in the moderation queue. */
export const ReportReason = builder.enumType('ReportReason', {
  description: 'Why something is in the moderation queue. The reasons are those of the public schema, and BLOCKED_WORDS.',
  values: {
    ...reportMeanings,
    BLOCKED_WORDS: { description: 'A blocked word was found.' },
  } satisfies Record<ReportReasonShape, unknown>,
});

const ReasonCount = builder.objectRef<ReportCounts['reasons'][number]>('ReasonCount').implement({
  description: 'How often a reason was given.',
  fields: (t) => ({
    reason: t.expose('reason', { type: ReportReason, description: 'The reason.' }),
    count: t.exposeInt('count', { description: 'The number of reports that give this reason.' }),
  }),
});

const ModeratedMessage = builder.objectRef<Message>('ModeratedMessage').implement({
  description: 'A message in its current state, as admins see it.',
  fields: (t) => ({
    id: t.id({
      description: 'The global ID of the message, the same as in the public schema.',
      resolve: (message) => formatId('Message', message),
    }),
    sender: t.field({
      type: User,
      nullable: true,
      description: 'The user who sent the message, or null if there is no such user.',
      resolve: ({ senderId }, _args, context) => userById(context, senderId),
    }),
    text: t.exposeString('text', { description: 'The text of the message. Empty if the message was recalled.' }),
    attachments: t.field({
      type: [Attachment],
      description: 'The attachments of the message. Empty if the message was recalled.',
      resolve: ({ attachments }) => attachments,
    }),
    data: t.expose('data', {
      type: 'JSONObject',
      nullable: true,
      description: 'Custom JSON data that the sender’s client attached, or null if there is none or the message was recalled.',
    }),
    pollOptions: t.stringList({
      description: 'The options of the poll. Empty if the message has no poll or was recalled.',
      resolve: ({ poll }) => poll?.options ?? [],
    }),
    sentAt: t.expose('sentAt', { type: 'DateTime', description: 'When the message was sent.' }),
    editedAt: t.expose('editedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the message was last edited, or null if it never was.',
    }),
    recalledAt: t.expose('recalledAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the message was recalled, or null if it was not.',
    }),
  }),
});

const ModeratedGroup = builder.objectRef<Conversation>('ModeratedGroup').implement({
  description: 'A group in its current state, as admins see it.',
  fields: (t) => ({
    id: t.id({
      description: 'The global ID of the group, the same as in the public schema.',
      resolve: ({ id }) => formatId('Conversation', id),
    }),
    name: t.string({ description: 'The name of the group.', resolve: ({ name }) => name ?? '' }),
    description: t.exposeString('description', { nullable: true, description: 'The description of the group, or null if it has none.' }),
    announcement: t.exposeString('announcement', { nullable: true, description: 'The announcement of the group, or null if it has none.' }),
    data: t.expose('data', {
      type: 'JSONObject',
      nullable: true,
      description: 'Custom JSON data that clients attached to the group, or null if there is none.',
    }),
    memberCount: t.exposeInt('memberCount', { description: 'The number of members.' }),
  }),
});

/** An item, with data that was read for several items together. */
export interface ItemShape extends Item {
  readonly counts?: ReportCounts | undefined;
  readonly message?: Message | null | undefined;
}

async function countsOf({ counts, ...item }: ItemShape, { chat }: AdminContext): Promise<ReportCounts> {
  const [read] = counts === undefined ? await chat.moderation.counts([item]) : [counts];
  if (read === undefined) throw new Error('an item without counts');
  return read;
}

async function groupOf({ target }: ItemShape, { chat }: AdminContext): Promise<Conversation | null> {
  if (target.kind === 'USER') return null;
  const [conversation = null] = await chat.groups.byIds([target.conversationId]);
  return conversation?.kind === 'GROUP' ? conversation : null;
}

/** An item of the moderation queue. */
export const ModerationItem = builder.objectRef<ItemShape>('ModerationItem').implement({
  description:
    'An item in the moderation queue: what users reported, or where a blocked word was found. There is at most one open item for each message, user or group.',
  fields: (t) => ({
    id: t.id({ description: 'The ID of the item, for `resolveReport`.', resolve: ({ id }) => id }),
    kind: t.field({ type: ModerationKind, description: 'What the item is about.', resolve: ({ target }) => target.kind }),
    state: t.expose('state', { type: ModerationState, description: 'The state of the item.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the item was opened.' }),
    user: t.field({
      type: User,
      nullable: true,
      description: 'The sender of the message, or the user whom the item is about. Null for a group.',
      resolve: ({ target }, _args, context) => (target.kind === 'GROUP' ? null : userById(context, target.userId)),
    }),
    group: t.field({
      type: ModeratedGroup,
      nullable: true,
      description: 'The group that the item is about, or in which the message was sent. Null if there is none or it no longer exists.',
      resolve: (item, _args, context) => groupOf(item, context),
    }),
    textThen: t.string({
      nullable: true,
      description:
        'The text when the item was opened, as far as it was kept, with one line for each attachment, one for the data and one for each poll option. Null if nothing of it is left.',
      resolve: ({ text }) => text,
    }),
    message: t.field({
      type: ModeratedMessage,
      nullable: true,
      description: 'The message in its current state, or null if the item is not about a message.',
      resolve: async ({ message, counts: _counts, ...item }, _args, { chat }) =>
        message === undefined ? ((await chat.moderation.messages([item]))[0] ?? null) : message,
    }),
    context: t.field({
      type: [ModeratedMessage],
      description:
        'The message with up to five messages before and five after it, oldest first, as far as one of those who reported it could read them. Empty for users and groups, and if only a blocked word was found.',
      resolve: (item, _args, { chat }) => chat.moderation.context(item),
    }),
    reporters: t.int({
      description: 'The number of users who reported it.',
      resolve: async (item, _args, context) => (await countsOf(item, context)).reporters,
    }),
    reasons: t.field({
      type: [ReasonCount],
      description: 'The reasons that were given, most frequent first.',
      resolve: async (item, _args, context) => (await countsOf(item, context)).reasons,
    }),
    newestReportAt: t.field({
      type: 'DateTime',
      description: 'When it was last reported, or a blocked word was last found.',
      resolve: async (item, _args, context) => (await countsOf(item, context)).newestAt,
    }),
    action: t.field({
      type: ModerationAction,
      nullable: true,
      description: 'What was done, or null while the item is open.',
      resolve: ({ resolution }) => resolution?.action,
    }),
    note: t.string({
      nullable: true,
      description: 'The note on the decision, or null if there is none.',
      resolve: ({ resolution }) => resolution?.note,
    }),
    resolvedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the item was resolved, or null while it is open.',
      resolve: ({ resolution }) => resolution?.at,
    }),
    resolvedBy: t.field({
      type: User,
      nullable: true,
      description: 'The admin who resolved the item. Null if nobody did, or if it was resolved on the command line.',
      resolve: ({ resolution }, _args, context) => (resolution?.byId ? userById(context, resolution.byId) : null),
    }),
  }),
});

const ModerationItemConnection = connectionOf<ItemShape>('ModerationItem', {
  of: 'An item',
  list: 'the moderation queue',
  node: (t) => t.field({ type: ModerationItem, description: 'The item.', resolve: ({ node }) => node }),
});

builder.queryField('moderationQueue', (t) =>
  t.field({
    type: ModerationItemConnection,
    description: 'The moderation queue: open items, oldest first; or resolved items, by when they were opened, newest first.',
    args: {
      state: t.arg({ type: ModerationState, description: 'The state of the items. Defaults to OPEN.' }),
      kind: t.arg({ type: ModerationKind, description: 'Only items of this kind. Defaults to all kinds.' }),
      ...forwardArgs(),
    },
    resolve: (_root, { state, kind, ...args }, { chat }) =>
      forwardConnection(args, {
        order: 'moderationItem',
        async read(page) {
          const { items, hasNextPage } = await chat.moderation.queue({ ...page, state: state ?? 'OPEN', kind });
          const all = items.map(({ item }) => item);
          const [counts, messages] = await Promise.all([chat.moderation.counts(all), chat.moderation.messages(all)]);
          return {
            items: items.map(({ item, key }, at) => ({ item: { ...item, counts: counts[at], message: messages[at] }, key })),
            hasNextPage,
          };
        },
        node: ({ item }) => item,
      }),
  }),
);

builder.queryField('moderationItem', (t) =>
  t.field({
    type: ModerationItem,
    nullable: true,
    description: 'The item of the moderation queue with the given ID, or null if there is none or it was deleted.',
    args: { id: t.arg.id({ required: true, description: 'The ID of the item.' }) },
    resolve: async (_root, { id }, { chat }) => (await chat.moderation.byIds([id]))[0] ?? null,
  }),
);
