import { allowedActions, allowedTo, type GroupAction as GroupActionWord, type Rights } from '../src/group/index.ts';
import { builder } from './builder.ts';
import { type Context, requireViewer } from './context.ts';
import { accessOf, Group } from './conversation.ts';
import { Membership } from './membership.ts';

const actions: Record<GroupActionWord, { readonly description: string }> = {
  POST: { description: 'Sending messages, editing one’s own messages, and showing the typing indicator.' },
  MENTION_EVERYONE: { description: 'Mentioning everyone.' },
  PIN_MESSAGES: { description: 'Pinning and unpinning messages.' },
  RECALL_MESSAGES: { description: 'Recalling messages of others, and one’s own messages after the time limit.' },
  CLOSE_POLLS: { description: 'Closing polls of others.' },
  SEE_EDITS: { description: 'Seeing earlier versions of messages of others.' },
  ADD_MEMBERS: { description: 'Adding members.' },
  MANAGE_INVITES: { description: 'Creating, seeing and revoking invites.' },
  ANSWER_JOIN_REQUESTS: { description: 'Seeing and answering join requests.' },
  REMOVE_MEMBERS: { description: 'Removing members.' },
  BAN_MEMBERS: { description: 'Banning users, seeing who is banned, and unbanning them.' },
  MUTE_MEMBERS: { description: 'Muting and unmuting members.' },
  SET_ROLES: { description: 'Making members admins, and admins members.' },
  UPDATE_GROUP: { description: 'Changing the group’s name, appearance and settings.' },
  TRANSFER_OWNERSHIP: { description: 'Transferring ownership of the group.' },
  DISSOLVE_GROUP: { description: 'Dissolving the group.' },
  LEAVE_GROUP: { description: 'Leaving the group.' },
};

const GroupAction = builder.enumType('GroupAction', {
  description: 'An action in a group. docs/permissions.md lists who may take which action.',
  values: actions,
});

/** Returns what determines the viewer's rights in a group. Null if it is no group, or the viewer is not in it. */
export async function viewerRights(context: Context, conversationId: bigint): Promise<Rights | null> {
  const accessed = await accessOf(context, conversationId, requireViewer(context));
  return accessed?.conversation.kind === 'GROUP' ? context.scope.loaders.rights.load(accessed) : null;
}

builder.objectField(Group, 'viewerMay', (t) =>
  t.field({
    type: [GroupAction],
    description:
      'All actions that the viewer may take in the group. An action on members is listed if the viewer may take it on anybody. The list changes with the viewer’s role and the group’s settings, and by itself when a mute ends. Slow mode is not considered.',
    async resolve({ id }, _args, context) {
      const rights = await viewerRights(context, id);
      return rights === null ? [] : [...allowedActions(rights)];
    },
  }),
);

builder.objectField(Membership, 'viewerMay', (t) =>
  t.field({
    type: [GroupAction],
    description: 'The actions on members that the viewer may take on this member, who may be the viewer. Empty in direct conversations.',
    async resolve(member, _args, context) {
      const rights = await viewerRights(context, member.conversationId);
      return rights === null ? [] : [...allowedTo(rights, member)];
    },
  }),
);
