import type { Conversation as ConversationShape } from '../src/group/index.ts';
import type { Edge } from './connection.ts';
import { ConversationEdge, conversationEdge, Group } from './conversation.ts';
import { optionalInputId } from './ids.ts';
import { JoinRequest } from './join-request.ts';
import { mutation } from './mutation.ts';

mutation('joinGroup', {
  description:
    'Joins a group by its ID or by the code of an invite. If the group’s `joinPolicy` is APPROVAL and no code is given, creates a join request instead. If the viewer is in the group already, or has already asked, returns the group or the pending join request. Refused with RATE_LIMITED beyond JOIN_ATTEMPTS in 15 minutes.',
  inputDescription: 'The input of `joinGroup`. Give exactly one of `groupId` and `code`.',
  input: (t) => ({
    groupId: t.id({ description: 'The ID of a group whose `joinPolicy` is OPEN or APPROVAL.' }),
    code: t.string({ description: 'The code of an invite.' }),
    note: t.string({
      description: 'A note to those who answer the join request, up to 300 characters. Ignored if no join request is needed.',
    }),
  }),
  async act(viewer, { groupId, code, note }, { chat }) {
    const id = optionalInputId('Conversation', groupId, 'groupId');
    const { group, request } = await chat.joining.join(viewer, { groupId: id, code, note });
    return { group, joinRequest: request };
  },
  payloadDescription: 'The payload of `joinGroup`: either the group or a pending join request.',
  payload: (t) => ({
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
});
