import type { deletedMessages } from '../src/user/index.ts';
import { builder } from './builder.ts';
import { requireViewer } from './context.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { formatId } from './ids.ts';
import { Viewer } from './viewer.ts';

const DeletedMessages = builder.enumType('DeletedMessages', {
  description: 'What becomes of the messages of an account that is erased.',
  values: {
    KEEP: { description: 'They stay, without a sender. What nobody else can read goes.' },
    REMOVE: { description: 'They are all taken back, as recallMessage does.' },
  } satisfies Record<(typeof deletedMessages)[number], unknown>,
});

builder.objectField(Viewer, 'hasPassword', (t) =>
  t.boolean({
    description: 'Whether the viewer has a password; who signs in with the tokens of others has none.',
    resolve: (viewer, _args, { chat }) => chat.users.hasPassword(viewer),
  }),
);

const DeleteAccountInput = builder.inputType('DeleteAccountInput', {
  description: 'That it is meant, and what becomes of what was said.',
  fields: (t) => ({
    password: t.string({ description: 'The viewer’s password; or a token.' }),
    token: t.string({
      description: 'Instead of a password: a token of theirs as of signInWithToken, made within the last five minutes.',
    }),
    messages: t.field({ type: DeletedMessages, required: true, description: 'What becomes of the viewer’s messages.' }),
  }),
});

interface DeleteAccountShape extends Refusable {
  readonly userId?: string;
}

const DeleteAccountPayload = withErrors(
  builder.objectRef<DeleteAccountShape>('DeleteAccountPayload').implement({
    description: 'What came of deleteAccount.',
    fields: (t) => ({
      userId: t.exposeID('userId', { nullable: true, description: 'The account that is erased; null if it was refused.' }),
    }),
  }),
);

builder.mutationField('deleteAccount', (t) =>
  t.field({
    type: DeleteAccountPayload,
    description:
      'Erases the viewer’s account for good. Profile, password and sessions are gone with the answer, and all sockets close (4401); contacts, requests and blocks end, groups are left or handed on, and messages stay or go, right after. A wrong password or token is INVALID_CREDENTIALS, and counts like a failed sign-in.',
    args: { input: t.arg({ type: DeleteAccountInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        await context.chat.users.erase(viewer, { ...input, address: context.address });
        return { userId: formatId('User', viewer.userId) };
      }),
  }),
);
