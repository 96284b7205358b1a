import type { Disconnected } from '../../src/oversight/index.ts';
import { inputDescription, type Refusable } from '../errors.ts';
import { inputId } from '../ids.ts';
import { builder } from './builder.ts';
import { settle, withErrors } from './errors.ts';

type DisconnectUserShape = Refusable & Partial<Disconnected>;

const DisconnectUserInput = builder.inputType('DisconnectUserInput', {
  description: 'Whom to disconnect.',
  fields: (t) => ({
    userId: t.id({ required: true, description: 'Their global id.' }),
    endSessions: t.boolean({ description: 'Sign them out on all devices as well; false by default.' }),
  }),
});

const DisconnectUserPayload = withErrors(
  builder.objectRef<DisconnectUserShape>('DisconnectUserPayload').implement({
    description: 'What came of disconnectUser.',
    fields: (t) => ({
      connections: t.exposeInt('connections', {
        nullable: true,
        description: 'How many connections they had, which are told to close; null: not known, as Redis is away, or it was refused.',
      }),
      sessions: t.exposeInt('sessions', { nullable: true, description: 'How many sessions have ended; null if it was refused.' }),
    }),
  }),
);

builder.mutationField('disconnectUser', (t) =>
  t.field({
    type: DisconnectUserPayload,
    description:
      'Closes all of a user’s connections, on all nodes. By itself (4511) their clients come back at once; with `endSessions` (4401) nobody comes back who does not sign in anew.',
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
