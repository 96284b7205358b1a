import { builder } from './builder.ts';
import { User, userById } from './user.ts';

builder.queryField('viewer', (t) =>
  t.field({
    type: User,
    description: 'The admin who is signed in.',
    async resolve(_root, _args, context) {
      const user = await userById(context, context.viewer.userId);
      if (user === null) throw new Error('an admin without a row');
      return user;
    },
  }),
);
