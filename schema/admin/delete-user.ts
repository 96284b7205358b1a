import { type DeletedMessages as DeletedMessagesShape, deletedMessages } from '../../src/user/index.ts';
import { inputDescription } from '../errors.ts';
import { builder } from './builder.ts';
import { actOn, userPayload } from './user-payload.ts';

const meanings: Readonly<Record<DeletedMessagesShape, string>> = {
  KEEP: 'They stay, as those of somebody who is gone.',
  REMOVE: 'They are taken back.',
};

const DeletedMessages = builder.enumType('DeletedMessages', {
  description: 'What becomes of the messages of an account that is erased.',
  values: Object.fromEntries(deletedMessages.map((becomes) => [becomes, { description: meanings[becomes] }])) as Record<
    DeletedMessagesShape,
    { description: string }
  >,
});

const DeleteUserInput = builder.inputType('DeleteUserInput', {
  description: 'Whose account to erase.',
  fields: (t) => ({
    userId: t.id({ required: true, description: 'Their global id.' }),
    messages: t.field({ type: DeletedMessages, required: true, description: 'What becomes of their messages.' }),
  }),
});

builder.mutationField('deleteUser', (t) =>
  t.field({
    type: userPayload('deleteUser'),
    description:
      'Erases an account, as its user would with deleteAccount: profile, password and sessions at once, the rest within minutes. It cannot be undone. CONFLICT for an admin: revokeAdmin first.',
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
