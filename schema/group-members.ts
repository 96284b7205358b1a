import { ChatError } from '../src/errors.ts';
import { requireFewUsers } from '../src/group/index.ts';
import type { User as UserShape, Viewer as ViewerShape } from '../src/user/index.ts';
import type { Context } from './context.ts';
import { Group } from './conversation.ts';
import { formatId, inputId, inputIds } from './ids.ts';
import { MembershipEdge, membershipEdge } from './membership.ts';
import { mutation } from './mutation.ts';
import { presentUser } from './node.ts';
import { User } from './user.ts';

/** Adds the users who can be added. Ids that name no user are errors, each with its index in the input. */
async function addMembers(context: Context, viewer: ViewerShape, input: { readonly groupId: string; readonly userIds: readonly string[] }) {
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

mutation('addMembers', {
  description: 'Adds users to a group. They can read messages from then on, and earlier ones if `historyForNewcomers` is ALL.',
  input: (t) => ({
    groupId: t.id({ required: true, description: 'The ID of the group.' }),
    userIds: t.idList({ required: true, description: 'The IDs of the users to add, at most 100.' }),
  }),
  act: async (viewer, input, context) => addMembers(context, viewer, input),
  payloadDescription: 'The payload of `addMembers`. Users who could not be added are in `errors`; the others have joined.',
  payload: (t) => ({
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
});

mutation('removeMember', {
  description: 'Removes a member from a group. Nothing that follows in the group reaches them.',
  input: (t) => ({
    groupId: t.id({ required: true, description: 'The ID of the group.' }),
    userId: t.id({ required: true, description: 'The ID of the member. With `ban`, it can be any user.' }),
    ban: t.boolean({ description: 'Whether to also ban the user, so that they cannot join or be added. Defaults to false.' }),
  }),
  async act(viewer, input, { chat }) {
    const conversationId = inputId('Conversation', input.groupId, 'groupId');
    const userId = inputId('User', input.userId, 'userId');
    const group = await chat.groups.removeMember(viewer, { groupId: conversationId, userId, ban: input.ban ?? false });
    return { group, removed: { conversationId, userId } };
  },
  payload: (t) => ({
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
});

mutation('leaveGroup', {
  description: 'Leaves a group. The owner must transfer ownership first. If the viewer is the last member, the group is dissolved.',
  input: (t) => ({ groupId: t.id({ required: true, description: 'The ID of the group.' }) }),
  async act(viewer, input, { chat }) {
    const groupId = inputId('Conversation', input.groupId, 'groupId');
    await chat.groups.leave(viewer, { groupId });
    return { conversationId: formatId('Conversation', groupId) };
  },
  payload: (t) => ({
    conversationId: t.exposeID('conversationId', {
      nullable: true,
      description: 'The ID of the group that the viewer left, or null if the mutation was refused.',
    }),
  }),
});
