import type { Conversation as ConversationShape } from '../src/group/index.ts';
import { builder } from './builder.ts';
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
