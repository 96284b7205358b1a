import type { Viewer as ViewerShape } from '../src/user/index.ts';
import { builder } from './builder.ts';
import { presentUser } from './node.ts';
import { readFirst } from './operation.ts';
import { User } from './user.ts';

/** The signed-in user. Other files add their fields. */
export const Viewer = builder.objectRef<ViewerShape>('Viewer').implement({
  description: 'The signed-in user, and what only they see.',
  fields: (t) => ({
    user: t.field({
      type: User,
      description: 'The viewer as others see them.',
      resolve: ({ userId }, _args, context) => presentUser(context, userId),
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: Viewer,
    nullable: true,
    description: 'The signed-in user, or null if nobody is signed in.',
    async resolve(_root, _args, context, info) {
      await readFirst(context, info);
      return context.scope.viewer;
    },
  }),
);

/** What the payload of a mutation says of its `viewer`. */
export const currentViewer = {
  type: Viewer,
  nullable: true,
  description: 'The viewer in their current state, or null if the mutation was refused.',
} as const;
