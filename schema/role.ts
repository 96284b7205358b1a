import type { AssignableRole as AssignableRoleWord } from '../src/group/index.ts';
import { builder } from './builder.ts';
import { Group } from './conversation.ts';
import { inputId } from './ids.ts';
import { Membership } from './membership.ts';
import { mutation } from './mutation.ts';

const roles: Record<AssignableRoleWord, { readonly description: string }> = {
  ADMIN: { description: 'An admin, who runs the group together with its owner.' },
  MEMBER: { description: 'A member, who does not run the group.' },
};

const AssignableRole = builder.enumType('AssignableRole', {
  description: 'A role that can be given to a member. To make a member the owner, use `transferOwnership`.',
  values: roles,
});

mutation('setRole', {
  description: 'Makes a member an admin, or an admin a member.',
  input: (t) => ({
    groupId: t.id({ required: true, description: 'The ID of the group.' }),
    userId: t.id({ required: true, description: 'The ID of the member. An admin can name themselves, to become a member.' }),
    role: t.field({ type: AssignableRole, required: true, description: 'The member’s new role.' }),
  }),
  async act(viewer, input, { chat }) {
    const groupId = inputId('Conversation', input.groupId, 'groupId');
    const userId = inputId('User', input.userId, 'userId');
    return { membership: await chat.groups.setRole(viewer, { groupId, userId, role: input.role }) };
  },
  payload: (t) => ({
    membership: t.expose('membership', {
      type: Membership,
      nullable: true,
      description: 'The membership in its current state. Null if the mutation was refused, or if the user is no longer a member.',
    }),
  }),
});

mutation('transferOwnership', {
  description: 'Transfers a group to a member, who becomes its owner. The viewer becomes an admin.',
  input: (t) => ({
    groupId: t.id({ required: true, description: 'The ID of the group.' }),
    userId: t.id({ required: true, description: 'The ID of the member who is to be the owner.' }),
  }),
  async act(viewer, input, { chat }) {
    const groupId = inputId('Conversation', input.groupId, 'groupId');
    const userId = inputId('User', input.userId, 'userId');
    return chat.groups.transferOwnership(viewer, { groupId, userId });
  },
  payload: (t) => ({
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
});
