import type { User as UserShape } from '../../src/user/index.ts';
import { formatId } from '../ids.ts';
import { builder } from './builder.ts';
import type { AdminContext } from './context.ts';

/** Somebody. */
export const User = builder.objectRef<UserShape>('User').implement({
  description: 'Somebody who uses the system, or a bot.',
  fields: (t) => ({
    id: t.id({ description: 'Their global id, the same as in the public schema.', resolve: ({ id }) => formatId('User', id) }),
    handle: t.exposeString('handle', {
      description: 'What they are found by; of an account that is erased, a handle that nobody can have.',
    }),
    displayName: t.exposeString('displayName', { description: 'What they are called; empty for an account that is erased.' }),
    data: t.expose('data', { type: 'JSONObject', nullable: true, description: 'What was put on them for clients; null: nothing.' }),
    isBot: t.exposeBoolean('bot', { description: 'Whether they are a program, which comes by keys in place of a password.' }),
  }),
});

/** Who has this id; null: there never was anybody. */
export async function userById({ chat }: AdminContext, id: bigint): Promise<UserShape | null> {
  const [user = null] = await chat.users.byIds([id]);
  return user;
}

builder.queryField('user', (t) =>
  t.field({
    type: User,
    nullable: true,
    description: 'Who has a handle; null: nobody.',
    args: { handle: t.arg.string({ required: true, description: 'Their handle; case does not matter.' }) },
    resolve: (_root, { handle }, { chat }) => chat.users.byHandle(handle),
  }),
);

builder.queryField('userByIdentity', (t) =>
  t.field({
    type: User,
    nullable: true,
    description: 'Who signs in by an account elsewhere; null: nobody so far.',
    args: {
      subject: t.arg.string({ required: true, description: 'Who they are there: `sub` of its tokens.' }),
      issuer: t.arg.string({ description: 'Whose account it is: `iss` of its tokens; IDENTITY_ISSUER by default.' }),
    },
    resolve: (_root, { subject, issuer }, { chat }) => chat.administration.byIdentity({ subject, issuer }),
  }),
);
