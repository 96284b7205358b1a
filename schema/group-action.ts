import { allowedActions, allowedTo, type GroupAction as GroupActionWord, groupActions, type Rights } from '../src/group/index.ts';
import { builder } from './builder.ts';
import { type Context, requireViewer } from './context.ts';
import { accessOf, Group } from './conversation.ts';
import { Membership } from './membership.ts';

const actions: Record<GroupActionWord, { readonly description: string }> = {
  POST: { description: 'Writing, editing what one wrote, and being seen to type.' },
  MENTION_EVERYONE: { description: 'Mentioning everyone.' },
  PIN_MESSAGES: { description: 'Pinning and unpinning messages.' },
  RECALL_MESSAGES: { description: 'Taking back what others said, and what oneself said long ago.' },
  CLOSE_POLLS: { description: 'Closing polls of others.' },
  SEE_EDITS: { description: 'Seeing what others said before they edited it.' },
  ADD_MEMBERS: { description: 'Adding members.' },
  MANAGE_INVITES: { description: 'Making, seeing and revoking invitations.' },
  ANSWER_JOIN_REQUESTS: { description: 'Seeing and answering who wishes to join.' },
  REMOVE_MEMBERS: { description: 'Removing members.' },
  BAN_MEMBERS: { description: 'Banning people, seeing who is banned, and unbanning them.' },
  MUTE_MEMBERS: { description: 'Muting members, and letting them write again.' },
  SET_ROLES: { description: 'Making members admins and admins members.' },
  UPDATE_GROUP: { description: 'Changing what the group is called, looks like and lets its members do.' },
  TRANSFER_OWNERSHIP: { description: 'Handing the group over.' },
  DISSOLVE_GROUP: { description: 'Dissolving it.' },
  LEAVE_GROUP: { description: 'Leaving it.' },
};

const GroupAction = builder.enumType('GroupAction', {
  description: 'What may be done in a group. docs/permissions.md has who may do what.',
  values: Object.fromEntries(groupActions.map((action) => [action, actions[action]])) as typeof actions,
});

/** What the viewer's rights in a group follow from; null where it is no group of theirs. */
export async function viewerRights(context: Context, conversationId: bigint): Promise<Rights | null> {
  const accessed = await accessOf(context, conversationId, requireViewer(context));
  return accessed?.conversation.kind === 'GROUP' ? context.scope.loaders.rights.load(accessed) : null;
}

builder.objectField(Group, 'viewerMay', (t) =>
  t.field({
    type: [GroupAction],
    description:
      'All that the viewer may do in it, to anybody at least where it is done to a member. It changes with their role and the group’s settings, and by itself when a mute ends; slow mode is not looked at.',
    async resolve({ id }, _args, context) {
      const rights = await viewerRights(context, id);
      return rights === null ? [] : [...allowedActions(rights)];
    },
  }),
);

builder.objectField(Membership, 'viewerMay', (t) =>
  t.field({
    type: [GroupAction],
    description:
      'What the viewer may do to this member, who may be themselves, of all that is done to members; in direct conversations nothing.',
    async resolve(member, _args, context) {
      const rights = await viewerRights(context, member.conversationId);
      return rights === null ? [] : [...allowedTo(rights, member)];
    },
  }),
);
