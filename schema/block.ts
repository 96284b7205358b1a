import { type Block, blockListKey, type User as UserShape } from '../src/user/index.ts';
import { builder } from './builder.ts';
import { type Edge, forwardConnection } from './connection.ts';
import { type Context, requireViewer } from './context.ts';
import { formatCursor } from './cursors.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { formatId, inputId } from './ids.ts';
import { presentUser } from './node.ts';
import { User, UserConnection, UserEdge } from './user.ts';
import { Viewer } from './viewer.ts';

builder.objectField(User, 'viewerHasBlocked', (t) =>
  t.boolean({
    description: 'Whether the viewer has blocked them. Whether they have blocked the viewer is not told.',
    resolve: async ({ id }, _args, { scope }) => (await scope.loaders.blocks.load(id)) !== null,
  }),
);

builder.objectField(Viewer, 'blocks', (t) =>
  t.field({
    type: UserConnection,
    description: 'Whom the viewer has blocked, newest first.',
    args: {
      first: t.arg.int({ description: 'How many, from 1 to 100; 50 by default.' }),
      after: t.arg.string({ description: 'The cursor to go on after.' }),
    },
    resolve: (viewer, args, context) =>
      forwardConnection(args, {
        order: 'block',
        read: (page) => context.scope.loaders.ownPage(`blocks ${page.first} ${page.after}`, () => context.chat.blocks.list(viewer, page)),
        node: ({ block }) => presentUser(context, block.otherId),
      }),
  }),
);

/** The edge under which `Viewer.blocks` lists who is blocked. */
export async function blockEdge(context: Context, block: Block): Promise<Edge<UserShape>> {
  return { node: await presentUser(context, block.otherId), cursor: formatCursor('block', blockListKey(block)) };
}

const BlockUserInput = builder.inputType('BlockUserInput', {
  description: 'Whom to block.',
  fields: (t) => ({ userId: t.id({ required: true, description: 'The other user.' }) }),
});

interface BlockUserShape extends Refusable {
  readonly block?: Block;
  readonly endedContact?: boolean;
}

const BlockUserPayload = withErrors(
  builder.objectRef<BlockUserShape>('BlockUserPayload').implement({
    description: 'What came of blockUser.',
    fields: (t) => ({
      userEdge: t.field({
        type: UserEdge,
        nullable: true,
        description: 'Who is blocked, in the viewer’s list; null if it was refused.',
        resolve: ({ block }, _args, context) => block && blockEdge(context, block),
      }),
      contactId: t.id({
        nullable: true,
        description: 'The contact that has ended with it; null: they were none.',
        resolve: ({ block, endedContact }) => (block && endedContact ? formatId('Contact', block) : null),
      }),
    }),
  }),
);

builder.mutationField('blockUser', (t) =>
  t.field({
    type: BlockUserPayload,
    description:
      'Ends all between the viewer and a user but the groups that both are in: direct messages, the contact, requests, and what each sees of the other’s reading and typing. The other is not told.',
    args: { input: t.arg({ type: BlockUserInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        return context.chat.blocks.block(viewer, { userId: inputId('User', input.userId, 'userId') });
      }),
  }),
);

const UnblockUserInput = builder.inputType('UnblockUserInput', {
  description: 'Whom to block no longer.',
  fields: (t) => ({ userId: t.id({ required: true, description: 'The other user.' }) }),
});

interface UnblockUserShape extends Refusable {
  readonly otherId?: bigint;
}

const UnblockUserPayload = withErrors(
  builder.objectRef<UnblockUserShape>('UnblockUserPayload').implement({
    description: 'What came of unblockUser.',
    fields: (t) => ({
      user: t.field({
        type: User,
        nullable: true,
        description: 'Who is blocked no more; null if it was refused.',
        resolve: ({ otherId }, _args, context): Promise<UserShape> | undefined =>
          otherId === undefined ? undefined : presentUser(context, otherId),
      }),
    }),
  }),
);

builder.mutationField('unblockUser', (t) =>
  t.field({
    type: UnblockUserPayload,
    description: 'Ends a block. A contact that ended with it does not come back by itself.',
    args: { input: t.arg({ type: UnblockUserInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const { blocks, groups, messages } = context.chat;
        const otherId = inputId('User', input.userId, 'userId');
        // Read before, for what is stored is to be told whatever then fails.
        const [direct] = await groups.directWith(viewer, [otherId]);
        const { isOver, unshown } = await blocks.unblock(viewer, { userId: otherId });
        if (direct) {
          const of = { conversationId: direct.id };
          // Of what was read meanwhile the one who could not see it is told. Nothing else: it would tell that there was a block.
          if (isOver) messages.tellReading({ ...of, userIds: unshown, to: 'others' });
          // The other has blocked the viewer as well, and is not to hear of this.
          else messages.tellReading({ ...of, userIds: [viewer.userId], to: 'own' });
        }
        return { otherId };
      }),
  }),
);
