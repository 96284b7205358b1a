import type { Disconnected } from '../../src/oversight/index.ts';
import { inputDescription, type Refusable } from '../errors.ts';
import { inputId } from '../ids.ts';
import { builder } from './builder.ts';
import { settle, withErrors } from './errors.ts';

type DisconnectUserShape = Refusable & Partial<Disconnected>;

const DisconnectUserInput = builder.inputType('DisconnectUserInput', {
  description: 'The user to disconnect.',
  fields: (t) => ({
    userId: t.id({ required: true, description: 'The global ID of the user.' }),
    endSessions: t.boolean({ description: 'If true, all sessions of the user are ended too. Defaults to false.' }),
  }),
});

const DisconnectUserPayload = withErrors(
  builder.objectRef<DisconnectUserShape>('DisconnectUserPayload').implement({
    description: 'The payload of `disconnectUser`.',
    fields: (t) => ({
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
  }),
);

builder.mutationField('disconnectUser', (t) =>
  t.field({
    type: DisconnectUserPayload,
    description:
      'Closes all connections of a user, on all nodes. Without `endSessions` they are closed with 4511, and clients reconnect at once. With `endSessions` they are closed with 4401, and the user has to sign in again.',
    args: { input: t.arg({ type: DisconnectUserInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { userId, endSessions } }, { chat, viewer, note }) =>
      settle<DisconnectUserShape>(async () => {
        const wanted = { userId: inputId('User', userId, 'userId'), endSessions: endSessions ?? false };
        const after = await chat.oversight.disconnect(viewer.userId, wanted);
        note({ after });
        return after;
      }),
  }),
);
