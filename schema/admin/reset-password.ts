import { inputId } from '../ids.ts';
import { mutation } from './mutation.ts';

mutation('resetPassword', {
  description:
    'Sets a new, generated password for a user who has forgotten theirs, and ends all their sessions. Refused with CONFLICT for an admin: use the command line.',
  inputDescription: 'The user whose password to reset.',
  input: (t) => ({ userId: t.id({ required: true, description: 'The global ID of the user.' }) }),
  async act({ userId }, { chat, viewer, note }) {
    const { password, ended } = await chat.administration.resetPassword(viewer.userId, { userId: inputId('User', userId, 'userId') });
    note({ after: { sessions: ended.length } });
    return { password, sessions: ended.length };
  },
  payload: (t) => ({
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
});
