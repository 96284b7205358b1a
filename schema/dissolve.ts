import { builder } from './builder.ts';
import { requireViewer } from './context.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { formatId, inputId } from './ids.ts';

const DissolveGroupInput = builder.inputType('DissolveGroupInput', {
  description: 'Which group to dissolve.',
  fields: (t) => ({ groupId: t.id({ required: true, description: 'The group.' }) }),
});

interface DissolveGroupShape extends Refusable {
  readonly groupId?: string;
}

const DissolveGroupPayload = withErrors(
  builder.objectRef<DissolveGroupShape>('DissolveGroupPayload').implement({
    description: 'What came of dissolveGroup.',
    fields: (t) => ({
      groupId: t.exposeID('groupId', { nullable: true, description: 'The group that is no more; null if it was refused.' }),
    }),
  }),
);

builder.mutationField('dissolveGroup', (t) =>
  t.field({
    type: DissolveGroupPayload,
    description:
      'Ends a group for everybody, at once and for good. The others’ devices are told by ConversationClosed within moments, in a large group within a minute or so.',
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
