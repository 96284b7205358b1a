import { inputDescription } from '../errors.ts';
import { builder } from './builder.ts';
import { actOn, userPayload } from './user-payload.ts';

const SuspendUserInput = builder.inputType('SuspendUserInput', {
  description: 'Whom to suspend, and why.',
  fields: (t) => ({
    userId: t.id({ required: true, description: 'Their global id.' }),
    reason: t.string({ required: true, description: 'They are told it when they try to sign in: a line of 1 to 500 characters.' }),
    until: t.field({ type: 'DateTime', description: 'When it ends by itself; null: when they are restored.' }),
  }),
});

builder.mutationField('suspendUser', (t) =>
  t.field({
    type: userPayload('suspendUser'),
    description:
      'Signs a user out everywhere, and lets them neither sign in nor refresh a token: SUSPENDED. They stay where they are a member, and what is sent to them is stored; others see them as offline, and nothing else. Done again, another reason and end are in force. CONFLICT for an admin: revokeAdmin first.',
    args: { input: t.arg({ type: SuspendUserInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { userId, reason, until } }, context) =>
      actOn(context, userId, async (id) => {
        const { before, after } = await context.chat.administration.suspend(context.viewer.userId, { userId: id, reason, until });
        context.note({ before, after });
      }),
  }),
);

const RestoreUserInput = builder.inputType('RestoreUserInput', {
  description: 'Whom to restore.',
  fields: (t) => ({ userId: t.id({ required: true, description: 'Their global id.' }) }),
});

builder.mutationField('restoreUser', (t) =>
  t.field({
    type: userPayload('restoreUser'),
    description: 'Ends a suspension: they may sign in again. Done again, it stands so already.',
    args: { input: t.arg({ type: RestoreUserInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { userId } }, context) =>
      actOn(context, userId, async (id) => {
        const { before, after } = await context.chat.administration.restore({ userId: id });
        context.note({ before, after });
      }),
  }),
);
