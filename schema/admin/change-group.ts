import { inputId } from '../ids.ts';
import { actOnGroup, groupFields } from './group-payload.ts';
import { mutation } from './mutation.ts';

mutation('dissolveGroup', {
  description:
    'Dissolves a group permanently. All members are out of it at once, on all nodes. They see that it was dissolved, but not by whom. Repeating it has no further effect.',
  inputDescription: 'The group to dissolve.',
  input: (t) => ({ groupId: t.id({ required: true, description: 'The global ID of the group.' }) }),
  act: (input, context) => actOnGroup(context, input.groupId, (groupId) => context.chat.groupAdministration.dissolve({ groupId })),
  payload: groupFields,
});

mutation('unlistGroup', {
  description:
    'Removes a group from the directory, where every user can find it. Users who know the group can join it as before. Members see the change, but not who made it. The owner and admins of the group can list it again. Repeating it has no further effect.',
  inputDescription: 'The group to unlist.',
  input: (t) => ({ groupId: t.id({ required: true, description: 'The global ID of the group.' }) }),
  act: (input, context) => actOnGroup(context, input.groupId, (groupId) => context.chat.groupAdministration.unlist({ groupId })),
  payload: groupFields,
});

mutation('removeFromGroup', {
  description:
    'Removes a member from a group, at once and on all nodes. The other members see the removal, but not who did it. If the last member is removed, the group is dissolved. Repeating it has no further effect. Refused with CONFLICT if the group is dissolved, or if the user is its owner and it has other members: call `setGroupOwner` or `dissolveGroup` first.',
  inputDescription: 'The group and the user to remove from it.',
  input: (t) => ({
    groupId: t.id({ required: true, description: 'The global ID of the group.' }),
    userId: t.id({ required: true, description: 'The global ID of the user.' }),
    ban: t.boolean({
      description:
        'If true, the user is also banned and cannot join again. Users who are not members can be banned too. Defaults to false.',
    }),
  }),
  act: (input, context) =>
    actOnGroup(context, input.groupId, (groupId) =>
      context.chat.groupAdministration.remove({ groupId, userId: inputId('User', input.userId, 'userId'), ban: input.ban ?? false }),
    ),
  payload: groupFields,
});

mutation('setGroupOwner', {
  description:
    'Makes a member the owner of a group. The previous owner becomes an admin, or a member if there would be more than MAX_ADMINS admins. Members see the change, but not who made it. Repeating it has no further effect. Refused with CONFLICT if the group is dissolved.',
  inputDescription: 'The group and its new owner.',
  input: (t) => ({
    groupId: t.id({ required: true, description: 'The global ID of the group.' }),
    userId: t.id({ required: true, description: 'The global ID of the member who is to own the group.' }),
  }),
  act: (input, context) =>
    actOnGroup(context, input.groupId, (groupId) =>
      context.chat.groupAdministration.setOwner({ groupId, userId: inputId('User', input.userId, 'userId') }),
    ),
  payload: groupFields,
});
