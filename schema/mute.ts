import type { Membership as MembershipShape } from '../src/group/index.ts';
import type { Viewer as ViewerShape } from '../src/user/index.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { inputId } from './ids.ts';
import { Membership } from './membership.ts';
import { type InputBuilder, mutation, type PayloadBuilder } from './mutation.ts';
import { shareable } from './shareable.ts';

builder.objectField(Membership, 'mutedUntil', (t) =>
  t.expose('mutedUntil', {
    extensions: shareable,
    type: 'DateTime',
    nullable: true,
    description: 'The time until which the member is muted, or null if they were not muted. A time that has passed has no effect.',
  }),
);

function memberFields(t: InputBuilder) {
  return {
    groupId: t.id({ required: true, description: 'The ID of the group.' }),
    userId: t.id({ required: true, description: 'The ID of the member.' }),
  };
}

function mutedFields(t: PayloadBuilder<{ readonly membership: MembershipShape | null }>) {
  return {
    membership: t.expose('membership', {
      type: Membership,
      nullable: true,
      description: 'The membership in its current state. Null if the mutation was refused, or if the user is no longer a member.',
    }),
  };
}

async function mute(
  { chat }: Context,
  viewer: ViewerShape,
  input: { readonly groupId: string; readonly userId: string },
  until: Date | null,
) {
  const groupId = inputId('Conversation', input.groupId, 'groupId');
  const userId = inputId('User', input.userId, 'userId');
  return { membership: await chat.groups.muteMember(viewer, { groupId, userId, until }) };
}

mutation('muteMember', {
  description: 'Mutes a member until a given time. Until then, they can neither send nor edit messages, but can still read and react.',
  input: (t) => ({
    ...memberFields(t),
    until: t.field({ type: 'DateTime', required: true, description: 'The time until which to mute the member. It must be in the future.' }),
  }),
  act: (viewer, input, context) => mute(context, viewer, input, input.until),
  payload: mutedFields,
});

mutation('unmuteMember', {
  description: 'Unmutes a member. Changes nothing if the member is not muted.',
  input: memberFields,
  act: (viewer, input, context) => mute(context, viewer, input, null),
  payload: mutedFields,
});
