import { inputDescription, type Refusable } from '../errors.ts';
import { inputId } from '../ids.ts';
import { builder } from './builder.ts';
import { settle, withErrors } from './errors.ts';

interface ResetPasswordShape extends Refusable {
  readonly password?: string;
  readonly sessions?: number;
}

const ResetPasswordInput = builder.inputType('ResetPasswordInput', {
  description: 'Whose password to reset.',
  fields: (t) => ({ userId: t.id({ required: true, description: 'Their global id.' }) }),
});

const ResetPasswordPayload = withErrors(
  builder.objectRef<ResetPasswordShape>('ResetPasswordPayload').implement({
    description: 'What came of resetPassword.',
    fields: (t) => ({
      password: t.exposeString('password', {
        nullable: true,
        description:
          'The new password, which is told this once and stands nowhere: hand it over, and have them change it. Null if it was refused.',
      }),
      sessions: t.exposeInt('sessions', { nullable: true, description: 'How many sessions have ended; null if it was refused.' }),
    }),
  }),
);

builder.mutationField('resetPassword', (t) =>
  t.field({
    type: ResetPasswordPayload,
    description:
      'Gives somebody who has forgotten theirs a new password that is made up, and signs them out everywhere. CONFLICT for an admin, whose password only the command line resets.',
    args: { input: t.arg({ type: ResetPasswordInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { userId } }, { chat, viewer, note }) =>
      settle<ResetPasswordShape>(async () => {
        const { password, ended } = await chat.administration.resetPassword(viewer.userId, { userId: inputId('User', userId, 'userId') });
        note({ after: { sessions: ended.length } });
        return { password, sessions: ended.length };
      }),
  }),
);
