import { inputDescription, type Refusable } from '../errors.ts';
import { inputId } from '../ids.ts';
import { builder } from './builder.ts';
import { settle, withErrors } from './errors.ts';

interface ResetPasswordShape extends Refusable {
  readonly password?: string;
  readonly sessions?: number;
}

const ResetPasswordInput = builder.inputType('ResetPasswordInput', {
  description: 'The user whose password to reset.',
  fields: (t) => ({ userId: t.id({ required: true, description: 'The global ID of the user.' }) }),
});

const ResetPasswordPayload = withErrors(
  builder.objectRef<ResetPasswordShape>('ResetPasswordPayload').implement({
    description: 'The payload of `resetPassword`.',
    fields: (t) => ({
      password: t.exposeString('password', {
        nullable: true,
        description:
          'The new password. It is shown only once. Pass it on to the user and have them change it. Null if the mutation was refused.',
      }),
      sessions: t.exposeInt('sessions', {
        nullable: true,
        description: 'The number of sessions that were ended, or null if the mutation was refused.',
      }),
    }),
  }),
);

builder.mutationField('resetPassword', (t) =>
  t.field({
    type: ResetPasswordPayload,
    description:
      'Sets a new, generated password for a user who has forgotten theirs, and ends all their sessions. Refused with CONFLICT for an admin: use the command line.',
    args: { input: t.arg({ type: ResetPasswordInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { userId } }, { chat, viewer, note }) =>
      settle<ResetPasswordShape>(async () => {
        const { password, ended } = await chat.administration.resetPassword(viewer.userId, { userId: inputId('User', userId, 'userId') });
        note({ after: { sessions: ended.length } });
        return { password, sessions: ended.length };
      }),
  }),
);
