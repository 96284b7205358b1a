import type { Membership, OverseenGroup, Role } from '../../src/group/index.ts';
import { forwardConnection } from '../connection.ts';
import { argumentId, formatId } from '../ids.ts';
import { builder } from './builder.ts';
import { connectionOf } from './page.ts';
import { User, userById } from './user.ts';

/** A group as operators see it. */
export const Group = builder.objectRef<OverseenGroup>('Group').implement({
  description:
    'A group: what it says of itself, and who is in it. What is said in it is not shown to operators, but for what was reported (`moderationQueue`).',
  fields: (t) => ({
    id: t.id({ description: 'Its global id, the same as in the public schema.', resolve: ({ id }) => formatId('Conversation', id) }),
    name: t.exposeString('name', { description: 'What it is called.' }),
    description: t.exposeString('description', { nullable: true, description: 'What it says of itself.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    memberCount: t.exposeInt('memberCount', { description: 'How many are in it; 0 once it is dissolved.' }),
    listed: t.exposeBoolean('listed', { description: 'Whether every user may find it in the directory of groups.' }),
    owner: t.field({
      type: User,
      nullable: true,
      description: 'Who owns it, or did last if it is dissolved; null: nobody.',
      resolve: ({ ownerId }, _args, context) => (ownerId === null ? null : userById(context, ownerId)),
    }),
    dissolvedAt: t.expose('dissolvedAt', { type: 'DateTime', nullable: true, description: 'When it was dissolved; null: it stands.' }),
  }),
});

const meanings: Readonly<Record<Role, string>> = {
  OWNER: 'It is theirs.',
  ADMIN: 'They run it beside its owner.',
  MEMBER: 'They run nothing.',
};

const GroupRole = builder.enumType('GroupRole', {
  description: 'What somebody may do in a group.',
  values: Object.fromEntries(Object.entries(meanings).map(([role, description]) => [role, { description }])) as Record<
    Role,
    { description: string }
  >,
});

const GroupMember = builder.objectRef<Membership>('GroupMember').implement({
  description: 'Somebody who is in a group.',
  fields: (t) => ({
    user: t.field({
      type: User,
      nullable: true,
      description: 'Who it is.',
      resolve: ({ userId }, _args, context) => userById(context, userId),
    }),
    role: t.expose('role', { type: GroupRole, description: 'What they may do there.' }),
    joinedAt: t.expose('joinedAt', { type: 'DateTime', description: 'When they came.' }),
    mutedUntil: t.expose('mutedUntil', {
      type: 'DateTime',
      nullable: true,
      description: 'Until when they may not write there; null, or a moment that has passed: they may.',
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
    description: 'Who is in it, in the order they joined; nobody once it is dissolved.',
    args: {
      first: t.arg.int({ description: 'How many, 1 to 100; 50 by default.' }),
      after: t.arg.string({ description: 'A cursor to go on from.' }),
    },
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
    description: 'The groups that they are in, the one that was made last first.',
    args: {
      first: t.arg.int({ description: 'How many, 1 to 100; 50 by default.' }),
      after: t.arg.string({ description: 'A cursor to go on from.' }),
    },
    resolve: ({ id }, args, { chat }) =>
      forwardConnection(args, { order: 'group', read: (page) => chat.groupAdministration.of(id, page), node: ({ group }) => group }),
  }),
);

builder.queryField('group', (t) =>
  t.field({
    type: Group,
    nullable: true,
    description: 'A group, also one that is dissolved; null: there never was such a group.',
    args: { id: t.arg.id({ required: true, description: 'Its global id, as the public schema has it.' }) },
    resolve: async (_root, { id }, { chat }) => (await chat.groupAdministration.byIds([argumentId('Conversation', id, 'id')]))[0] ?? null,
  }),
);
