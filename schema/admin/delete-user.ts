import { type DeletedMessages as DeletedMessagesShape, deletedMessages } from '../../src/user/index.ts';
import { inputDescription } from '../errors.ts';
import { builder } from './builder.ts';
import { actOn, userPayload } from './user-payload.ts';

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

const DeleteUserInput = builder.inputType('DeleteUserInput', {
  description: 'The user whose account to erase.',
  fields: (t) => ({
    userId: t.id({ required: true, description: 'The global ID of the user.' }),
    messages: t.field({ type: DeletedMessages, required: true, description: 'What happens to the user’s messages.' }),
  }),
});

builder.mutationField('deleteUser', (t) =>
  t.field({
    type: userPayload('deleteUser'),
    description:
      'Erases an account, as the user would with `deleteAccount`. Profile, password and sessions are erased at once, the rest within minutes. This cannot be undone. Refused with CONFLICT for an admin: call `revokeAdmin` first.',
    args: { input: t.arg({ type: DeleteUserInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { userId, messages } }, context) =>
      actOn(context, userId, async (id) => {
        const { administration } = context.chat;
        const [before] = await administration.standings([id]);
        await administration.erase(context.viewer.userId, { userId: id, messages });
        context.note({ before: { state: before?.state }, after: { state: 'ERASED' } });
      }),
  }),
);
