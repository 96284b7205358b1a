import { inputDescription } from '../errors.ts';
import { inputId } from '../ids.ts';
import { builder } from './builder.ts';
import { actOnGroup, groupPayload } from './group-payload.ts';

const DissolveGroupInput = builder.inputType('DissolveGroupInput', {
  description: 'The group to dissolve.',
  fields: (t) => ({ groupId: t.id({ required: true, description: 'The global ID of the group.' }) }),
});

builder.mutationField('dissolveGroup', (t) =>
  t.field({
    type: groupPayload('dissolveGroup'),
    description:
      'Dissolves a group permanently. All members are out of it at once, on all nodes. They see that it was dissolved, but not by whom. Repeating it has no further effect.',
    args: { input: t.arg({ type: DissolveGroupInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context) =>
      actOnGroup(context, input.groupId, (groupId) => context.chat.groupAdministration.dissolve({ groupId })),
  }),
);

const UnlistGroupInput = builder.inputType('UnlistGroupInput', {
  description: 'The group to unlist.',
  fields: (t) => ({ groupId: t.id({ required: true, description: 'The global ID of the group.' }) }),
});

builder.mutationField('unlistGroup', (t) =>
  t.field({
    type: groupPayload('unlistGroup'),
    description:
      'Removes a group from the directory, where every user can find it. Users who know the group can join it as before. Members see the change, but not who made it. The owner and admins of the group can list it again. Repeating it has no further effect.',
    args: { input: t.arg({ type: UnlistGroupInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context) =>
      actOnGroup(context, input.groupId, (groupId) => context.chat.groupAdministration.unlist({ groupId })),
  }),
);

const RemoveFromGroupInput = builder.inputType('RemoveFromGroupInput', {
  description: 'The group and the user to remove from it.',
  fields: (t) => ({
    groupId: t.id({ required: true, description: 'The global ID of the group.' }),
    userId: t.id({ required: true, description: 'The global ID of the user.' }),
    ban: t.boolean({
      description:
        'If true, the user is also banned and cannot join again. Users who are not members can be banned too. Defaults to false.',
    }),
  }),
});

builder.mutationField('removeFromGroup', (t) =>
  t.field({
    type: groupPayload('removeFromGroup'),
    description:
      'Removes a member from a group, at once and on all nodes. The other members see the removal, but not who did it. If the last member is removed, the group is dissolved. Repeating it has no further effect. Refused with CONFLICT if the group is dissolved, or if the user is its owner and it has other members: call `setGroupOwner` or `dissolveGroup` first.',
    args: { input: t.arg({ type: RemoveFromGroupInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context) =>
      actOnGroup(context, input.groupId, (groupId) =>
        context.chat.groupAdministration.remove({ groupId, userId: inputId('User', input.userId, 'userId'), ban: input.ban ?? false }),
      ),
  }),
);

const SetGroupOwnerInput = builder.inputType('SetGroupOwnerInput', {
  description: 'The group and its new owner.',
  fields: (t) => ({
    groupId: t.id({ required: true, description: 'The global ID of the group.' }),
    userId: t.id({ required: true, description: 'The global ID of the member who is to own the group.' }),
  }),
});

builder.mutationField('setGroupOwner', (t) =>
  t.field({
    type: groupPayload('setGroupOwner'),
    description:
      'Makes a member the owner of a group. The previous owner becomes an admin, or a member if there would be more than MAX_ADMINS admins. Members see the change, but not who made it. Repeating it has no further effect. Refused with CONFLICT if the group is dissolved.',
    args: { input: t.arg({ type: SetGroupOwnerInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context) =>
      actOnGroup(context, input.groupId, (groupId) =>
        context.chat.groupAdministration.setOwner({ groupId, userId: inputId('User', input.userId, 'userId') }),
      ),
  }),
);
