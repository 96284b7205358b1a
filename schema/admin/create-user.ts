import type { User as UserShape } from '../../src/user/index.ts';
import { inputDescription } from '../errors.ts';
import { builder } from './builder.ts';
import type { AdminContext } from './context.ts';
import { settle } from './errors.ts';
import { type UserPayload, userPayload } from './user-payload.ts';

const called = {
  handle: '3 to 32 of `a-z 0-9 _ . -`; upper case is lowered.',
  displayName: '1 to 64 characters; absent: the handle.',
  avatarUrl: 'An http or https address of up to 2,048 characters.',
  bio: 'Up to 1,000 characters.',
  data: 'An object for clients to read, of up to 1,024 bytes: everybody who sees them sees it.',
} as const;

const CreateUserInput = builder.inputType('CreateUserInput', {
  description: 'Whom to make an account for.',
  fields: (t) => ({
    handle: t.string({ required: true, description: called.handle }),
    displayName: t.string({ description: called.displayName }),
    avatarUrl: t.string({ description: called.avatarUrl }),
    bio: t.string({ description: called.bio }),
    data: t.field({ type: 'JSONObject', description: called.data }),
    subject: t.string({ description: 'Who they are elsewhere, `sub` of its tokens: whoever signs in so is them.' }),
    issuer: t.string({ description: 'Whose account that is, `iss` of its tokens; IDENTITY_ISSUER by default.' }),
  }),
});

builder.mutationField('createUser', (t) =>
  t.field({
    type: userPayload('createUser'),
    description:
      'Makes an account for somebody before they come: they can be found, written to and added to groups. Without a subject nobody can sign in to it before linkIdentity or resetPassword. CONFLICT where the handle, or the account elsewhere, is somebody’s.',
    args: { input: t.arg({ type: CreateUserInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context) => make(context, () => context.chat.administration.createUser(input)),
  }),
);

const CreateBotInput = builder.inputType('CreateBotInput', {
  description: 'What a bot is to be called.',
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
      'Makes a bot: a user that is a program, and comes by keys (createBotKey) in place of a password. CONFLICT where the handle is somebody’s.',
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
