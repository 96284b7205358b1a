import { inputId } from '../ids.ts';
import { mutation } from './mutation.ts';

mutation('disconnectUser', {
  description:
    'Closes all connections of a user, on all nodes. Without `endSessions` they are closed with 4511, and clients reconnect at once. With `endSessions` they are closed with 4401, and the user has to sign in again.',
  inputDescription: 'The user to disconnect.',
  input: (t) => ({
    userId: t.id({ required: true, description: 'The global ID of the user.' }),
    endSessions: t.boolean({ description: 'If true, all sessions of the user are ended too. Defaults to false.' }),
  }),
  async act({ userId, endSessions }, { chat, viewer, note }) {
    const wanted = { userId: inputId('User', userId, 'userId'), endSessions: endSessions ?? false };
    const after = await chat.oversight.disconnect(viewer.userId, wanted);
    note({ after });
    return after;
  },
  payload: (t) => ({
    connections: t.exposeInt('connections', {
      nullable: true,
      description:
        'The number of connections that were told to close. Null if it is not known because Redis is away, or if the mutation was refused.',
    }),
    sessions: t.exposeInt('sessions', {
      nullable: true,
      description: 'The number of sessions that were ended, or null if the mutation was refused.',
    }),
  }),
});
