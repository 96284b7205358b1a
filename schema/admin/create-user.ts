import type { User as UserShape } from '../../src/user/index.ts';
import type { AdminContext } from './context.ts';
import { type InputBuilder, mutation } from './mutation.ts';
import { userFields } from './user-payload.ts';

function newUserFields(t: InputBuilder) {
  return {
    handle: t.string({ required: true, description: 'The handle: 3 to 32 of `a-z 0-9 _ . -`. Upper case becomes lower case.' }),
    displayName: t.string({ description: 'The display name: 1 to 64 characters. Defaults to the handle.' }),
    avatarUrl: t.string({ description: 'The profile picture: an http or https URL of up to 2,048 characters.' }),
    bio: t.string({ description: 'The bio: up to 1,000 characters.' }),
    data: t.field({
      type: 'JSONObject',
      description: 'Custom JSON data for clients: an object of up to 1,024 bytes. Everyone who can see the user can see it.',
    }),
  };
}

mutation('createUser', {
  description:
    'Creates an account for a user before they sign in. Others can find them, write to them and add them to groups. Without a subject, nobody can sign in to the account until `linkIdentity` or `resetPassword` is called. Refused with CONFLICT if the handle or the identity belongs to another user.',
  inputDescription: 'The user to create.',
  input: (t) => ({
    ...newUserFields(t),
    subject: t.string({
      description: 'The subject: the `sub` claim of the tokens. Whoever signs in with such a token from the issuer is this user.',
    }),
    issuer: t.string({ description: 'The issuer: the `iss` claim of the tokens. Defaults to IDENTITY_ISSUER.' }),
  }),
  act: (input, context) => make(context, () => context.chat.administration.createUser(input)),
  payload: userFields,
});

mutation('createBot', {
  description:
    'Creates a bot: a user that is a program and authenticates with keys (`createBotKey`) instead of a password. Refused with CONFLICT if the handle belongs to another user.',
  inputDescription: 'The bot to create.',
  input: newUserFields,
  act: (input, context) => make(context, () => context.chat.administration.createBot(input)),
  payload: userFields,
});

async function make({ note }: AdminContext, create: () => Promise<UserShape>) {
  const user = await create();
  note({ target: `User:${user.id}` });
  return { user };
}
