import type { User as UserShape } from '../../src/user/index.ts';
import { forwardConnection } from '../connection.ts';
import { builder } from './builder.ts';
import { connectionOf } from './page.ts';
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
    description: 'Users, who signed up last first; with a search, in its order.',
    args: {
      search: t.arg.string({
        description: 'Beginnings of handle and words of the display name, as anybody searches; who is erased is found by none.',
      }),
      state: t.arg({ type: UserState, description: 'Only those who stand so.' }),
      first: t.arg.int({ description: 'How many, 1 to 100; 50 by default.' }),
      after: t.arg.string({ description: 'A cursor to go on from.' }),
    },
    resolve: (_root, { search, state, ...args }, { chat }) =>
      forwardConnection(args, {
        order: search === null || search === undefined ? 'userId' : 'user',
        read: (page) => chat.administration.list({ search: search ?? undefined, state: state ?? undefined }, page),
        node: ({ user }) => user,
      }),
  }),
);
