import { inputDescription } from '../errors.ts';
import { builder } from './builder.ts';
import { actOn, userPayload } from './user-payload.ts';

function identityInput(name: string, description: string) {
  return builder.inputType(name, {
    description,
    fields: (t) => ({
      userId: t.id({ required: true, description: 'Their global id.' }),
      subject: t.string({ required: true, description: 'Who they are there: `sub` of its tokens.' }),
      issuer: t.string({ description: 'Whose account it is: `iss` of its tokens; IDENTITY_ISSUER by default.' }),
    }),
  });
}

const LinkIdentityInput = identityInput('LinkIdentityInput', 'Who is to sign in by which account.');

builder.mutationField('linkIdentity', (t) =>
  t.field({
    type: userPayload('linkIdentity'),
    description:
      'Lets a user sign in by an account that they have elsewhere, as signInWithToken does. Done again, it stands so already. CONFLICT where somebody else signs in by it, and for an admin, for whom only the command line does it.',
    args: { input: t.arg({ type: LinkIdentityInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { userId, subject, issuer } }, context) =>
      actOn(context, userId, async (id) => {
        const linked = await context.chat.administration.link(context.viewer.userId, { userId: id, subject, issuer });
        context.note({ after: { linked } });
      }),
  }),
);

const UnlinkIdentityInput = identityInput('UnlinkIdentityInput', 'Who is to sign in by which account no more.');

builder.mutationField('unlinkIdentity', (t) =>
  t.field({
    type: userPayload('unlinkIdentity'),
    description:
      'Takes from a user an account elsewhere by which they sign in: whoever signs in by it is somebody new. Their sessions go on; disconnectUser ends them. Done again, it stands so already. CONFLICT for an admin, as linkIdentity.',
    args: { input: t.arg({ type: UnlinkIdentityInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { userId, subject, issuer } }, context) =>
      actOn(context, userId, async (id) => {
        const unlinked = await context.chat.administration.unlink(context.viewer.userId, { userId: id, subject, issuer });
        context.note({ after: { unlinked } });
      }),
  }),
);
