import { inputDescription } from '../errors.ts';
import { inputId } from '../ids.ts';
import { builder } from './builder.ts';
import { actOnGroup, groupPayload } from './group-payload.ts';

const DissolveGroupInput = builder.inputType('DissolveGroupInput', {
  description: 'Which group to dissolve.',
  fields: (t) => ({ groupId: t.id({ required: true, description: 'Its global id.' }) }),
});

builder.mutationField('dissolveGroup', (t) =>
  t.field({
    type: groupPayload('dissolveGroup'),
    description:
      'Dissolves a group, for good: everybody is out at once, on all nodes. Its members see that it is dissolved, by nobody among them. Done again, it stands so already.',
    args: { input: t.arg({ type: DissolveGroupInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context) =>
      actOnGroup(context, input.groupId, (groupId) => context.chat.groupAdministration.dissolve({ groupId })),
  }),
);

const UnlistGroupInput = builder.inputType('UnlistGroupInput', {
  description: 'Which group to take out of the directory.',
  fields: (t) => ({ groupId: t.id({ required: true, description: 'Its global id.' }) }),
});

builder.mutationField('unlistGroup', (t) =>
  t.field({
    type: groupPayload('unlistGroup'),
    description:
      'Takes a group out of the directory, where every user finds it; who knows of it may join it as before. Its members see it, as done by nobody among them, and who runs it may put it back. Done again, it stands so already.',
    args: { input: t.arg({ type: UnlistGroupInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context) =>
      actOnGroup(context, input.groupId, (groupId) => context.chat.groupAdministration.unlist({ groupId })),
  }),
);

const RemoveFromGroupInput = builder.inputType('RemoveFromGroupInput', {
  description: 'Whom to take out of which group.',
  fields: (t) => ({
    groupId: t.id({ required: true, description: 'Its global id.' }),
    userId: t.id({ required: true, description: 'Theirs.' }),
    ban: t.boolean({ description: 'And keep them from coming in again, which can be done to who is not in it; false by default.' }),
  }),
});

builder.mutationField('removeFromGroup', (t) =>
  t.field({
    type: groupPayload('removeFromGroup'),
    description:
      'Takes somebody out of a group at once, on all nodes. The others see that they were removed, by nobody among them; with the last one out the group is dissolved. Done again, it stands so already. CONFLICT for its owner, who has others in it: setGroupOwner or dissolveGroup first; and for a group that is dissolved.',
    args: { input: t.arg({ type: RemoveFromGroupInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context) =>
      actOnGroup(context, input.groupId, (groupId) =>
        context.chat.groupAdministration.remove({ groupId, userId: inputId('User', input.userId, 'userId'), ban: input.ban ?? false }),
      ),
  }),
);

const SetGroupOwnerInput = builder.inputType('SetGroupOwnerInput', {
  description: 'Whom to give which group.',
  fields: (t) => ({
    groupId: t.id({ required: true, description: 'Its global id.' }),
    userId: t.id({ required: true, description: 'That of the member who is to own it.' }),
  }),
});

builder.mutationField('setGroupOwner', (t) =>
  t.field({
    type: groupPayload('setGroupOwner'),
    description:
      'Makes a member the owner of a group. Who owned it is an admin of it from then on; where that would be one too many, a member. The members see it, as done by nobody among them. Done again, it stands so already. CONFLICT for a group that is dissolved.',
    args: { input: t.arg({ type: SetGroupOwnerInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context) =>
      actOnGroup(context, input.groupId, (groupId) =>
        context.chat.groupAdministration.setOwner({ groupId, userId: inputId('User', input.userId, 'userId') }),
      ),
  }),
);
