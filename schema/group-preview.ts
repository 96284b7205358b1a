import type { Conversation as ConversationShape } from '../src/group/index.ts';
import { builder } from './builder.ts';
import { connectionOf, forwardArgs, forwardConnection } from './connection.ts';
import { viewerAccess } from './conversation.ts';
import { JoinPolicy } from './group-joining.ts';
import { formatId, optionalArgumentId } from './ids.ts';
import { present } from './node.ts';
import { beginField } from './operation.ts';

/** A group as users outside it see it. */
export const GroupPreview = builder.objectRef<ConversationShape>('GroupPreview').implement({
  description: 'A group as people outside it see it.',
  fields: (t) => ({
    groupId: t.id({ description: 'The global ID of the group.', resolve: ({ id }) => formatId('Conversation', id) }),
    name: t.string({ description: 'The name of the group.', resolve: ({ id, name }) => present(name, `the name of group ${id}`) }),
    description: t.exposeString('description', { nullable: true, description: 'The description of the group, or null if there is none.' }),
    avatarUrl: t.exposeString('avatarUrl', { nullable: true, description: 'The URL of the group’s picture, or null if there is none.' }),
    memberCount: t.exposeInt('memberCount', { description: 'The number of members.' }),
    joinPolicy: t.expose('joinPolicy', { type: JoinPolicy, description: 'Who may join the group by themselves.' }),
    viewerIsMember: t.boolean({
      description: 'Whether the viewer is a member of the group.',
      resolve: async (group, _args, context) => (await viewerAccess(context, group)) !== null,
    }),
    viewerIsBanned: t.boolean({
      description: 'Whether the viewer is banned from the group. False for an INVITE_ONLY group, which does not disclose it.',
      resolve: (group, _args, { scope }) => scope.loaders.banned.load(group),
    }),
  }),
});

builder.queryField('groupPreview', (t) =>
  t.field({
    type: GroupPreview,
    nullable: true,
    description:
      'A preview of a group. By ID, the group must be OPEN or APPROVAL, or the viewer must be a member or have a pending join request. By the code of a valid invite, every group is returned. Null otherwise. Give exactly one of `id` and `code`. Fails with RATE_LIMITED as a top-level error beyond JOIN_ATTEMPTS in 15 minutes, counted together with attempts to join.',
    args: {
      id: t.arg.id({ description: 'The global ID of the group.' }),
      code: t.arg.string({ description: 'The code of an invite.' }),
    },
    async resolve(_root, { id, code }, context, info) {
      const viewer = await beginField(context, info);
      const groupId = optionalArgumentId('Conversation', id, 'id');
      return context.chat.joining.preview(viewer, { groupId, code });
    },
  }),
);

const Previews = connectionOf<ConversationShape>('GroupPreview', {
  of: 'A group preview',
  list: 'group previews',
  node: (t) => t.field({ type: GroupPreview, description: 'The preview of the group.', resolve: ({ node }) => node }),
});

builder.queryField('groups', (t) =>
  t.field({
    type: Previews.connection,
    description:
      'The directory: groups that are `listed`. With `search`, returns the groups whose name has matching words, as `users` finds people. Without it, returns all of them, newest first. Fails with FORBIDDEN as a top-level error if GROUP_DIRECTORY is off, and with RATE_LIMITED beyond SEARCHES_PER_MINUTE. Each page counts as a search.',
    args: {
      search: t.arg.string({
        description: 'The beginnings of words, up to 200 characters. Omitted or blank, all listed groups are returned.',
      }),
      ...forwardArgs(),
    },
    async resolve(_root, { search, ...args }, context, info) {
      const viewer = await beginField(context, info);
      const read = await context.chat.joining.directory(viewer, search);
      return forwardConnection(args, { order: 'listedGroup', read, node: ({ group }) => group });
    },
  }),
);
