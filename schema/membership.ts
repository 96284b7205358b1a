import { type Conversation as ConversationShape, type Membership as MembershipShape, memberKey } from '../src/group/index.ts';
import { builder } from './builder.ts';
import { type Connection, connectionOf, type Edge, emptyPage, forwardArgs, forwardConnection } from './connection.ts';
import { type Context, requireViewer } from './context.ts';
import { Conversation, viewerAccess } from './conversation.ts';
import { formatCursor } from './cursors.ts';
import { formatId } from './ids.ts';
import { Node, presentConversation, presentUser } from './node.ts';
import { type ForwardArgs, forwardPage } from './page.ts';
import { shareable } from './shareable.ts';
import { User } from './user.ts';

const Role = builder.enumType('Role', {
  description: 'The role of a member in a conversation.',
  values: {
    OWNER: { description: 'The owner, who can do everything. A group has one owner.' },
    ADMIN: { description: 'An admin, who manages the group’s settings, members and messages.' },
    MEMBER: { description: 'A member, who can read and send messages. In a direct conversation, everyone has this role.' },
  },
});

/**
 * Returns a member's marker, if it is shown. It is not shown in groups too large for receipts, nor if the member hides receipts. While
 * there is a block between two users, each sees their own marker, and the other's as it was when the block began. An event for all
 * listeners goes only to the member whose marker it is then.
 */
async function shownMarker({ chat, scope }: Context, member: MembershipShape, marker: 'deliveredSeq' | 'readSeq'): Promise<number | null> {
  const conversation = await scope.loaders.conversations.load(member.conversationId);
  if (conversation === null || conversation.memberCount > chat.receiptMembers) return null;
  const settings = await scope.loaders.settings.load(member.userId);
  if (!settings?.readReceipts) return null;
  return scope.loaders.isOfOther(member.userId) ? member[shownAs[marker]] : member[marker];
}

const shownAs = { deliveredSeq: 'shownDeliveredSeq', readSeq: 'shownReadSeq' } as const;

/** The membership of a user in a conversation. */
export const Membership = builder.objectRef<MembershipShape>('Membership').implement({
  description: 'The membership of a user in a conversation, while it lasts.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({
      extensions: shareable,
      description: 'The global ID. It is the same if the user leaves and joins again.',
      resolve: (ref) => formatId('Membership', ref),
    }),
    user: t.field({
      extensions: shareable,
      type: User,
      description: 'The user.',
      resolve: ({ userId }, _args, context) => presentUser(context, userId),
    }),
    conversation: t.field({
      extensions: shareable,
      type: Conversation,
      description: 'The conversation.',
      resolve: ({ conversationId }, _args, context) => presentConversation(context, conversationId),
    }),
    role: t.expose('role', { extensions: shareable, type: Role, description: 'The member’s role.' }),
    joinedAt: t.expose('joinedAt', { extensions: shareable, type: 'DateTime', description: 'When the user joined.' }),
    nickname: t.exposeString('nickname', {
      extensions: shareable,
      nullable: true,
      description: 'The member’s nickname in the conversation, or null if they go by their display name.',
    }),
    deliveredSeq: t.int({
      extensions: shareable,
      nullable: true,
      description:
        'The `seq` of the newest entry that has arrived on one of the member’s devices. Never below `readSeq`, and never moves back. `MessageSent` describes how a message moves it. Null if it is not disclosed, because the group has more than RECEIPT_MEMBERS members or the member hides their receipts.',
      resolve: (member, _args, context) => shownMarker(context, member, 'deliveredSeq'),
    }),
    readSeq: t.int({
      extensions: shareable,
      nullable: true,
      description:
        'The `seq` of the newest entry that the member has read. Never moves back. `MessageSent` describes how a message moves it. Null if it is not disclosed, because the group has more than RECEIPT_MEMBERS members or the member hides their receipts.',
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
  node: (t) => t.field({ extensions: shareable, type: Membership, description: 'The membership.', resolve: ({ node }) => node }),
});

builder.objectField(Memberships.connection, 'totalCount', (t) =>
  t.exposeInt('totalCount', {
    description: 'The number of members on all pages. With `search` or `roles`, the number of all members of the conversation.',
  }),
);

/** A page of members. */
export const MembershipConnection = Memberships.connection;

/** A member in a conversation's list. */
export const MembershipEdge = Memberships.edge;

/** Returns the edge of a member in `Conversation.members`. */
export function membershipEdge(member: MembershipShape): Edge<MembershipShape> {
  return { node: member, cursor: formatCursor('member', memberKey(member)) };
}

/** Returns a membership, read after its conversation. Null if it has ended. Does not check who may see it. */
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
      'The members of the conversation, in the order in which they joined. With `search`, they are in the order of the words found. A search fails with RATE_LIMITED as a top-level error beyond ten times SEARCHES_PER_MINUTE.',
    args: {
      ...forwardArgs('Returns the items after this cursor, with the same `search` and `roles`.'),
      search: t.arg.string({
        description:
          'Returns only members whose handle, display name or nickname has words that begin with the words of this text, as `Query.users` finds them, up to 200 characters. A page can be short or empty although more follow. If more than 1,000 members have a nickname, nicknames are not searched.',
      }),
      roles: t.arg({ type: [Role], description: 'Returns only members with one of these roles. Omit to return all members.' }),
    },
    async resolve(conversation, { search, roles, ...args }, context) {
      if ((await viewerAccess(context, conversation)) === null) return { ...emptyPage, totalCount: 0 };
      // A role that is repeated thousands of times would be more than one statement can have.
      const asked = { conversation, roles: roles ? [...new Set(roles)] : undefined };
      const page = isGiven(search) ? await findMembers(context, { ...asked, search }, args) : await listMembers(context, asked, args);
      return { ...page, totalCount: conversation.memberCount };
    },
  }),
  viewerMembership: t.field({
    type: Membership,
    nullable: true,
    description: 'The viewer’s own membership, or null if they are no longer a member.',
    resolve: (conversation, _args, context) => viewerAccess(context, conversation),
  }),
  viewerReadSeq: t.int({
    description: 'The `seq` of the newest entry that the viewer has read.',
    resolve: async (conversation, _args, context) => (await viewerAccess(context, conversation))?.readSeq ?? 0,
  }),
  viewerUnreadCount: t.int({
    description:
      'The number of messages from others after `viewerReadSeq`, or from `viewerMarkedUnreadFromSeq` on if that is earlier. Messages that the viewer has deleted for themselves do not count. Counted as of `lastSeq` in the same response.',
    async resolve(conversation, _args, context) {
      const access = await viewerAccess(context, conversation);
      return access === null ? 0 : context.scope.loaders.unreadCounts.load({ conversation, access });
    },
  }),
}));
