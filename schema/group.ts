import type { Conversation as ConversationShape } from '../src/group/index.ts';
import { builder } from './builder.ts';
import type { Edge } from './connection.ts';
import { ConversationEdge, conversationEdge, Group } from './conversation.ts';
import { GroupHistory, JoinPolicy } from './group-joining.ts';
import { inputId } from './ids.ts';
import { mutation } from './mutation.ts';
import { present, presentUser } from './node.ts';
import { shareable } from './shareable.ts';
import { User } from './user.ts';

builder.objectFields(Group, (t) => ({
  name: t.string({
    extensions: shareable,
    description: 'The name of the group, from 1 to 100 characters.',
    resolve: ({ id, name }) => present(name, `the name of group ${id}`),
  }),
  description: t.exposeString('description', {
    extensions: shareable,
    nullable: true,
    description: 'The description of the group, or null if there is none.',
  }),
  avatarUrl: t.exposeString('avatarUrl', {
    extensions: shareable,
    nullable: true,
    description: 'The URL of the group’s picture, or null if there is none.',
  }),
  owner: t.field({
    extensions: shareable,
    type: User,
    description: 'The owner of the group.',
    resolve: ({ id, ownerId }, _args, context) => presentUser(context, present(ownerId, `the owner of group ${id}`)),
  }),
}));

mutation('createGroup', {
  description: 'Creates a group that the viewer owns.',
  input: (t) => ({
    name: t.string({ required: true, description: 'The name of the group, from 1 to 100 characters.' }),
    description: t.string({ description: 'The description of the group, up to 1,000 characters.' }),
    data: t.field({
      type: 'JSONObject',
      description: 'Custom JSON data to attach to the group. At most 4,096 bytes of JSON, up to ten levels deep.',
    }),
    memberIds: t.idList({ description: 'The IDs of the first members, at most 100. If one of them cannot be added, no group is created.' }),
    joinPolicy: t.field({ type: JoinPolicy, description: 'Who may join by themselves. Defaults to INVITE_ONLY.' }),
    listed: t.boolean({
      description: 'Whether the group is listed in the directory. It can be listed only if it is OPEN or APPROVAL. Defaults to false.',
    }),
    historyForNewcomers: t.field({ type: GroupHistory, description: 'What new members may read. Defaults to JOINING.' }),
    clientGroupId: t.id({
      description:
        'An ID that the client chooses, 1 to 64 printable ASCII characters. A retry with the same ID does not create a second group.',
    }),
  }),
  async act(viewer, { memberIds, historyForNewcomers: history, clientGroupId, ...wanted }, { chat }) {
    const members = memberIds?.map((id, place) => inputId('User', id, 'memberIds', String(place)));
    return {
      group: await chat.groups.create(viewer, { ...wanted, memberIds: members, history, clientGroupId: clientGroupId ?? undefined }),
    };
  },
  payload: (t) => ({
    conversationEdge: t.field({
      type: ConversationEdge,
      nullable: true,
      description: 'The group, with its cursor in `Viewer.conversations`, or null if the mutation was refused.',
      resolve: ({ group }): Edge<ConversationShape> | undefined => group && conversationEdge(group),
    }),
    group: t.expose('group', { type: Group, nullable: true, description: 'The group, or null if the mutation was refused.' }),
  }),
});
