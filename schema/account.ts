import type { deletedMessages } from '../src/user/index.ts';
import { builder } from './builder.ts';
import { requireViewer } from './context.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { formatId } from './ids.ts';

const DeletedMessages = builder.enumType('DeletedMessages', {
  description: 'What becomes of the messages of an account that is erased.',
  values: {
    KEEP: { description: 'They stay, without a sender. What nobody else can read goes.' },
    REMOVE: { description: 'They are all taken back, as recallMessage does.' },
  } satisfies Record<(typeof deletedMessages)[number], unknown>,
});

const DeleteAccountInput = builder.inputType('DeleteAccountInput', {
  description: 'That it is meant, and what becomes of what was said.',
  fields: (t) => ({
    password: t.string({ required: true, description: 'The viewer’s password.' }),
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
      'Erases the viewer’s account for good. Profile, password and sessions are gone with the answer, and all sockets close (4401); contacts, requests and blocks end, groups are left or handed on, and messages stay or go, right after. A wrong password is INVALID_CREDENTIALS, and counts like a failed sign-in.',
    args: { input: t.arg({ type: DeleteAccountInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        await context.chat.users.erase(viewer, { ...input, address: context.address });
        return { userId: formatId('User', viewer.userId) };
      }),
  }),
);
