import { inputDescription } from '../errors.ts';
import { builder } from './builder.ts';
import { actOn, userPayload } from './user-payload.ts';

function identityInput(name: string, description: string) {
  return builder.inputType(name, {
    description,
    fields: (t) => ({
      userId: t.id({ required: true, description: 'The global ID of the user.' }),
      subject: t.string({ required: true, description: 'The subject: the `sub` claim of the tokens.' }),
      issuer: t.string({ description: 'The issuer: the `iss` claim of the tokens. Defaults to IDENTITY_ISSUER.' }),
    }),
  });
}

const LinkIdentityInput = identityInput('LinkIdentityInput', 'The user and the identity to link.');

builder.mutationField('linkIdentity', (t) =>
  t.field({
    type: userPayload('linkIdentity'),
    description:
      'Links an identity at an identity provider to a user, who can then sign in with it (`signInWithToken`). Repeating it has no further effect. Refused with CONFLICT if another user signs in with it, and for an admin: use the command line.',
    args: { input: t.arg({ type: LinkIdentityInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { userId, subject, issuer } }, context) =>
      actOn(context, userId, async (id) => {
        const linked = await context.chat.administration.link(context.viewer.userId, { userId: id, subject, issuer });
        context.note({ after: { linked } });
      }),
  }),
);

const UnlinkIdentityInput = identityInput('UnlinkIdentityInput', 'The user and the identity to unlink.');

builder.mutationField('unlinkIdentity', (t) =>
  t.field({
    type: userPayload('unlinkIdentity'),
    description:
      'Unlinks an identity at an identity provider from a user. Whoever signs in with it afterwards is a new user. The user’s sessions continue; `disconnectUser` ends them. Repeating it has no further effect. Refused with CONFLICT for an admin: use the command line.',
    args: { input: t.arg({ type: UnlinkIdentityInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { userId, subject, issuer } }, context) =>
      actOn(context, userId, async (id) => {
        const unlinked = await context.chat.administration.unlink(context.viewer.userId, { userId: id, subject, issuer });
        context.note({ after: { unlinked } });
      }),
  }),
);
