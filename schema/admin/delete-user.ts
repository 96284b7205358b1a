import { type DeletedMessages as DeletedMessagesShape, deletedMessages } from '../../src/user/index.ts';
import { builder } from './builder.ts';
import { mutation } from './mutation.ts';
import { actOn, userFields } from './user-payload.ts';

const meanings: Readonly<Record<DeletedMessagesShape, string>> = {
  KEEP: 'The messages stay, without a sender. Messages that nobody else can read are removed.',
  REMOVE: 'All messages are recalled.',
};

const DeletedMessages = builder.enumType('DeletedMessages', {
  description: 'What happens to the messages of a user whose account is erased.',
  values: Object.fromEntries(deletedMessages.map((becomes) => [becomes, { description: meanings[becomes] }])) as Record<
    DeletedMessagesShape,
    { description: string }
  >,
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
