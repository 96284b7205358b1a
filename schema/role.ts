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
  ADMIN: { description: 'Runs the group beside its owner.' },
  MEMBER: { description: 'Runs nothing.' },
};

const AssignableRole = builder.enumType('AssignableRole', {
  description: 'A role that can be given. The owner’s is handed over instead.',
  values: Object.fromEntries(assignableRoles.map((role) => [role, roles[role]])) as typeof roles,
});

const SetRoleInput = builder.inputType('SetRoleInput', {
  description: 'What which member is to be.',
  fields: (t) => ({
    groupId: t.id({ required: true, description: 'The group.' }),
    userId: t.id({ required: true, description: 'The member; an admin may name themselves, to be one no longer.' }),
    role: t.field({ type: AssignableRole, required: true, description: 'Their role from here on.' }),
  }),
});

interface SetRoleShape extends Refusable {
  readonly membership?: MembershipShape | null;
}

const SetRolePayload = withErrors(
  builder.objectRef<SetRoleShape>('SetRolePayload').implement({
    description: 'What came of setRole.',
    fields: (t) => ({
      membership: t.expose('membership', {
        type: Membership,
        nullable: true,
        description: 'Their part as it stands; null if it was refused, or they are out by now.',
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
  description: 'To whom to hand over which group.',
  fields: (t) => ({
    groupId: t.id({ required: true, description: 'The group.' }),
    userId: t.id({ required: true, description: 'The member who is to own it.' }),
  }),
});

interface TransferOwnershipShape extends Refusable {
  readonly group?: ConversationShape;
  readonly members?: readonly MembershipShape[];
}

const TransferOwnershipPayload = withErrors(
  builder.objectRef<TransferOwnershipShape>('TransferOwnershipPayload').implement({
    description: 'What came of transferOwnership.',
    fields: (t) => ({
      group: t.expose('group', { type: Group, nullable: true, description: 'The group as it stands; null if it was refused.' }),
      memberships: t.field({
        type: [Membership],
        description: 'The parts of both, as they stand; empty if it was refused.',
        resolve: ({ members = [] }) => members,
      }),
    }),
  }),
);

builder.mutationField('transferOwnership', (t) =>
  t.field({
    type: TransferOwnershipPayload,
    description: 'Hands a group over: the member becomes its owner, and the viewer an admin.',
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
