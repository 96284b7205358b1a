import type { Conversation as ConversationShape } from '../src/group/index.ts';
import { builder } from './builder.ts';
import type { Edge } from './connection.ts';
import { requireViewer } from './context.ts';
import { ConversationEdge, conversationEdge, Group } from './conversation.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { GroupHistory, JoinPolicy } from './group-joining.ts';
import { inputId } from './ids.ts';
import { present, presentUser } from './node.ts';
import { shareable } from './shareable.ts';
import { User } from './user.ts';

builder.objectFields(Group, (t) => ({
  name: t.string({
    extensions: shareable,
    description: 'What it is called, 1 to 100 characters.',
    resolve: ({ id, name }) => present(name, `the name of group ${id}`),
  }),
  description: t.exposeString('description', { extensions: shareable, nullable: true, description: 'What it is about.' }),
  avatarUrl: t.exposeString('avatarUrl', { extensions: shareable, nullable: true, description: 'Where its picture is.' }),
  owner: t.field({
    extensions: shareable,
    type: User,
    description: 'To whom it belongs.',
    resolve: ({ id, ownerId }, _args, context) => presentUser(context, present(ownerId, `the owner of group ${id}`)),
  }),
}));

const CreateGroupInput = builder.inputType('CreateGroupInput', {
  description: 'What group to create.',
  fields: (t) => ({
    name: t.string({ required: true, description: '1 to 100 characters.' }),
    description: t.string({ description: 'Up to 1,000 characters.' }),
    data: t.field({
      type: 'JSONObject',
      description: 'What is put on it for clients that know what it means: at most 4,096 bytes of JSON, ten levels deep.',
    }),
    memberIds: t.idList({ description: 'Users who are in it from the start, at most 100. If one of them cannot be, nothing is created.' }),
    joinPolicy: t.field({ type: JoinPolicy, description: 'Who may join by themselves; INVITE_ONLY by default.' }),
    listed: t.boolean({ description: 'Whether anybody may find it in the directory: only if it is OPEN or APPROVAL; false by default.' }),
    historyForNewcomers: t.field({ type: GroupHistory, description: 'What newcomers may read; JOINING by default.' }),
    clientGroupId: t.id({
      description: 'A name that the client makes up, 1 to 64 printable ASCII characters: a retry under the same one makes no second group.',
    }),
  }),
});

interface CreateGroupShape extends Refusable {
  readonly group?: ConversationShape;
}

const CreateGroupPayload = withErrors(
  builder.objectRef<CreateGroupShape>('CreateGroupPayload').implement({
    description: 'What came of createGroup.',
    fields: (t) => ({
      conversationEdge: t.field({
        type: ConversationEdge,
        nullable: true,
        description: 'The group in the viewer’s list; null if it was refused.',
        resolve: ({ group }): Edge<ConversationShape> | undefined => group && conversationEdge(group),
      }),
      group: t.expose('group', { type: Group, nullable: true, description: 'The group; null if it was refused.' }),
    }),
  }),
);

builder.mutationField('createGroup', (t) =>
  t.field({
    type: CreateGroupPayload,
    description: 'Creates a group that belongs to the viewer.',
    args: { input: t.arg({ type: CreateGroupInput, required: true, description: inputDescription }) },
    resolve: (
      _root,
      { input: { name, description, data, memberIds, joinPolicy, listed, historyForNewcomers: history, clientGroupId } },
      context,
      info,
    ) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const members = memberIds?.map((id, place) => inputId('User', id, 'memberIds', String(place)));
        return {
          group: await context.chat.groups.create(viewer, {
            name,
            description,
            data,
            memberIds: members,
            joinPolicy,
            listed,
            history,
            clientGroupId: clientGroupId ?? undefined,
          }),
        };
      }),
  }),
);
