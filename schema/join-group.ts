import type { Conversation as ConversationShape, JoinRequest as JoinRequestShape } from '../src/group/index.ts';
import { builder } from './builder.ts';
import type { Edge } from './connection.ts';
import { requireViewer } from './context.ts';
import { ConversationEdge, conversationEdge, Group } from './conversation.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { optionalInputId } from './ids.ts';
import { JoinRequest } from './join-request.ts';

const JoinGroupInput = builder.inputType('JoinGroupInput', {
  description: 'The input of `joinGroup`. Give exactly one of `groupId` and `code`.',
  fields: (t) => ({
    groupId: t.id({ description: 'The ID of a group whose `joinPolicy` is OPEN or APPROVAL.' }),
    code: t.string({ description: 'The code of an invite.' }),
    note: t.string({
      description: 'A note to those who answer the join request, up to 300 characters. Ignored if no join request is needed.',
    }),
  }),
});

interface JoinGroupShape extends Refusable {
  readonly group?: ConversationShape | null;
  readonly joinRequest?: JoinRequestShape | null;
}

const JoinGroupPayload = withErrors(
  builder.objectRef<JoinGroupShape>('JoinGroupPayload').implement({
    description: 'The payload of `joinGroup`: either the group or a pending join request.',
    fields: (t) => ({
      conversationEdge: t.field({
        type: ConversationEdge,
        nullable: true,
        description:
          'The group in the viewer’s list of conversations. Null if the viewer must wait for an answer, or if the mutation was refused.',
        resolve: ({ group }): Edge<ConversationShape> | null | undefined => group && conversationEdge(group),
      }),
      group: t.expose('group', {
        type: Group,
        nullable: true,
        description: 'The group. Null if the viewer must wait for an answer, or if the mutation was refused.',
      }),
      joinRequest: t.expose('joinRequest', {
        type: JoinRequest,
        nullable: true,
        description: 'The pending join request. Null if the viewer is in the group, or if the mutation was refused.',
      }),
    }),
  }),
);

builder.mutationField('joinGroup', (t) =>
  t.field({
    type: JoinGroupPayload,
    description:
      'Joins a group by its ID or by the code of an invite. If the group’s `joinPolicy` is APPROVAL and no code is given, creates a join request instead. If the viewer is in the group already, or has already asked, returns the group or the pending join request. Refused with RATE_LIMITED beyond JOIN_ATTEMPTS in 15 minutes.',
    args: { input: t.arg({ type: JoinGroupInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { groupId, code, note } }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const id = optionalInputId('Conversation', groupId, 'groupId');
        const { group, request } = await context.chat.joining.join(viewer, { groupId: id, code, note });
        return { group, joinRequest: request };
      }),
  }),
);
