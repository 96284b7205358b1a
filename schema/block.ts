import { type Block, blockListKey } from '../src/contact/index.ts';
import type { User as UserShape } from '../src/user/index.ts';
import { builder } from './builder.ts';
import { type Edge, forwardArgs, forwardConnection } from './connection.ts';
import type { Context } from './context.ts';
import { formatCursor } from './cursors.ts';
import { formatId, inputId } from './ids.ts';
import { mutation } from './mutation.ts';
import { presentUser } from './node.ts';
import { User, UserConnection, UserEdge } from './user.ts';
import { Viewer } from './viewer.ts';

builder.objectField(User, 'viewerHasBlocked', (t) =>
  t.boolean({
    description: 'Whether the viewer has blocked the user. Whether the user has blocked the viewer is not disclosed.',
    resolve: async ({ id }, _args, { scope }) => (await scope.loaders.blocks.load(id)) !== null,
  }),
);

builder.objectField(Viewer, 'blocks', (t) =>
  t.field({
    type: UserConnection,
    description: 'The users whom the viewer has blocked, newest block first.',
    args: forwardArgs(),
    resolve: (viewer, args, context) =>
      forwardConnection(args, {
        order: 'block',
        read: (page) => context.scope.loaders.ownPage(`blocks ${page.first} ${page.after}`, () => context.chat.blocks.list(viewer, page)),
        node: ({ block }) => presentUser(context, block.otherId),
      }),
  }),
);

/** Returns the edge of a blocked user in `Viewer.blocks`. */
export async function blockEdge(context: Context, block: Block): Promise<Edge<UserShape>> {
  return { node: await presentUser(context, block.otherId), cursor: formatCursor('block', blockListKey(block)) };
}

mutation('blockUser', {
  description:
    'Blocks a user. Direct messages, contact requests and the contact between the two end, and neither sees the other’s reading or typing any more. Groups that both are in are not affected. The other user is not told.',
  input: (t) => ({ userId: t.id({ required: true, description: 'The ID of the user to block.' }) }),
  async act(viewer, input, { chat }) {
    return chat.blocks.block(viewer, { userId: inputId('User', input.userId, 'userId') });
  },
  payload: (t) => ({
    userEdge: t.field({
      type: UserEdge,
      nullable: true,
      description: 'The blocked user, with their cursor in `Viewer.blocks`, or null if the mutation was refused.',
      resolve: ({ block }, _args, context) => block && blockEdge(context, block),
    }),
    contactId: t.id({
      nullable: true,
      description: 'The ID of the contact that the block ended, or null if the two were not contacts or the mutation was refused.',
      resolve: ({ block, endedContact }) => (block && endedContact ? formatId('Contact', block) : null),
    }),
  }),
});

mutation('unblockUser', {
  description: 'Ends a block. A contact that ended with the block is not restored.',
  input: (t) => ({ userId: t.id({ required: true, description: 'The ID of the user to unblock.' }) }),
  async act(viewer, input, { chat }) {
    const { blocks, groups, messages } = chat;
    const otherId = inputId('User', input.userId, 'userId');
    // Read before the change, because the change must be announced even if a later read fails.
    const [direct] = await groups.directWith(viewer, [otherId]);
    const { isOver, unshown } = await blocks.unblock(viewer, { userId: otherId });
    if (direct) {
      const of = { conversationId: direct.id };
      // Tells the user who could not see it what was read during the block. Nobody else: that would reveal the block.
      if (isOver) messages.tellReading({ ...of, userIds: unshown, to: 'others' });
      // The other user has blocked the viewer too, and must not learn of this.
      else messages.tellReading({ ...of, userIds: [viewer.userId], to: 'own' });
    }
    return { otherId };
  },
  payload: (t) => ({
    user: t.field({
      type: User,
      nullable: true,
      description: 'The user who is no longer blocked, or null if the mutation was refused.',
      resolve: ({ otherId }, _args, context): Promise<UserShape> | undefined =>
        otherId === undefined ? undefined : presentUser(context, otherId),
    }),
  }),
});
