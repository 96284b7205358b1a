import { type Conversation as ConversationShape, type Membership as MembershipShape, memberKey } from '../src/group/index.ts';
import { builder } from './builder.ts';
import { type Connection, connectionOf, type Edge, emptyPage, forwardConnection } from './connection.ts';
import { type Context, requireViewer } from './context.ts';
import { Conversation, viewerAccess } from './conversation.ts';
import { formatCursor } from './cursors.ts';
import { formatId } from './ids.ts';
import { Node, presentConversation, presentUser } from './node.ts';
import { type ForwardArgs, forwardPage } from './page.ts';
import { shareable } from './shareable.ts';
import { User } from './user.ts';

const Role = builder.enumType('Role', {
  description: 'What a member may do in a conversation.',
  values: {
    OWNER: { description: 'Everything; a group has one.' },
    ADMIN: { description: 'Running the group: its settings, its members, what they say.' },
    MEMBER: { description: 'Reading and writing. In a direct conversation all are members.' },
  },
});

/**
 * A marker of a member's, where it is shown: not in groups too large for receipts, nor of who shows nobody. While a block stands between two, each is shown what
 * they know of themselves, and of the other how it stood then. An event for all who listen comes to no other then than whose marker it is.
 */
async function shownMarker({ chat, scope }: Context, member: MembershipShape, marker: 'deliveredSeq' | 'readSeq'): Promise<number | null> {
  const conversation = await scope.loaders.conversations.load(member.conversationId);
  if (conversation === null || conversation.memberCount > chat.receiptMembers) return null;
  const settings = await scope.loaders.settings.load(member.userId);
  if (!settings?.readReceipts) return null;
  return scope.loaders.isOfOther(member.userId) ? member[shownAs[marker]] : member[marker];
}

const shownAs = { deliveredSeq: 'shownDeliveredSeq', readSeq: 'shownReadSeq' } as const;

/** Somebody's part in a conversation. */
export const Membership = builder.objectRef<MembershipShape>('Membership').implement({
  description: 'Somebody’s part in a conversation, while it lasts.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({
      extensions: shareable,
      description: 'Its global id, the same if they leave and join again.',
      resolve: (ref) => formatId('Membership', ref),
    }),
    user: t.field({
      extensions: shareable,
      type: User,
      description: 'Who.',
      resolve: ({ userId }, _args, context) => presentUser(context, userId),
    }),
    conversation: t.field({
      extensions: shareable,
      type: Conversation,
      description: 'Where.',
      resolve: ({ conversationId }, _args, context) => presentConversation(context, conversationId),
    }),
    role: t.expose('role', { extensions: shareable, type: Role, description: 'What they may do there.' }),
    joinedAt: t.expose('joinedAt', { extensions: shareable, type: 'DateTime', description: 'Since when.' }),
    nickname: t.exposeString('nickname', {
      extensions: shareable,
      nullable: true,
      description: 'What they are called there, if not by their display name.',
    }),
    deliveredSeq: t.int({
      extensions: shareable,
      nullable: true,
      description:
        'The newest entry that one of their devices has; never below readSeq, and only ever rises. MessageSent says what a message moves. Null: not shown to anybody.',
      resolve: (member, _args, context) => shownMarker(context, member, 'deliveredSeq'),
    }),
    readSeq: t.int({
      extensions: shareable,
      nullable: true,
      description:
        'The newest entry that they have read; only ever rises. MessageSent says what a message moves. Null: not shown to anybody.',
      resolve: (member, _args, context) => shownMarker(context, member, 'readSeq'),
    }),
  }),
});

interface Members extends Connection<MembershipShape> {
  readonly totalCount: number;
}

const Memberships = connectionOf<MembershipShape, Members>('Membership', {
  of: 'A member',
  list: 'members',
  node: (t) => t.field({ extensions: shareable, type: Membership, description: 'Who it is, and their part.', resolve: ({ node }) => node }),
});

builder.objectField(Memberships.connection, 'totalCount', (t) =>
  t.exposeInt('totalCount', {
    description: 'How many there are on all pages; of those found, or with some roles, how many are in the conversation.',
  }),
);

/** A page of members. */
export const MembershipConnection = Memberships.connection;

/** A member in a conversation's list. */
export const MembershipEdge = Memberships.edge;

/** The edge under which `Conversation.members` lists a member. */
export function membershipEdge(member: MembershipShape): Edge<MembershipShape> {
  return { node: member, cursor: formatCursor('member', memberKey(member)) };
}

/** A membership as it stands, its conversation read first; null where it has ended. Does not ask who may see it. */
export async function loadMembership(
  { scope: { loaders } }: Context,
  ref: { readonly conversationId: bigint; readonly userId: bigint },
): Promise<MembershipShape | null> {
  return (await loaders.conversations.load(ref.conversationId)) && loaders.memberships.load(ref);
}

interface MembersAsked {
  readonly conversation: ConversationShape;
  readonly roles: readonly MembershipShape['role'][] | undefined;
}

function isGiven<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined;
}

function listMembers({ chat }: Context, { conversation, roles }: MembersAsked, args: ForwardArgs): Promise<Connection<MembershipShape>> {
  return forwardConnection(args, {
    order: 'member',
    read: (page) => chat.groups.members(conversation.id, { ...page, roles }),
    node: ({ member }) => member,
  });
}

async function findMembers(
  context: Context,
  { conversation, ...asked }: MembersAsked & { readonly search: string },
  args: ForwardArgs,
): Promise<Connection<MembershipShape>> {
  const page = forwardPage('foundMember', args);
  const { items, endKey, hasPreviousPage } = await context.chat.groups.findMembers(requireViewer(context), conversation, {
    ...asked,
    ...page,
  });
  const edges = items.map(({ member, key }) => ({ node: member, cursor: formatCursor('foundMember', key) }));
  const endCursor = endKey === null ? undefined : formatCursor('foundMember', endKey);
  return { edges, hasNextPage: endKey !== null, hasPreviousPage, endCursor };
}

builder.interfaceFields(Conversation, (t) => ({
  members: t.field({
    type: MembershipConnection,
    description:
      'Who is in it, in the order they joined; with `search` by the word that was found. RATE_LIMITED, at the top level, past ten searches for each of SEARCHES_PER_MINUTE.',
    args: {
      first: t.arg.int({ description: 'How many, from 1 to 100; 50 by default.' }),
      after: t.arg.string({ description: 'The cursor to go on after, with the same text and roles.' }),
      search: t.arg.string({
        description:
          'Only those of whom words of the handle, the display name or the nickname there begin as those of this text, as `Query.users` finds them. A page may be short, or empty, and go on. Where more than 1,000 have a nickname, nobody is found by it.',
      }),
      roles: t.arg({ type: [Role], description: 'Only those who are one of these; absent: all.' }),
    },
    async resolve(conversation, { search, roles, ...args }, context) {
      if ((await viewerAccess(context, conversation)) === null) return { ...emptyPage, totalCount: 0 };
      const asked = { conversation, roles: roles ?? undefined };
      const page = isGiven(search) ? await findMembers(context, { ...asked, search }, args) : await listMembers(context, asked, args);
      return { ...page, totalCount: conversation.memberCount };
    },
  }),
  viewerMembership: t.field({
    type: Membership,
    nullable: true,
    description: 'The viewer’s own part in it; null once they are out.',
    resolve: (conversation, _args, context) => viewerAccess(context, conversation),
  }),
  viewerReadSeq: t.int({
    description: 'The newest entry that the viewer has read.',
    resolve: async (conversation, _args, context) => (await viewerAccess(context, conversation))?.readSeq ?? 0,
  }),
  viewerUnreadCount: t.int({
    description:
      'Messages of others after viewerReadSeq, or from viewerMarkedUnreadFromSeq on where that is earlier, without those that the viewer has deleted for themselves. As of lastSeq in the same response.',
    async resolve(conversation, _args, context) {
      const access = await viewerAccess(context, conversation);
      return access === null ? 0 : context.scope.loaders.unreadCounts.load({ conversation, access });
    },
  }),
}));
