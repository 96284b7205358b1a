import type { Membership, OverseenGroup, Role } from '../../src/group/index.ts';
import { forwardConnection } from '../connection.ts';
import { argumentId, formatId } from '../ids.ts';
import { builder } from './builder.ts';
import { connectionOf, forwardArgs } from './page.ts';
import { User, userById } from './user.ts';

/** A group as operators see it. */
export const Group = builder.objectRef<OverseenGroup>('Group').implement({
  description:
    'A group with its profile and members. Operators cannot read its messages, except those in the moderation queue (`moderationQueue`).',
  fields: (t) => ({
    id: t.id({
      description: 'The global ID of the group, the same as in the public schema.',
      resolve: ({ id }) => formatId('Conversation', id),
    }),
    name: t.exposeString('name', { description: 'The name of the group.' }),
    description: t.exposeString('description', { nullable: true, description: 'The description of the group, or null if it has none.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the group was created.' }),
    memberCount: t.exposeInt('memberCount', { description: 'The number of members. 0 once the group is dissolved.' }),
    listed: t.exposeBoolean('listed', { description: 'Whether every user can find the group in the directory of groups.' }),
    owner: t.field({
      type: User,
      nullable: true,
      description: 'The owner of the group, or the last owner if it is dissolved. Null if there is none.',
      resolve: ({ ownerId }, _args, context) => (ownerId === null ? null : userById(context, ownerId)),
    }),
    dissolvedAt: t.expose('dissolvedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the group was dissolved, or null if it was not.',
    }),
  }),
});

const GroupRole = builder.enumType('GroupRole', {
  description: 'The role of a member in a group.',
  values: {
    OWNER: { description: 'The owner of the group.' },
    ADMIN: { description: 'An admin, who runs the group together with the owner.' },
    MEMBER: { description: 'A member, who does not run the group.' },
  } satisfies Record<Role, unknown>,
});

const GroupMember = builder.objectRef<Membership>('GroupMember').implement({
  description: 'A member of a group.',
  fields: (t) => ({
    user: t.field({
      type: User,
      nullable: true,
      description: 'The user, or null if there is no such user.',
      resolve: ({ userId }, _args, context) => userById(context, userId),
    }),
    role: t.expose('role', { type: GroupRole, description: 'The role of the member in the group.' }),
    joinedAt: t.expose('joinedAt', { type: 'DateTime', description: 'When the member joined.' }),
    mutedUntil: t.expose('mutedUntil', {
      type: 'DateTime',
      nullable: true,
      description: 'When the member’s mute ends. Null or a time in the past means that they are not muted.',
    }),
  }),
});

const GroupMemberConnection = connectionOf<Membership>('GroupMember', {
  of: 'A member',
  list: 'a group’s members',
  node: (t) => t.field({ type: GroupMember, description: 'The member.', resolve: ({ node }) => node }),
});

builder.objectField(Group, 'members', (t) =>
  t.field({
    type: GroupMemberConnection,
    description: 'The members of the group, in the order in which they joined. Empty once the group is dissolved.',
    args: forwardArgs(),
    resolve: (group, args, { chat }) =>
      forwardConnection(args, {
        order: 'member',
        read: (page) => chat.groupAdministration.members(group, page),
        node: ({ member }) => member,
      }),
  }),
);

const GroupConnection = connectionOf<OverseenGroup>('Group', {
  of: 'A group',
  list: 'groups',
  node: (t) => t.field({ type: Group, description: 'The group.', resolve: ({ node }) => node }),
});

builder.objectField(User, 'groups', (t) =>
  t.field({
    type: GroupConnection,
    description: 'The groups of which the user is a member, newest group first.',
    args: forwardArgs(),
    resolve: ({ id }, args, { chat }) =>
      forwardConnection(args, { order: 'group', read: (page) => chat.groupAdministration.of(id, page), node: ({ group }) => group }),
  }),
);

builder.queryField('group', (t) =>
  t.field({
    type: Group,
    nullable: true,
    description: 'The group with the given ID, even if it is dissolved, or null if there never was one.',
    args: { id: t.arg.id({ required: true, description: 'The global ID of the group, the same as in the public schema.' }) },
    resolve: async (_root, { id }, { chat }) => (await chat.groupAdministration.byIds([argumentId('Conversation', id, 'id')]))[0] ?? null,
  }),
);
