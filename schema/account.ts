import type { deletedMessages } from '../src/user/index.ts';
import { builder } from './builder.ts';
import { formatId } from './ids.ts';
import { mutation } from './mutation.ts';
import { Viewer } from './viewer.ts';

const DeletedMessages = builder.enumType('DeletedMessages', {
  description: 'What happens to a user’s messages when their account is erased.',
  values: {
    KEEP: { description: 'The messages stay, without a sender. Messages that nobody else can read are removed.' },
    REMOVE: { description: 'All messages are recalled, as by `recallMessage`.' },
  } satisfies Record<(typeof deletedMessages)[number], unknown>,
});

builder.objectField(Viewer, 'hasPassword', (t) =>
  t.boolean({
    description: 'Whether the viewer has a password. A user who signs in with tokens (`signInWithToken`) has none.',
    resolve: (viewer, _args, { chat, scope }) => scope.loaders.ownPage('hasPassword', () => chat.users.hasPassword(viewer)),
  }),
);

mutation('deleteAccount', {
  description:
    'Erases the viewer’s account permanently. When the mutation returns, the profile, password and sessions are gone, and all sockets close with code 4401. Right afterwards, contacts, requests and blocks end, the viewer leaves their groups or passes them on, and their messages are kept or removed. A wrong password or token is refused with INVALID_CREDENTIALS and counts as a failed sign-in.',
  inputDescription: 'The input of `deleteAccount`. Exactly one of `password` and `token` is required.',
  input: (t) => ({
    password: t.string({ description: 'The viewer’s password.' }),
    token: t.string({
      description: 'A token as for `signInWithToken`, issued to the viewer within the last five minutes. Use it instead of `password`.',
    }),
    messages: t.field({ type: DeletedMessages, required: true, description: 'What happens to the viewer’s messages.' }),
  }),
  async act(viewer, input, context) {
    await context.chat.users.erase(viewer, { ...input, address: context.address });
    return { userId: formatId('User', viewer.userId) };
  },
  payload: (t) => ({
    userId: t.exposeID('userId', { nullable: true, description: 'The ID of the erased account, or null if the mutation was refused.' }),
  }),
});
