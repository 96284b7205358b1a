import type { Conversation as ConversationShape, JoinRequest as JoinRequestShape } from '../src/group/index.ts';
import { builder } from './builder.ts';
import type { Edge } from './connection.ts';
import { requireViewer } from './context.ts';
import { ConversationEdge, conversationEdge, Group } from './conversation.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { inputId } from './ids.ts';
import { JoinRequest } from './join-request.ts';

const JoinGroupInput = builder.inputType('JoinGroupInput', {
  description: 'Which group to join: exactly one of `groupId` and `code`.',
  fields: (t) => ({
    groupId: t.id({ description: 'A group that is OPEN or APPROVAL.' }),
    code: t.string({ description: 'The code of an invitation.' }),
    note: t.string({ description: 'What to say to those who answer, up to 300 characters; where nobody has to, it is left out.' }),
  }),
});

interface JoinGroupShape extends Refusable {
  readonly group?: ConversationShape | null;
  readonly joinRequest?: JoinRequestShape | null;
}

const JoinGroupPayload = withErrors(
  builder.objectRef<JoinGroupShape>('JoinGroupPayload').implement({
    description: 'What came of joinGroup: the group, or the request that waits.',
    fields: (t) => ({
      conversationEdge: t.field({
        type: ConversationEdge,
        nullable: true,
        description: 'The group in the viewer’s list; null if the viewer has to wait, or it was refused.',
        resolve: ({ group }): Edge<ConversationShape> | null | undefined => group && conversationEdge(group),
      }),
      group: t.expose('group', {
        type: Group,
        nullable: true,
        description: 'The group; null if the viewer has to wait, or it was refused.',
      }),
      joinRequest: t.expose('joinRequest', {
        type: JoinRequest,
        nullable: true,
        description: 'The request that waits; null if the viewer is in the group, or it was refused.',
      }),
    }),
  }),
);

builder.mutationField('joinGroup', (t) =>
  t.field({
    type: JoinGroupPayload,
    description:
      'Joins a group by its id or by the code of an invitation. A group that wants to be asked is asked, unless there is a code. Whoever is in it, or has asked, is answered that. Throttled.',
    args: { input: t.arg({ type: JoinGroupInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { groupId, code, note } }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const id = groupId === null || groupId === undefined ? undefined : inputId('Conversation', groupId, 'groupId');
        const { group, request } = await context.chat.joining.join(viewer, { groupId: id, code, note });
        return { group, joinRequest: request };
      }),
  }),
);
