import type { DeletedMessages as DeletedMessagesShape } from '../../src/user/index.ts';
import { builder } from './builder.ts';
import { mutation } from './mutation.ts';
import { actOn, userFields } from './user-payload.ts';

const DeletedMessages = builder.enumType('DeletedMessages', {
  description: 'What happens to the messages of a user whose account is erased.',
  values: {
    KEEP: { description: 'The messages stay, without a sender. Messages that nobody else can read are removed.' },
    REMOVE: { description: 'All messages are recalled.' },
  } satisfies Record<DeletedMessagesShape, unknown>,
});

mutation('deleteUser', {
  description:
    'Erases an account, as the user would with `deleteAccount`. Profile, password and sessions are erased at once, the rest within minutes. This cannot be undone. Refused with CONFLICT for an admin: call `revokeAdmin` first.',
  inputDescription: 'The user whose account to erase.',
  input: (t) => ({
    userId: t.id({ required: true, description: 'The global ID of the user.' }),
    messages: t.field({ type: DeletedMessages, required: true, description: 'What happens to the user’s messages.' }),
  }),
  act: ({ userId, messages }, context) =>
    actOn(context, userId, async (id) => {
      const { administration } = context.chat;
      const [before] = await administration.standings([id]);
      await administration.erase(context.viewer.userId, { userId: id, messages });
      context.note({ before: { state: before?.state }, after: { state: 'ERASED' } });
    }),
  payload: userFields,
});
