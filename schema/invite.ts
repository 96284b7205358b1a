import { type Invite as InviteShape, seesInvites } from '../src/group/index.ts';
import { builder } from './builder.ts';
import { type Context, requireViewer } from './context.ts';
import { accessOf, Group, viewerAccess } from './conversation.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { formatId, inputId } from './ids.ts';
import { Node, presentConversation, presentUser } from './node.ts';
import { User } from './user.ts';

/** A link by which people come into a group. */
export const GroupInvite = builder.objectRef<InviteShape>('GroupInvite').implement({
  description: 'An invitation that is good: whoever has its code may join the group. It is shown to those who may make such.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: 'Its global id.', resolve: ({ id }) => formatId('GroupInvite', id) }),
    group: t.field({
      type: Group,
      description: 'Where it lets in.',
      resolve: ({ conversationId }, _args, context) => presentConversation(context, conversationId),
    }),
    code: t.exposeString('code', { description: 'What to give to joinGroup and groupPreview: 20 characters that nobody guesses.' }),
    createdBy: t.field({
      type: User,
      description: 'Who made it.',
      resolve: ({ createdById }, _args, context) => presentUser(context, createdById),
    }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', nullable: true, description: 'From when on it lets nobody in; null: never.' }),
    usesLeft: t.exposeInt('usesLeft', { nullable: true, description: 'How many more it lets in; null: any number.' }),
  }),
});

/** An invitation, if it is for somebody to see. The group is read first. */
export async function seenInvite(context: Context, viewer: { readonly userId: bigint }, id: string): Promise<InviteShape | null> {
  const { loaders } = context.scope;
  const invite = await loaders.invites.load(id);
  const accessed = invite && (await accessOf(context, invite.conversationId, viewer));
  return accessed && seesInvites(accessed.conversation, accessed.access) ? invite : null;
}

builder.objectField(Group, 'viewerInvites', (t) =>
  t.field({
    type: [GroupInvite],
    description: 'The invitations that are good, newest first, at most 100. Empty for whoever may not make such.',
    async resolve(group, _args, context) {
      const access = await viewerAccess(context, group);
      return access !== null && seesInvites(group, access) ? context.scope.loaders.groupInvites.load(group.id) : [];
    },
  }),
);

const CreateInviteInput = builder.inputType('CreateInviteInput', {
  description: 'Into which group to invite, and whom.',
  fields: (t) => ({
    groupId: t.id({ required: true, description: 'The group.' }),
    expiresAt: t.field({ type: 'DateTime', description: 'From when on it lets nobody in; absent: never.' }),
    maxUses: t.int({ description: 'How many it lets in, 1 or more; absent: any number.' }),
  }),
});

interface CreateInviteShape extends Refusable {
  readonly invite?: InviteShape;
}

const CreateInvitePayload = withErrors(
  builder.objectRef<CreateInviteShape>('CreateInvitePayload').implement({
    description: 'What came of createInvite.',
    fields: (t) => ({
      invite: t.expose('invite', { type: GroupInvite, nullable: true, description: 'The invitation; null if it was refused.' }),
    }),
  }),
);

builder.mutationField('createInvite', (t) =>
  t.field({
    type: CreateInvitePayload,
    description: 'Makes an invitation. The owner and the admins may, or the owner alone where the invitePolicy is OWNER.',
    args: { input: t.arg({ type: CreateInviteInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { groupId, expiresAt, maxUses } }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const id = inputId('Conversation', groupId, 'groupId');
        return { invite: await context.chat.joining.createInvite(viewer, { groupId: id, expiresAt, maxUses }) };
      }),
  }),
);

const RevokeInviteInput = builder.inputType('RevokeInviteInput', {
  description: 'Which invitation to end.',
  fields: (t) => ({ inviteId: t.id({ required: true, description: 'The invitation, whoever made it.' }) }),
});

interface RevokeInviteShape extends Refusable {
  readonly inviteId?: string;
}

const RevokeInvitePayload = withErrors(
  builder.objectRef<RevokeInviteShape>('RevokeInvitePayload').implement({
    description: 'What came of revokeInvite.',
    fields: (t) => ({
      inviteId: t.exposeID('inviteId', {
        nullable: true,
        description: 'The invitation that lets nobody in any more; null if it was refused.',
      }),
    }),
  }),
);

builder.mutationField('revokeInvite', (t) =>
  t.field({
    type: RevokeInvitePayload,
    description: 'Ends an invitation: its code lets nobody in any more.',
    args: { input: t.arg({ type: RevokeInviteInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { inviteId } }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const id = inputId('GroupInvite', inviteId, 'inviteId');
        await context.chat.joining.revokeInvite(viewer, id);
        return { inviteId: formatId('GroupInvite', id) };
      }),
  }),
);
