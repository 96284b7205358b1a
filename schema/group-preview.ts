import type { Conversation as ConversationShape } from '../src/group/index.ts';
import { builder } from './builder.ts';
import { connectionOf, forwardConnection } from './connection.ts';
import { viewerAccess } from './conversation.ts';
import { JoinPolicy } from './group-joining.ts';
import { argumentId, formatId } from './ids.ts';
import { present } from './node.ts';
import { beginField } from './operation.ts';

/** What people outside a group may see of it. */
export const GroupPreview = builder.objectRef<ConversationShape>('GroupPreview').implement({
  description: 'What people outside a group may see of it.',
  fields: (t) => ({
    groupId: t.id({ description: 'The global id of the group.', resolve: ({ id }) => formatId('Conversation', id) }),
    name: t.string({ description: 'What it is called.', resolve: ({ id, name }) => present(name, `the name of group ${id}`) }),
    description: t.exposeString('description', { nullable: true, description: 'What it is about.' }),
    avatarUrl: t.exposeString('avatarUrl', { nullable: true, description: 'Where its picture is.' }),
    memberCount: t.exposeInt('memberCount', { description: 'How many people are in it.' }),
    joinPolicy: t.expose('joinPolicy', { type: JoinPolicy, description: 'Who may join by themselves.' }),
    viewerIsMember: t.boolean({
      description: 'Whether the viewer is in it.',
      resolve: async (group, _args, context) => (await viewerAccess(context, group)) !== null,
    }),
    viewerIsBanned: t.boolean({
      description: 'Whether the viewer is kept from coming in; false of a group that is INVITE_ONLY, which does not tell.',
      resolve: (group, _args, { scope }) => scope.loaders.banned.load(group),
    }),
  }),
});

builder.queryField('groupPreview', (t) =>
  t.field({
    type: GroupPreview,
    nullable: true,
    description:
      'A group as people outside see it: by its id where it is OPEN or APPROVAL, or the viewer is in it; by the code of an invitation that is good always. Null for all else. Exactly one of the two is given; throttled.',
    args: {
      id: t.arg.id({ description: 'The group’s global id.' }),
      code: t.arg.string({ description: 'The code of an invitation.' }),
    },
    async resolve(_root, { id, code }, context, info) {
      const viewer = await beginField(context, info);
      const groupId = id === null || id === undefined ? undefined : argumentId('Conversation', id, 'id');
      return context.chat.joining.preview(viewer, { groupId, code });
    },
  }),
);

const Previews = connectionOf<ConversationShape>('GroupPreview', {
  of: 'A group',
  list: 'groups that are listed',
  node: (t) => t.field({ type: GroupPreview, description: 'The group as people outside see it.', resolve: ({ node }) => node }),
});

builder.queryField('groups', (t) =>
  t.field({
    type: Previews.connection,
    description:
      'The directory: groups that are `listed`, of which a word of the name begins with a text, as people are found (`users`); without one all of them, made last first. FORBIDDEN, at the top level, where GROUP_DIRECTORY is off; RATE_LIMITED, there too, past SEARCHES_PER_MINUTE: each page counts.',
    args: {
      search: t.arg.string({ description: 'The beginnings of words; blank is as good as none.' }),
      first: t.arg.int({ description: 'How many, from 1 to 100; 50 by default.' }),
      after: t.arg.string({ description: 'The cursor to go on after.' }),
    },
    async resolve(_root, { search, ...args }, context, info) {
      const viewer = await beginField(context, info);
      const read = await context.chat.joining.directory(viewer, search);
      return forwardConnection(args, { order: 'listedGroup', read, node: ({ group }) => group });
    },
  }),
);
