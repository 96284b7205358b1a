import { type Invite as InviteShape, seesInvites } from '../src/group/index.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { accessOf, Group, viewerAccess } from './conversation.ts';
import { formatId, inputId } from './ids.ts';
import { mutation } from './mutation.ts';
import { Node, presentConversation, presentUser } from './node.ts';
import { User } from './user.ts';

/** An invite to a group. */
export const GroupInvite = builder.objectRef<InviteShape>('GroupInvite').implement({
  description: 'A valid invite to a group. Anyone who has its code can join. Only members who can create invites see it.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: 'The global ID.', resolve: ({ id }) => formatId('GroupInvite', id) }),
    group: t.field({
      type: Group,
      description: 'The group that the invite is for.',
      resolve: ({ conversationId }, _args, context) => presentConversation(context, conversationId),
    }),
    code: t.exposeString('code', {
      description: 'The code to pass to `joinGroup` and `groupPreview`: 20 characters that cannot be guessed.',
    }),
    createdBy: t.field({
      type: User,
      description: 'The user who created the invite. They may have left the group, or their account may be erased.',
      resolve: ({ createdById }, _args, context) => presentUser(context, createdById),
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the invite expires, or null if it does not expire.',
    }),
    usesLeft: t.exposeInt('usesLeft', {
      nullable: true,
      description: 'How many more users can join with the invite, or null if there is no limit.',
    }),
  }),
});

/** Returns an invite, if the viewer may see it, else null. Its group is read after it, because the invite names the group. */
export async function seenInvite(context: Context, viewer: { readonly userId: bigint }, id: string): Promise<InviteShape | null> {
  const { loaders } = context.scope;
  const invite = await loaders.invites.load(id);
  const accessed = invite && (await accessOf(context, invite.conversationId, viewer));
  return accessed && seesInvites(accessed.conversation, accessed.access) ? invite : null;
}

builder.objectField(Group, 'viewerInvites', (t) =>
  t.field({
    type: [GroupInvite],
    description: 'The valid invites to the group, newest first, at most 100. Empty if the viewer cannot create invites.',
    async resolve(group, _args, context) {
      const access = await viewerAccess(context, group);
      return access !== null && seesInvites(group, access) ? context.scope.loaders.groupInvites.load(group.id) : [];
    },
  }),
);

mutation('createInvite', {
  description: 'Creates an invite. The owner and admins can do this, or the owner alone if the group’s `invitePolicy` is OWNER.',
  input: (t) => ({
    groupId: t.id({ required: true, description: 'The ID of the group.' }),
    expiresAt: t.field({ type: 'DateTime', description: 'When the invite expires. If omitted, it does not expire.' }),
    maxUses: t.int({ description: 'How many users can join with the invite, 1 or more. If omitted, there is no limit.' }),
  }),
  async act(viewer, { groupId, expiresAt, maxUses }, { chat }) {
    const id = inputId('Conversation', groupId, 'groupId');
    return { invite: await chat.joining.createInvite(viewer, { groupId: id, expiresAt, maxUses }) };
  },
  payload: (t) => ({
    invite: t.expose('invite', { type: GroupInvite, nullable: true, description: 'The invite, or null if the mutation was refused.' }),
  }),
});

mutation('revokeInvite', {
  description:
    'Revokes an invite. Nobody can join with its code any more. An invite is not revoked when the user who created it leaves the group.',
  input: (t) => ({ inviteId: t.id({ required: true, description: 'The ID of the invite, whoever created it.' }) }),
  async act(viewer, { inviteId }, { chat }) {
    const id = inputId('GroupInvite', inviteId, 'inviteId');
    await chat.joining.revokeInvite(viewer, id);
    return { inviteId: formatId('GroupInvite', id) };
  },
  payload: (t) => ({
    inviteId: t.exposeID('inviteId', {
      nullable: true,
      description: 'The ID of the revoked invite, or null if the mutation was refused.',
    }),
  }),
});
