import { ChatError } from '../src/errors.ts';
import {
  type Conversation as ConversationShape,
  type MembershipRef,
  type Membership as MembershipShape,
  requireFewUsers,
} from '../src/group/index.ts';
import type { User as UserShape, Viewer as ViewerShape } from '../src/user/index.ts';
import { builder } from './builder.ts';
import { type Context, requireViewer } from './context.ts';
import { Group } from './conversation.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { formatId, inputId, inputIds } from './ids.ts';
import { MembershipEdge, membershipEdge } from './membership.ts';
import { presentUser } from './node.ts';
import { User } from './user.ts';

const AddMembersInput = builder.inputType('AddMembersInput', {
  description: 'The input of `addMembers`.',
  fields: (t) => ({
    groupId: t.id({ required: true, description: 'The ID of the group.' }),
    userIds: t.idList({ required: true, description: 'The IDs of the users to add, at most 100.' }),
  }),
});

interface AddMembersShape extends Refusable {
  readonly members?: readonly MembershipShape[];
  readonly group?: ConversationShape;
}

const AddMembersPayload = withErrors(
  builder.objectRef<AddMembersShape>('AddMembersPayload').implement({
    description: 'The payload of `addMembers`. Users who could not be added are in `errors`; the others have joined.',
    fields: (t) => ({
      membershipEdges: t.field({
        type: [MembershipEdge],
        description: 'The new memberships, with their cursors in the group’s list of members.',
        resolve: ({ members = [] }) => members.map(membershipEdge),
      }),
      group: t.expose('group', {
        type: Group,
        nullable: true,
        description: 'The group in its current state, or null if the mutation was refused as a whole.',
      }),
    }),
  }),
);

/** Adds the users who can be added. Ids that name no user are errors, each with its index in the input. */
async function addMembers(
  context: Context,
  viewer: ViewerShape,
  input: { readonly groupId: string; readonly userIds: readonly string[] },
): Promise<AddMembersShape> {
  const groupId = inputId('Conversation', input.groupId, 'groupId');
  // Checked before each malformed id becomes an error of its own: a request has room for half a million.
  requireFewUsers('userIds', input.userIds);
  const { keys: userIds, places, errors: malformed } = inputIds('User', input.userIds, 'userIds');
  const { group, members, errors } = await context.chat.groups.addMembers(viewer, { groupId, userIds });
  return { group, members, errors: [...malformed, ...errors.map((error) => atPlace(error, places))] };
}

/** Corrects the index in an error: the module saw only the valid ids. */
function atPlace(error: ChatError, places: readonly string[]): ChatError {
  const [name, index, ...rest] = error.field ?? [];
  const place = index === undefined ? undefined : places[Number(index)];
  if (name === undefined || place === undefined) return error;
  const { code, message, retryAfterMs, cause } = error;
  return new ChatError(code, message, { field: [name, place, ...rest], retryAfterMs, cause });
}

builder.mutationField('addMembers', (t) =>
  t.field({
    type: AddMembersPayload,
    description: 'Adds users to a group. They can read messages from then on, and earlier ones if `historyForNewcomers` is ALL.',
    args: { input: t.arg({ type: AddMembersInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) => settle(context, info, async () => addMembers(context, requireViewer(context), input)),
  }),
);

const RemoveMemberInput = builder.inputType('RemoveMemberInput', {
  description: 'The input of `removeMember`.',
  fields: (t) => ({
    groupId: t.id({ required: true, description: 'The ID of the group.' }),
    userId: t.id({ required: true, description: 'The ID of the member. With `ban`, it can be any user.' }),
    ban: t.boolean({ description: 'Whether to also ban the user, so that they cannot join or be added. Defaults to false.' }),
  }),
});

interface RemoveMemberShape extends Refusable {
  readonly removed?: MembershipRef;
  readonly group?: ConversationShape;
}

const RemoveMemberPayload = withErrors(
  builder.objectRef<RemoveMemberShape>('RemoveMemberPayload').implement({
    description: 'The payload of `removeMember`.',
    fields: (t) => ({
      membershipId: t.id({
        nullable: true,
        description: 'The ID of the ended membership, or null if the mutation was refused.',
        resolve: ({ removed }) => removed && formatId('Membership', removed),
      }),
      user: t.field({
        type: User,
        nullable: true,
        description: 'The user who was removed, or null if the mutation was refused.',
        resolve: ({ removed }, _args, context): Promise<UserShape> | undefined => removed && presentUser(context, removed.userId),
      }),
      group: t.expose('group', {
        type: Group,
        nullable: true,
        description: 'The group in its current state, or null if the mutation was refused.',
      }),
    }),
  }),
);

builder.mutationField('removeMember', (t) =>
  t.field({
    type: RemoveMemberPayload,
    description: 'Removes a member from a group. Nothing that follows in the group reaches them.',
    args: { input: t.arg({ type: RemoveMemberInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const conversationId = inputId('Conversation', input.groupId, 'groupId');
        const userId = inputId('User', input.userId, 'userId');
        const group = await context.chat.groups.removeMember(viewer, { groupId: conversationId, userId, ban: input.ban ?? false });
        return { group, removed: { conversationId, userId } };
      }),
  }),
);

const LeaveGroupInput = builder.inputType('LeaveGroupInput', {
  description: 'The input of `leaveGroup`.',
  fields: (t) => ({ groupId: t.id({ required: true, description: 'The ID of the group.' }) }),
});

interface LeaveGroupShape extends Refusable {
  readonly conversationId?: string;
}

const LeaveGroupPayload = withErrors(
  builder.objectRef<LeaveGroupShape>('LeaveGroupPayload').implement({
    description: 'The payload of `leaveGroup`.',
    fields: (t) => ({
      conversationId: t.exposeID('conversationId', {
        nullable: true,
        description: 'The ID of the group that the viewer left, or null if the mutation was refused.',
      }),
    }),
  }),
);

builder.mutationField('leaveGroup', (t) =>
  t.field({
    type: LeaveGroupPayload,
    description: 'Leaves a group. The owner must transfer ownership first. If the viewer is the last member, the group is dissolved.',
    args: { input: t.arg({ type: LeaveGroupInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const groupId = inputId('Conversation', input.groupId, 'groupId');
        await context.chat.groups.leave(viewer, { groupId });
        return { conversationId: formatId('Conversation', groupId) };
      }),
  }),
);
