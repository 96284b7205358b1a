import {
  type Conversation as ConversationShape,
  type JoinRequest as JoinRequestShape,
  joinRequestKey,
  type MembershipRef,
  type Membership as MembershipShape,
  ownJoinRequestKey,
  seesRequests,
} from '../src/group/index.ts';
import { builder } from './builder.ts';
import { type Connection, connectionOf, type Edge, emptyPage, forwardConnection } from './connection.ts';
import { type Context, requireViewer } from './context.ts';
import { Group, viewerAccess } from './conversation.ts';
import { formatCursor } from './cursors.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { GroupPreview } from './group-preview.ts';
import { formatId, inputId } from './ids.ts';
import { MembershipEdge, membershipEdge } from './membership.ts';
import { Node, presentConversation, presentUser } from './node.ts';
import { User } from './user.ts';
import { Viewer } from './viewer.ts';

/** A wish to join a group. */
export const JoinRequest = builder.objectRef<JoinRequestShape>('JoinRequest').implement({
  description: 'A wish to join a group that waits for an answer. Who asks sees it, and those who run the group.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: 'Its global id, the same if they ask again.', resolve: (ref) => formatId('JoinRequest', ref) }),
    preview: t.field({
      type: GroupPreview,
      description: 'The group.',
      resolve: ({ conversationId }, _args, context) => presentConversation(context, conversationId),
    }),
    user: t.field({ type: User, description: 'Who asks.', resolve: ({ userId }, _args, context) => presentUser(context, userId) }),
    note: t.exposeString('note', { nullable: true, description: 'What they say with it.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
});

builder.objectField(GroupPreview, 'viewerJoinRequest', (t) =>
  t.field({
    type: JoinRequest,
    nullable: true,
    description: 'The viewer’s own request to join that waits; null: there is none.',
    resolve: ({ id }, _args, context) =>
      context.scope.loaders.joinRequests.load({ conversationId: id, userId: requireViewer(context).userId }),
  }),
);

interface RequestList extends Connection<JoinRequestShape> {
  readonly totalCount: () => Promise<number>;
}

const RequestLists = connectionOf<JoinRequestShape, RequestList>('JoinRequest', {
  of: 'A request',
  list: 'requests to join groups',
  node: (t) => t.field({ type: JoinRequest, description: 'The request.', resolve: ({ node }) => node }),
});

builder.objectField(RequestLists.connection, 'totalCount', (t) =>
  t.int({ description: 'How many there are on all pages.', resolve: ({ totalCount }) => totalCount() }),
);

/** A request in a list. */
export const JoinRequestEdge = RequestLists.edge;

/** The edge under which a request is listed: by who asks in their own list, else in the group's. */
export function joinRequestEdge(request: JoinRequestShape, viewerId: bigint): Edge<JoinRequestShape> {
  const key = request.userId === viewerId ? ownJoinRequestKey(request) : joinRequestKey(request);
  return { node: request, cursor: formatCursor('joinRequest', key) };
}

/** A request that waits in somebody's eyes; null where there is none, or it is not for them to see. The group is read first. */
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
    description: 'Who wishes to join and waits for an answer, newest first. Empty for whoever does not run the group.',
    args: {
      first: t.arg.int({ description: 'How many, from 1 to 100; 50 by default.' }),
      after: t.arg.string({ description: 'The cursor to go on after.' }),
    },
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
    description: 'The viewer’s own requests to join groups that wait, newest first. One that was declined goes on to wait.',
    args: {
      first: t.arg.int({ description: 'How many, from 1 to 100; 50 by default.' }),
      after: t.arg.string({ description: 'The cursor to go on after.' }),
    },
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

const AnswerJoinRequestInput = builder.inputType('AnswerJoinRequestInput', {
  description: 'What to answer to which request.',
  fields: (t) => ({
    requestId: t.id({ required: true, description: 'A request to join a group that the viewer runs.' }),
    accept: t.boolean({ required: true, description: 'Whether to let them in. Of a refusal they are not told.' }),
  }),
});

interface RequestGoneShape extends Refusable {
  readonly joinRequestId?: string;
}

interface AnswerJoinRequestShape extends RequestGoneShape {
  readonly member?: MembershipShape | null;
  readonly group?: ConversationShape;
}

const AnswerJoinRequestPayload = withErrors(
  builder.objectRef<AnswerJoinRequestShape>('AnswerJoinRequestPayload').implement({
    description: 'What came of answerJoinRequest.',
    fields: (t) => ({
      joinRequestId: t.exposeID('joinRequestId', {
        nullable: true,
        description: 'The request that waits no longer; null if the answer was refused.',
      }),
      membershipEdge: t.field({
        type: MembershipEdge,
        nullable: true,
        description: 'Who has joined, in the group’s list of members; null if the request was declined, or the answer refused.',
        resolve: ({ member }) => member && membershipEdge(member),
      }),
      group: t.expose('group', { type: Group, nullable: true, description: 'The group as it stands; null if the answer was refused.' }),
    }),
  }),
);

builder.mutationField('answerJoinRequest', (t) =>
  t.field({
    type: AnswerJoinRequestPayload,
    description:
      'Lets somebody in who wishes to join, or does not; the owner and the admins do. Of two who answer the second is told NOT_FOUND.',
    args: { input: t.arg({ type: AnswerJoinRequestInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { requestId, accept } }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const ref = inputId('JoinRequest', requestId, 'requestId');
        const { group, member } = await context.chat.joining.answer(viewer, ref, { accept });
        return { joinRequestId: formatId('JoinRequest', ref), group, member };
      }),
  }),
);

const CancelJoinRequestInput = builder.inputType('CancelJoinRequestInput', {
  description: 'Which request to take back.',
  fields: (t) => ({ requestId: t.id({ required: true, description: 'A request to join a group that the viewer has made.' }) }),
});

const CancelJoinRequestPayload = withErrors(
  builder.objectRef<RequestGoneShape>('CancelJoinRequestPayload').implement({
    description: 'What came of cancelJoinRequest.',
    fields: (t) => ({
      joinRequestId: t.exposeID('joinRequestId', { nullable: true, description: 'The request that is gone; null if it was refused.' }),
    }),
  }),
);

builder.mutationField('cancelJoinRequest', (t) =>
  t.field({
    type: CancelJoinRequestPayload,
    description: 'Takes back a request to join a group that the viewer has made.',
    args: { input: t.arg({ type: CancelJoinRequestInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { requestId } }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const ref = inputId('JoinRequest', requestId, 'requestId');
        await context.chat.joining.cancel(viewer, ref);
        return { joinRequestId: formatId('JoinRequest', ref) };
      }),
  }),
);
