import { mutation } from './mutation.ts';
import { actOn, userFields } from './user-payload.ts';

mutation('suspendUser', {
  description:
    'Suspends a user: ends all their sessions, and refuses to sign them in or refresh their tokens with SUSPENDED. They stay a member of their conversations, and messages to them are stored. Others see them as offline, and nothing else. Repeating it replaces the reason and the end. Refused with CONFLICT for an admin: call `revokeAdmin` first.',
  inputDescription: 'The user to suspend, and the reason.',
  input: (t) => ({
    userId: t.id({ required: true, description: 'The global ID of the user.' }),
    reason: t.string({
      required: true,
      description: 'The reason, which the user is told when they try to sign in: one line of 1 to 500 characters.',
    }),
    until: t.field({
      type: 'DateTime',
      description: 'When the suspension ends, which must be in the future. If null, it lasts until the user is restored.',
    }),
  }),
  act: ({ userId, reason, until }, context) =>
    actOn(context, userId, async (id) => {
      const { before, after } = await context.chat.administration.suspend(context.viewer.userId, { userId: id, reason, until });
      context.note({ before, after });
    }),
  payload: userFields,
});

mutation('restoreUser', {
  description: 'Ends the suspension of a user, who can then sign in again. Repeating it has no further effect.',
  inputDescription: 'The user to restore.',
  input: (t) => ({ userId: t.id({ required: true, description: 'The global ID of the user.' }) }),
  act: ({ userId }, context) =>
    actOn(context, userId, async (id) => {
      const { before, after } = await context.chat.administration.restore({ userId: id });
      context.note({ before, after });
    }),
  payload: userFields,
});
