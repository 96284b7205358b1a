import type { Membership as MembershipShape } from '../src/group/index.ts';
import { builder } from './builder.ts';
import { type Context, requireViewer } from './context.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { inputId } from './ids.ts';
import { Membership } from './membership.ts';
import { payloadName } from './payload-name.ts';
import { shareable } from './shareable.ts';

builder.objectField(Membership, 'mutedUntil', (t) =>
  t.expose('mutedUntil', {
    extensions: shareable,
    type: 'DateTime',
    nullable: true,
    description: 'The time until which the member is muted, or null if they were not muted. A time that has passed has no effect.',
  }),
);

const MuteMemberInput = builder.inputType('MuteMemberInput', {
  description: 'The input of `muteMember`.',
  fields: (t) => ({
    groupId: t.id({ required: true, description: 'The ID of the group.' }),
    userId: t.id({ required: true, description: 'The ID of the member.' }),
    until: t.field({ type: 'DateTime', required: true, description: 'The time until which to mute the member. It must be in the future.' }),
  }),
});

const UnmuteMemberInput = builder.inputType('UnmuteMemberInput', {
  description: 'The input of `unmuteMember`.',
  fields: (t) => ({
    groupId: t.id({ required: true, description: 'The ID of the group.' }),
    userId: t.id({ required: true, description: 'The ID of the member.' }),
  }),
});

interface MuteShape extends Refusable {
  readonly membership?: MembershipShape | null;
}

function mutePayload(mutation: 'muteMember' | 'unmuteMember') {
  return withErrors(
    builder.objectRef<MuteShape>(payloadName(mutation)).implement({
      description: `The payload of \`${mutation}\`.`,
      fields: (t) => ({
        membership: t.expose('membership', {
          type: Membership,
          nullable: true,
          description: 'The membership in its current state. Null if the mutation was refused, or if the user is no longer a member.',
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
    description: 'Mutes a member until a given time. Until then, they can neither send nor edit messages, but can still read and react.',
    args: { input: t.arg({ type: MuteMemberInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) => settle(context, info, () => mute(context, input, input.until)),
  }),
  unmuteMember: t.field({
    type: UnmuteMemberPayload,
    description: 'Unmutes a member. Changes nothing if the member is not muted.',
    args: { input: t.arg({ type: UnmuteMemberInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) => settle(context, info, () => mute(context, input, null)),
  }),
}));
