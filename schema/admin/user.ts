import type { User as UserShape } from '../../src/user/index.ts';
import { formatId } from '../ids.ts';
import { builder } from './builder.ts';
import type { AdminContext } from './context.ts';

/** A user. */
export const User = builder.objectRef<UserShape>('User').implement({
  description: 'A user or a bot.',
  fields: (t) => ({
    id: t.id({ description: 'The global ID of the user, the same as in the public schema.', resolve: ({ id }) => formatId('User', id) }),
    handle: t.exposeString('handle', {
      description: 'The handle of the user. An erased account has one that nobody can take.',
    }),
    displayName: t.exposeString('displayName', { description: 'The display name of the user. Empty if the account was erased.' }),
    data: t.expose('data', {
      type: 'JSONObject',
      nullable: true,
      description: 'Custom JSON data for clients, which operators set, or null if there is none.',
    }),
    isBot: t.exposeBoolean('bot', {
      description: 'Whether the user is a bot: a program that authenticates with keys instead of a password.',
    }),
  }),
});

/** Returns the user with an id, or null if there never was one. */
export async function userById({ chat }: AdminContext, id: bigint): Promise<UserShape | null> {
  const [user = null] = await chat.users.byIds([id]);
  return user;
}

builder.queryField('user', (t) =>
  t.field({
    type: User,
    nullable: true,
    description: 'The user with the given handle, or null if there is none.',
    args: { handle: t.arg.string({ required: true, description: 'The handle of the user. Case is ignored.' }) },
    resolve: (_root, { handle }, { chat }) => chat.users.byHandle(handle),
  }),
);

builder.queryField('userByIdentity', (t) =>
  t.field({
    type: User,
    nullable: true,
    description: 'The user who signs in with the given identity, or null if there is none yet.',
    args: {
      subject: t.arg.string({ required: true, description: 'The subject: the `sub` claim of the tokens.' }),
      issuer: t.arg.string({ description: 'The issuer: the `iss` claim of the tokens. Defaults to IDENTITY_ISSUER.' }),
    },
    resolve: (_root, { subject, issuer }, { chat }) => chat.administration.byIdentity({ subject, issuer }),
  }),
);
