import {
  type JoinRequest as JoinRequestShape,
  joinRequestKey,
  type MembershipRef,
  ownJoinRequestKey,
  seesRequests,
} from '../src/group/index.ts';
import { builder } from './builder.ts';
import { type Connection, connectionOf, type Edge, emptyPage, forwardArgs, forwardConnection } from './connection.ts';
import { type Context, requireViewer } from './context.ts';
import { Group, viewerAccess } from './conversation.ts';
import { formatCursor } from './cursors.ts';
import { GroupPreview } from './group-preview.ts';
import { formatId, inputId } from './ids.ts';
import { MembershipEdge, membershipEdge } from './membership.ts';
import { mutation } from './mutation.ts';
import { Node, presentConversation, presentUser } from './node.ts';
import { User } from './user.ts';
import { Viewer } from './viewer.ts';

/** A pending request to join a group. */
export const JoinRequest = builder.objectRef<JoinRequestShape>('JoinRequest').implement({
  description: 'A pending request to join a group. The user who asks sees it, and so do the group’s owner and admins.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: 'The global ID. It is the same if the user asks again.', resolve: (ref) => formatId('JoinRequest', ref) }),
    preview: t.field({
      type: GroupPreview,
      description: 'A preview of the group.',
      resolve: ({ conversationId }, _args, context) => presentConversation(context, conversationId),
    }),
    user: t.field({
      type: User,
      description: 'The user who asks to join.',
      resolve: ({ userId }, _args, context) => presentUser(context, userId),
    }),
    note: t.exposeString('note', { nullable: true, description: 'A note from the user who asks, or null if there is none.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the join request was made.' }),
  }),
});

builder.objectField(GroupPreview, 'viewerJoinRequest', (t) =>
  t.field({
    type: JoinRequest,
    nullable: true,
    description: 'The viewer’s own pending join request, or null if there is none.',
    resolve: ({ id }, _args, context) =>
      context.scope.loaders.joinRequests.load({ conversationId: id, userId: requireViewer(context).userId }),
  }),
);

interface RequestList extends Connection<JoinRequestShape> {
  readonly totalCount: () => Promise<number>;
}

const RequestLists = connectionOf<JoinRequestShape, RequestList>('JoinRequest', {
  of: 'A join request',
  list: 'join requests',
  node: (t) => t.field({ type: JoinRequest, description: 'The join request.', resolve: ({ node }) => node }),
});

builder.objectField(RequestLists.connection, 'totalCount', (t) =>
  t.int({ description: 'The number of join requests on all pages.', resolve: ({ totalCount }) => totalCount() }),
);

/** A request in a list. */
export const JoinRequestEdge = RequestLists.edge;

/** Returns the edge of a request: in the viewer's own list if it is theirs, else in the group's. */
export function joinRequestEdge(request: JoinRequestShape, viewerId: bigint): Edge<JoinRequestShape> {
  const key = request.userId === viewerId ? ownJoinRequestKey(request) : joinRequestKey(request);
  return { node: request, cursor: formatCursor('joinRequest', key) };
}

/** Returns a join request that is pending for the viewer. Null if there is none, or the viewer may not see it. The group is read first. */
export async function seenRequest({ scope }: Context, viewerId: bigint, ref: MembershipRef): Promise<JoinRequestShape | null> {
  const { loaders } = scope;
  const group = await loaders.conversations.load(ref.conversationId);
  const request = group && (await loaders.joinRequests.load(ref));
  if (group === null || request === null) return null;
  if (request.userId === viewerId) return request;
  const access = request.open ? await loaders.memberships.load({ conversationId: ref.conversationId, userId: viewerId }) : null;
  return access !== null && seesRequests(group, access) ? request : null;
}

builder.objectField(Group, 'viewerJoinRequests', (t) =>
  t.field({
    type: RequestLists.connection,
    description: 'The pending join requests, newest first. Empty if the viewer is neither the owner nor an admin.',
    args: forwardArgs(),
    async resolve(group, args, context) {
      const { joining } = context.chat;
      const access = await viewerAccess(context, group);
      if (access === null || !seesRequests(group, access)) return { ...emptyPage, totalCount: async () => 0 };
      const page = await forwardConnection(args, {
        order: 'joinRequest',
        read: (request) => joining.requests(group.id, request),
        node: ({ request }) => request,
      });
      return { ...page, totalCount: () => joining.countRequests(group.id) };
    },
  }),
);

builder.objectField(Viewer, 'joinRequests', (t) =>
  t.field({
    type: RequestLists.connection,
    description: 'The viewer’s own pending join requests, newest first. A declined join request is still listed as pending.',
    args: forwardArgs(),
    async resolve(viewer, args, { chat: { joining }, scope: { loaders } }) {
      const page = await forwardConnection(args, {
        order: 'joinRequest',
        read: (request) => loaders.ownPage(`joinRequests ${request.first} ${request.after}`, () => joining.ownRequests(viewer, request)),
        node: ({ request }) => request,
      });
      return { ...page, totalCount: () => loaders.ownPage('joinRequests', () => joining.countOwnRequests(viewer)) };
    },
  }),
);

mutation('answerJoinRequest', {
  description:
    'Accepts or declines a join request. The owner and admins can do this. If two of them answer, the second is refused with NOT_FOUND.',
  input: (t) => ({
    requestId: t.id({ required: true, description: 'The ID of a join request to a group of which the viewer is the owner or an admin.' }),
    accept: t.boolean({ required: true, description: 'Whether to let the user in. The user is not told if the join request is declined.' }),
  }),
  async act(viewer, { requestId, accept }, { chat }) {
    const ref = inputId('JoinRequest', requestId, 'requestId');
    const { group, member } = await chat.joining.answer(viewer, ref, { accept });
    return { joinRequestId: formatId('JoinRequest', ref), group, member };
  },
  payload: (t) => ({
    joinRequestId: t.exposeID('joinRequestId', {
      nullable: true,
      description: 'The ID of the join request, which is no longer pending, or null if the mutation was refused.',
    }),
    membershipEdge: t.field({
      type: MembershipEdge,
      nullable: true,
      description: 'The new member in the group’s list of members. Null if the join request was declined, or if the mutation was refused.',
      resolve: ({ member }) => member && membershipEdge(member),
    }),
    group: t.expose('group', {
      type: Group,
      nullable: true,
      description: 'The group in its current state, or null if the mutation was refused.',
    }),
  }),
});

mutation('cancelJoinRequest', {
  description: 'Cancels a join request that the viewer made.',
  input: (t) => ({ requestId: t.id({ required: true, description: 'The ID of a join request that the viewer made.' }) }),
  async act(viewer, { requestId }, { chat }) {
    const ref = inputId('JoinRequest', requestId, 'requestId');
    await chat.joining.cancel(viewer, ref);
    return { joinRequestId: formatId('JoinRequest', ref) };
  },
  payload: (t) => ({
    joinRequestId: t.exposeID('joinRequestId', {
      nullable: true,
      description: 'The ID of the cancelled join request, or null if the mutation was refused.',
    }),
  }),
});
