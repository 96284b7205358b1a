import type { User as UserShape } from '../src/user/index.ts';
import { accountEventInterfaces as interfaces } from './account-event.ts';
import { blockEdge } from './block.ts';
import type { Edge } from './connection.ts';
import { loggedTypes } from './event.ts';
import { formatId } from './ids.ts';
import { User, UserEdge } from './user.ts';

loggedTypes.BlockChanged.implement({
  description:
    'The viewer blocked or unblocked a user, on any of their devices. A block also ends when the blocked user’s account is erased.',
  interfaces,
  fields: (t) => ({
    userId: t.id({
      description: 'The ID of the other user, even if their account has been erased.',
      resolve: ({ entry: { data } }) => formatId('User', data.otherId),
    }),
    user: t.field({
      type: User,
      nullable: true,
      description: 'The other user, or null once their account has been erased.',
      resolve: ({ entry: { data } }, _args, { scope }) => scope.loaders.users.load(data.otherId),
    }),
    userEdge: t.field({
      type: UserEdge,
      nullable: true,
      description: 'The blocked user, with their cursor in `Viewer.blocks`, or null if they are no longer blocked.',
      async resolve({ entry: { data } }, _args, context): Promise<Edge<UserShape> | null> {
        const block = await context.scope.loaders.blocks.load(data.otherId);
        return block && blockEdge(context, block);
      },
    }),
    blocked: t.boolean({ description: 'Whether the user is blocked as of this event.', resolve: ({ entry: { data } }) => data.blocked }),
  }),
});
