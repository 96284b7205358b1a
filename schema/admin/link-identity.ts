import { type InputBuilder, mutation } from './mutation.ts';
import { actOn, userFields } from './user-payload.ts';

function identityFields(t: InputBuilder) {
  return {
    userId: t.id({ required: true, description: 'The global ID of the user.' }),
    subject: t.string({ required: true, description: 'The subject: the `sub` claim of the tokens.' }),
    issuer: t.string({ description: 'The issuer: the `iss` claim of the tokens. Defaults to IDENTITY_ISSUER.' }),
  };
}

mutation('linkIdentity', {
  description:
    'Links an identity at an identity provider to a user, who can then sign in with it (`signInWithToken`). Repeating it has no further effect. Refused with CONFLICT if another user signs in with it, and for an admin: use the command line.',
  inputDescription: 'The user and the identity to link.',
  input: identityFields,
  act: ({ userId, subject, issuer }, context) =>
    actOn(context, userId, async (id) => {
      const linked = await context.chat.administration.link(context.viewer.userId, { userId: id, subject, issuer });
      context.note({ after: { linked } });
    }),
  payload: userFields,
});

mutation('unlinkIdentity', {
  description:
    'Unlinks an identity at an identity provider from a user. Whoever signs in with it afterwards is a new user. The user’s sessions continue; `disconnectUser` ends them. Repeating it has no further effect. Refused with CONFLICT for an admin: use the command line.',
  inputDescription: 'The user and the identity to unlink.',
  input: identityFields,
  act: ({ userId, subject, issuer }, context) =>
    actOn(context, userId, async (id) => {
      const unlinked = await context.chat.administration.unlink(context.viewer.userId, { userId: id, subject, issuer });
      context.note({ after: { unlinked } });
    }),
  payload: userFields,
});
