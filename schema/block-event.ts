import type { User as UserShape } from '../src/user/index.ts';
import { AccountEvent } from './account-event.ts';
import { blockEdge } from './block.ts';
import type { Edge } from './connection.ts';
import { Event, LogEvent, loggedTypes } from './event.ts';
import { formatId } from './ids.ts';
import { User, UserEdge } from './user.ts';

loggedTypes.BlockChanged.implement({
  description: 'The viewer has blocked somebody, or does so no more, on whichever device.',
  interfaces: [AccountEvent, LogEvent, Event],
  fields: (t) => ({
    userId: t.id({
      description: 'Whom, also once their account is erased: it ends the block.',
      resolve: ({ entry: { data } }) => formatId('User', data.otherId),
    }),
    user: t.field({
      type: User,
      nullable: true,
      description: 'Whom; null once their account is erased.',
      resolve: ({ entry: { data } }, _args, { scope }) => scope.loaders.users.load(data.otherId),
    }),
    userEdge: t.field({
      type: UserEdge,
      nullable: true,
      description: 'They, with their cursor in the list of those whom the viewer has blocked; null where they are not blocked any more.',
      async resolve({ entry: { data } }, _args, context): Promise<Edge<UserShape> | null> {
        const block = await context.scope.loaders.blocks.load(data.otherId);
        return block && blockEdge(context, block);
      },
    }),
    blocked: t.boolean({ description: 'Whether they are blocked from here on.', resolve: ({ entry: { data } }) => data.blocked }),
  }),
});
