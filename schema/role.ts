import {
  type AssignableRole as AssignableRoleWord,
  assignableRoles,
  type Conversation as ConversationShape,
  type Membership as MembershipShape,
} from '../src/group/index.ts';
import { builder } from './builder.ts';
import { requireViewer } from './context.ts';
import { Group } from './conversation.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { inputId } from './ids.ts';
import { Membership } from './membership.ts';

const roles: Record<AssignableRoleWord, { readonly description: string }> = {
  ADMIN: { description: 'An admin, who runs the group together with its owner.' },
  MEMBER: { description: 'A member, who does not run the group.' },
};

const AssignableRole = builder.enumType('AssignableRole', {
  description: 'A role that can be given to a member. To make a member the owner, use `transferOwnership`.',
  values: Object.fromEntries(assignableRoles.map((role) => [role, roles[role]])) as typeof roles,
});

const SetRoleInput = builder.inputType('SetRoleInput', {
  description: 'The input of `setRole`.',
  fields: (t) => ({
    groupId: t.id({ required: true, description: 'The ID of the group.' }),
    userId: t.id({ required: true, description: 'The ID of the member. An admin can name themselves, to become a member.' }),
    role: t.field({ type: AssignableRole, required: true, description: 'The member’s new role.' }),
  }),
});

interface SetRoleShape extends Refusable {
  readonly membership?: MembershipShape | null;
}

const SetRolePayload = withErrors(
  builder.objectRef<SetRoleShape>('SetRolePayload').implement({
    description: 'The payload of `setRole`.',
    fields: (t) => ({
      membership: t.expose('membership', {
        type: Membership,
        nullable: true,
        description: 'The membership in its current state. Null if the mutation was refused, or if the user is no longer a member.',
      }),
    }),
  }),
);

builder.mutationField('setRole', (t) =>
  t.field({
    type: SetRolePayload,
    description: 'Makes a member an admin, or an admin a member.',
    args: { input: t.arg({ type: SetRoleInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const groupId = inputId('Conversation', input.groupId, 'groupId');
        const userId = inputId('User', input.userId, 'userId');
        return { membership: await context.chat.groups.setRole(viewer, { groupId, userId, role: input.role }) };
      }),
  }),
);

const TransferOwnershipInput = builder.inputType('TransferOwnershipInput', {
  description: 'The input of `transferOwnership`.',
  fields: (t) => ({
    groupId: t.id({ required: true, description: 'The ID of the group.' }),
    userId: t.id({ required: true, description: 'The ID of the member who is to be the owner.' }),
  }),
});

interface TransferOwnershipShape extends Refusable {
  readonly group?: ConversationShape;
  readonly members?: readonly MembershipShape[];
}

const TransferOwnershipPayload = withErrors(
  builder.objectRef<TransferOwnershipShape>('TransferOwnershipPayload').implement({
    description: 'The payload of `transferOwnership`.',
    fields: (t) => ({
      group: t.expose('group', {
        type: Group,
        nullable: true,
        description: 'The group in its current state, or null if the mutation was refused.',
      }),
      memberships: t.field({
        type: [Membership],
        description: 'The memberships of both users in their current state. Empty if the mutation was refused.',
        resolve: ({ members = [] }) => members,
      }),
    }),
  }),
);

builder.mutationField('transferOwnership', (t) =>
  t.field({
    type: TransferOwnershipPayload,
    description: 'Transfers a group to a member, who becomes its owner. The viewer becomes an admin.',
    args: { input: t.arg({ type: TransferOwnershipInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const groupId = inputId('Conversation', input.groupId, 'groupId');
        const userId = inputId('User', input.userId, 'userId');
        return context.chat.groups.transferOwnership(viewer, { groupId, userId });
      }),
  }),
);
