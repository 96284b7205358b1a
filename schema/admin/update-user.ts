import { inputDescription } from '../errors.ts';
import { builder } from './builder.ts';
import { actOn, userPayload } from './user-payload.ts';

const UpdateUserInput = builder.inputType('UpdateUserInput', {
  description: 'What to change about somebody: absent leaves it as it is, null clears it.',
  fields: (t) => ({
    userId: t.id({ required: true, description: 'Their global id.' }),
    handle: t.string({ description: '3 to 32 of `a-z 0-9 _ . -`; null leaves it as it is, too.' }),
    displayName: t.string({ description: '1 to 64 characters; null: the handle.' }),
    avatarUrl: t.string({ description: 'An http or https address of up to 2,048 characters.' }),
    bio: t.string({ description: 'Up to 1,000 characters.' }),
    data: t.field({
      type: 'JSONObject',
      description: 'An object for clients to read, of up to 1,024 bytes, in the place of the one that is there.',
    }),
  }),
});

builder.mutationField('updateUser', (t) =>
  t.field({
    type: userPayload('updateUser'),
    description:
      'Changes what somebody, or a bot, is called and says of themselves, on all nodes at once. A handle that they had is kept for them as if they had changed it. CONFLICT where the handle is somebody’s, and for an admin, for whom only the command line does it.',
    args: { input: t.arg({ type: UpdateUserInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { userId, ...change } }, context) =>
      actOn(context, userId, async (id) => {
        context.note(await context.chat.administration.update(context.viewer.userId, { userId: id, ...change }));
      }),
  }),
);
