import { ChatError } from '../src/errors.ts';
import type { Conversation as ConversationShape, MembershipRef, Membership as MembershipShape } from '../src/group/index.ts';
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
  description: 'Whom to add to which group.',
  fields: (t) => ({
    groupId: t.id({ required: true, description: 'The group.' }),
    userIds: t.idList({ required: true, description: 'The users, at most 100.' }),
  }),
});

interface AddMembersShape extends Refusable {
  readonly members?: readonly MembershipShape[];
  readonly group?: ConversationShape;
}

const AddMembersPayload = withErrors(
  builder.objectRef<AddMembersShape>('AddMembersPayload').implement({
    description: 'What came of addMembers: who could not be added stands in `errors`, the others have joined.',
    fields: (t) => ({
      membershipEdges: t.field({
        type: [MembershipEdge],
        description: 'Who has joined, in the group’s list of members.',
        resolve: ({ members = [] }) => members.map(membershipEdge),
      }),
      group: t.expose('group', { type: Group, nullable: true, description: 'The group as it stands; null if all was refused.' }),
    }),
  }),
);

/** Adds those who can be added; ids that name no user are refused beside them, each under its own place in the input. */
async function addMembers(
  context: Context,
  viewer: ViewerShape,
  input: { readonly groupId: string; readonly userIds: readonly string[] },
): Promise<AddMembersShape> {
  const groupId = inputId('Conversation', input.groupId, 'groupId');
  const { keys: userIds, places, errors: malformed } = inputIds('User', input.userIds, 'userIds');
  const { group, members, errors } = await context.chat.groups.addMembers(viewer, { groupId, userIds });
  return { group, members, errors: [...malformed, ...errors.map((error) => atPlace(error, places))] };
}

/** The module counted only the ids that it was given. */
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
    description: 'Adds users to a group. They read it from here on.',
    args: { input: t.arg({ type: AddMembersInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) => settle(context, info, async () => addMembers(context, requireViewer(context), input)),
  }),
);

const RemoveMemberInput = builder.inputType('RemoveMemberInput', {
  description: 'Whom to remove from which group.',
  fields: (t) => ({
    groupId: t.id({ required: true, description: 'The group.' }),
    userId: t.id({ required: true, description: 'The member; to be banned, anybody.' }),
    ban: t.boolean({ description: 'Whether they are to be kept from coming in again, or at all; false by default.' }),
  }),
});

interface RemoveMemberShape extends Refusable {
  readonly removed?: MembershipRef;
  readonly group?: ConversationShape;
}

const RemoveMemberPayload = withErrors(
  builder.objectRef<RemoveMemberShape>('RemoveMemberPayload').implement({
    description: 'What came of removeMember.',
    fields: (t) => ({
      membershipId: t.id({
        nullable: true,
        description: 'The membership that has ended; null if it was refused.',
        resolve: ({ removed }) => removed && formatId('Membership', removed),
      }),
      user: t.field({
        type: User,
        nullable: true,
        description: 'Who is out; null if it was refused.',
        resolve: ({ removed }, _args, context): Promise<UserShape> | undefined => removed && presentUser(context, removed.userId),
      }),
      group: t.expose('group', { type: Group, nullable: true, description: 'The group as it stands; null if it was refused.' }),
    }),
  }),
);

builder.mutationField('removeMember', (t) =>
  t.field({
    type: RemoveMemberPayload,
    description: 'Ends somebody’s part in a group: nothing that follows reaches them.',
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
  description: 'Which group to leave.',
  fields: (t) => ({ groupId: t.id({ required: true, description: 'The group.' }) }),
});

interface LeaveGroupShape extends Refusable {
  readonly conversationId?: string;
}

const LeaveGroupPayload = withErrors(
  builder.objectRef<LeaveGroupShape>('LeaveGroupPayload').implement({
    description: 'What came of leaveGroup.',
    fields: (t) => ({
      conversationId: t.exposeID('conversationId', {
        nullable: true,
        description: 'The group that is the viewer’s no longer; null if it was refused.',
      }),
    }),
  }),
);

builder.mutationField('leaveGroup', (t) =>
  t.field({
    type: LeaveGroupPayload,
    description: 'Ends the viewer’s own part in a group. The owner hands it over first; the last one out dissolves it.',
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
