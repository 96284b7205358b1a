import type { Membership as MembershipShape } from '../src/group/index.ts';
import { builder } from './builder.ts';
import { type Context, requireViewer } from './context.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { inputId } from './ids.ts';
import { Membership } from './membership.ts';
import { shareable } from './shareable.ts';

builder.objectField(Membership, 'mutedUntil', (t) =>
  t.expose('mutedUntil', {
    extensions: shareable,
    type: 'DateTime',
    nullable: true,
    description: 'Until when they may not write there, which counts once it has passed no more; null: they were not muted.',
  }),
);

const MuteMemberInput = builder.inputType('MuteMemberInput', {
  description: 'Whom to mute in which group.',
  fields: (t) => ({
    groupId: t.id({ required: true, description: 'The group.' }),
    userId: t.id({ required: true, description: 'The member.' }),
    until: t.field({ type: 'DateTime', required: true, description: 'Until when, which is yet to come.' }),
  }),
});

const UnmuteMemberInput = builder.inputType('UnmuteMemberInput', {
  description: 'Whom to let write again in which group.',
  fields: (t) => ({
    groupId: t.id({ required: true, description: 'The group.' }),
    userId: t.id({ required: true, description: 'The member.' }),
  }),
});

interface MuteShape extends Refusable {
  readonly membership?: MembershipShape | null;
}

function mutePayload(mutation: 'muteMember' | 'unmuteMember') {
  const name = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Payload`;
  return withErrors(
    builder.objectRef<MuteShape>(name).implement({
      description: `What came of ${mutation}.`,
      fields: (t) => ({
        membership: t.expose('membership', {
          type: Membership,
          nullable: true,
          description: 'Their part as it stands; null if it was refused, or they are out by now.',
        }),
      }),
    }),
  );
}

async function mute(
  context: Context,
  input: { readonly groupId: string; readonly userId: string },
  until: Date | null,
): Promise<MuteShape> {
  const viewer = requireViewer(context);
  const groupId = inputId('Conversation', input.groupId, 'groupId');
  const userId = inputId('User', input.userId, 'userId');
  return { membership: await context.chat.groups.muteMember(viewer, { groupId, userId, until }) };
}

const MuteMemberPayload = mutePayload('muteMember');
const UnmuteMemberPayload = mutePayload('unmuteMember');

builder.mutationFields((t) => ({
  muteMember: t.field({
    type: MuteMemberPayload,
    description: 'Keeps a member from writing, and from editing what they wrote, until a moment. They read and react on.',
    args: { input: t.arg({ type: MuteMemberInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) => settle(context, info, () => mute(context, input, input.until)),
  }),
  unmuteMember: t.field({
    type: UnmuteMemberPayload,
    description: 'Lets a member write again; of one who is not muted nothing changes.',
    args: { input: t.arg({ type: UnmuteMemberInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) => settle(context, info, () => mute(context, input, null)),
  }),
}));
