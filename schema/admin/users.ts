import type { User as UserShape } from '../../src/user/index.ts';
import { forwardConnection } from '../connection.ts';
import { builder } from './builder.ts';
import { connectionOf, forwardArgs } from './page.ts';
import { User } from './user.ts';
import { UserState } from './user-standing.ts';

/** A page of users. */
export const UserConnection = connectionOf<UserShape>('User', {
  of: 'A user',
  list: 'users',
  node: (t) => t.field({ type: User, description: 'The user.', resolve: ({ node }) => node }),
});

builder.queryField('users', (t) =>
  t.field({
    type: UserConnection,
    description: 'The users, most recent sign-up first. With a search, they are in the order of the search.',
    args: {
      search: t.arg.string({
        description:
          'Only users who match this text by the beginnings of their handle and of words in their display name, as in the public schema. Up to 200 characters. Erased accounts are never found.',
      }),
      state: t.arg({ type: UserState, description: 'Only users whose account is in this state. Defaults to all states.' }),
      ...forwardArgs(),
    },
    resolve: (_root, { search, state, ...args }, { chat }) =>
      forwardConnection(args, {
        order: search === null || search === undefined ? 'userId' : 'user',
        read: (page) => chat.administration.list({ search: search ?? undefined, state: state ?? undefined }, page),
        node: ({ user }) => user,
      }),
  }),
);
