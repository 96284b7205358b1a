import { builder } from './builder.ts';
import { requireViewer } from './context.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { formatId, inputId } from './ids.ts';

const DissolveGroupInput = builder.inputType('DissolveGroupInput', {
  description: 'The input of `dissolveGroup`.',
  fields: (t) => ({ groupId: t.id({ required: true, description: 'The ID of the group.' }) }),
});

interface DissolveGroupShape extends Refusable {
  readonly groupId?: string;
}

const DissolveGroupPayload = withErrors(
  builder.objectRef<DissolveGroupShape>('DissolveGroupPayload').implement({
    description: 'The payload of `dissolveGroup`.',
    fields: (t) => ({
      groupId: t.exposeID('groupId', {
        nullable: true,
        description: 'The ID of the dissolved group, or null if the mutation was refused.',
      }),
    }),
  }),
);

builder.mutationField('dissolveGroup', (t) =>
  t.field({
    type: DissolveGroupPayload,
    description:
      'Dissolves a group for everyone, immediately and permanently. Only the owner can do this. The other members’ devices receive `ConversationClosed` within moments, in a large group within about a minute.',
    args: { input: t.arg({ type: DissolveGroupInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const groupId = inputId('Conversation', input.groupId, 'groupId');
        await context.chat.groups.dissolve(viewer, { groupId });
        return { groupId: formatId('Conversation', groupId) };
      }),
  }),
);
