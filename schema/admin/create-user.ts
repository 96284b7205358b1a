import type { User as UserShape } from '../../src/user/index.ts';
import { inputDescription } from '../errors.ts';
import { builder } from './builder.ts';
import type { AdminContext } from './context.ts';
import { settle } from './errors.ts';
import { type UserPayload, userPayload } from './user-payload.ts';

const called = {
  handle: 'The handle: 3 to 32 of `a-z 0-9 _ . -`. Upper case becomes lower case.',
  displayName: 'The display name: 1 to 64 characters. Defaults to the handle.',
  avatarUrl: 'The profile picture: an http or https URL of up to 2,048 characters.',
  bio: 'The bio: up to 1,000 characters.',
  data: 'Custom JSON data for clients: an object of up to 1,024 bytes. Everyone who can see the user can see it.',
} as const;

const CreateUserInput = builder.inputType('CreateUserInput', {
  description: 'The user to create.',
  fields: (t) => ({
    handle: t.string({ required: true, description: called.handle }),
    displayName: t.string({ description: called.displayName }),
    avatarUrl: t.string({ description: called.avatarUrl }),
    bio: t.string({ description: called.bio }),
    data: t.field({ type: 'JSONObject', description: called.data }),
    subject: t.string({
      description: 'The subject: the `sub` claim of the tokens. Whoever signs in with such a token from the issuer is this user.',
    }),
    issuer: t.string({ description: 'The issuer: the `iss` claim of the tokens. Defaults to IDENTITY_ISSUER.' }),
  }),
});

builder.mutationField('createUser', (t) =>
  t.field({
    type: userPayload('createUser'),
    description:
      'Creates an account for a user before they sign in. Others can find them, write to them and add them to groups. Without a subject, nobody can sign in to the account until `linkIdentity` or `resetPassword` is called. Refused with CONFLICT if the handle or the identity belongs to another user.',
    args: { input: t.arg({ type: CreateUserInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context) => make(context, () => context.chat.administration.createUser(input)),
  }),
);

const CreateBotInput = builder.inputType('CreateBotInput', {
  description: 'The bot to create.',
  fields: (t) => ({
    handle: t.string({ required: true, description: called.handle }),
    displayName: t.string({ description: called.displayName }),
    avatarUrl: t.string({ description: called.avatarUrl }),
    bio: t.string({ description: called.bio }),
    data: t.field({ type: 'JSONObject', description: called.data }),
  }),
});

builder.mutationField('createBot', (t) =>
  t.field({
    type: userPayload('createBot'),
    description:
      'Creates a bot: a user that is a program and authenticates with keys (`createBotKey`) instead of a password. Refused with CONFLICT if the handle belongs to another user.',
    args: { input: t.arg({ type: CreateBotInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context) => make(context, () => context.chat.administration.createBot(input)),
  }),
);

function make({ note }: AdminContext, create: () => Promise<UserShape>) {
  return settle<UserPayload>(async () => {
    const user = await create();
    note({ target: `User:${user.id}` });
    return { user };
  });
}
