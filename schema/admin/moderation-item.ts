import type { Conversation } from '../../src/group/index.ts';
import type { Message } from '../../src/message/index.ts';
import type { ReasonOfUsers } from '../../src/moderation/index.ts';
import type { Item, ItemAction, itemKinds, itemStates, ReportCounts, ReportReason as ReportReasonShape } from '../../src/queue/index.ts';
import { forwardConnection } from '../connection.ts';
import { formatId } from '../ids.ts';
import { reportMeanings } from '../report-reason.ts';
import { Attachment } from './attachment.ts';
import { builder } from './builder.ts';
import type { AdminContext } from './context.ts';
import { connectionOf } from './page.ts';
import { User, userById } from './user.ts';

const ModerationKind = builder.enumType('ModerationKind', {
  description: 'What an item of the moderation queue is about.',
  values: {
    MESSAGE: { description: 'A message.' },
    USER: { description: 'A user: what they are called, say of themselves, or do.' },
    GROUP: { description: 'A group: what it is called, or says of itself.' },
  } satisfies Record<(typeof itemKinds)[number], unknown>,
});

const ModerationState = builder.enumType('ModerationState', {
  description: 'How an item of the moderation queue stands.',
  values: {
    OPEN: { description: 'It waits for an admin.' },
    RESOLVED: { description: 'An admin has decided, or an account was deleted. It is forgotten after REPORT_DAYS.' },
  } satisfies Record<(typeof itemStates)[number], unknown>,
});

const ModerationAction = builder.enumType('ModerationAction', {
  description: 'What was done about an item.',
  values: {
    DISMISS: { description: 'Nothing.' },
    REMOVE_MESSAGE: { description: 'The message was taken back, for everyone.' },
    OTHER: { description: 'What the note says.' },
    ERASED: { description: 'Nothing is left to look at: an account was deleted.' },
  } satisfies Record<ItemAction, unknown>,
});

/** Why something is in the queue. */
export const ReportReason = builder.enumType('ReportReason', {
  description: 'Why something is in the moderation queue: the words of the public schema, and BLOCKED_WORDS, by which lists say so.',
  values: {
    ...(Object.fromEntries(Object.entries(reportMeanings).map(([reason, description]) => [reason, { description }])) as Record<
      ReasonOfUsers,
      { description: string }
    >),
    BLOCKED_WORDS: { description: 'A list has found words in it.' },
  } satisfies Record<ReportReasonShape, unknown>,
});

const ReasonCount = builder.objectRef<ReportCounts['reasons'][number]>('ReasonCount').implement({
  description: 'How often a reason is given.',
  fields: (t) => ({
    reason: t.expose('reason', { type: ReportReason, description: 'The reason.' }),
    count: t.exposeInt('count', { description: 'How many give it.' }),
  }),
});

const ModeratedMessage = builder.objectRef<Message>('ModeratedMessage').implement({
  description: 'A message as it stands.',
  fields: (t) => ({
    id: t.id({ description: 'Its global id, the same as in the public schema.', resolve: (message) => formatId('Message', message) }),
    sender: t.field({
      type: User,
      nullable: true,
      description: 'Who said it.',
      resolve: ({ senderId }, _args, context) => userById(context, senderId),
    }),
    text: t.exposeString('text', { description: 'What it says; empty once it was taken back.' }),
    attachments: t.field({
      type: [Attachment],
      description: 'What is attached to it; nothing once it was taken back.',
      resolve: ({ attachments }) => attachments,
    }),
    data: t.expose('data', {
      type: 'JSONObject',
      nullable: true,
      description: 'What its sender’s client has put on it; null: nothing, or it was taken back.',
    }),
    pollOptions: t.stringList({
      description: 'What its poll lets choose; nothing: it has none, or was taken back.',
      resolve: ({ poll }) => poll?.options ?? [],
    }),
    sentAt: t.expose('sentAt', { type: 'DateTime', description: 'When it was sent.' }),
    editedAt: t.expose('editedAt', { type: 'DateTime', nullable: true, description: 'When it was changed last; null: never.' }),
    recalledAt: t.expose('recalledAt', { type: 'DateTime', nullable: true, description: 'When it was taken back; null: it was not.' }),
  }),
});

const ModeratedGroup = builder.objectRef<Conversation>('ModeratedGroup').implement({
  description: 'A group as it stands.',
  fields: (t) => ({
    id: t.id({ description: 'Its global id, the same as in the public schema.', resolve: ({ id }) => formatId('Conversation', id) }),
    name: t.string({ description: 'What it is called.', resolve: ({ name }) => name ?? '' }),
    description: t.exposeString('description', { nullable: true, description: 'What it says of itself.' }),
    announcement: t.exposeString('announcement', { nullable: true, description: 'What it announces.' }),
    data: t.expose('data', { type: 'JSONObject', nullable: true, description: 'What clients have put on it; null: nothing.' }),
    memberCount: t.exposeInt('memberCount', { description: 'How many are in it.' }),
  }),
});

/** An item, with what was read of it together with others'. */
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

/** What admins are to look at. */
export const ModerationItem = builder.objectRef<ItemShape>('ModerationItem').implement({
  description: 'What was reported, or in which a blocked word was found. Of a message, a user or a group one is open at a time.',
  fields: (t) => ({
    id: t.id({ description: 'Its id, for `resolveReport`.', resolve: ({ id }) => id }),
    kind: t.field({ type: ModerationKind, description: 'What it is about.', resolve: ({ target }) => target.kind }),
    state: t.expose('state', { type: ModerationState, description: 'How it stands.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was opened.' }),
    user: t.field({
      type: User,
      nullable: true,
      description: 'Who said it, or whom it is about; null of a group.',
      resolve: ({ target }, _args, context) => (target.kind === 'GROUP' ? null : userById(context, target.userId)),
    }),
    group: t.field({
      type: ModeratedGroup,
      nullable: true,
      description: 'The group that it is about, or in which it was said; null: it is none, or is no more.',
      resolve: (item, _args, context) => groupOf(item, context),
    }),
    textThen: t.string({
      nullable: true,
      description:
        'What it said when the item was opened, as far as it was kept, with a line for each attachment, one for its data and one for each option of its poll; null: nothing is left of that.',
      resolve: ({ text }) => text,
    }),
    message: t.field({
      type: ModeratedMessage,
      nullable: true,
      description: 'The message as it stands; null: it is about none.',
      resolve: async ({ message, counts: _counts, ...item }, _args, { chat }) =>
        message === undefined ? ((await chat.moderation.messages([item]))[0] ?? null) : message,
    }),
    context: t.field({
      type: [ModeratedMessage],
      description:
        'The message and up to five before and five after it, oldest first: of what one of those who have reported it could read. Empty where only a list of words has found it, and of users and groups.',
      resolve: (item, _args, { chat }) => chat.moderation.context(item),
    }),
    reporters: t.int({
      description: 'How many users have reported it.',
      resolve: async (item, _args, context) => (await countsOf(item, context)).reporters,
    }),
    reasons: t.field({
      type: [ReasonCount],
      description: 'The reasons that are given, the most frequent first.',
      resolve: async (item, _args, context) => (await countsOf(item, context)).reasons,
    }),
    newestReportAt: t.field({
      type: 'DateTime',
      description: 'When it was last reported, or a word found.',
      resolve: async (item, _args, context) => (await countsOf(item, context)).newestAt,
    }),
    action: t.field({
      type: ModerationAction,
      nullable: true,
      description: 'What was done; null while it is open.',
      resolve: ({ resolution }) => resolution?.action,
    }),
    note: t.string({ nullable: true, description: 'Why, as whoever decided says.', resolve: ({ resolution }) => resolution?.note }),
    resolvedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it was decided; null while it is open.',
      resolve: ({ resolution }) => resolution?.at,
    }),
    resolvedBy: t.field({
      type: User,
      nullable: true,
      description: 'Who decided; null: nobody, or the command line.',
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
    description: 'What waits for a decision, the oldest first; or what was decided, by when it was opened, the newest first.',
    args: {
      state: t.arg({ type: ModerationState, description: 'OPEN by default.' }),
      kind: t.arg({ type: ModerationKind, description: 'Of this kind alone; null: of all.' }),
      first: t.arg.int({ description: 'How many, 1 to 100; 50 by default.' }),
      after: t.arg.string({ description: 'A cursor to go on from.' }),
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
    description: 'An item of the moderation queue; null: there is none, or it was forgotten.',
    args: { id: t.arg.id({ required: true, description: 'Its id.' }) },
    resolve: async (_root, { id }, { chat }) => (await chat.moderation.byIds([id]))[0] ?? null,
  }),
);
