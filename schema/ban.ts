import { judge } from '../src/group/index.ts';
import type { User as UserShape } from '../src/user/index.ts';
import { builder } from './builder.ts';
import { emptyPage, forwardConnection } from './connection.ts';
import { requireViewer } from './context.ts';
import { Group } from './conversation.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { viewerRights } from './group-action.ts';
import { inputId } from './ids.ts';
import { presentUser } from './node.ts';
import { User, UserConnection } from './user.ts';

builder.objectField(Group, 'viewerBans', (t) =>
  t.field({
    type: UserConnection,
    description: 'Who is kept from coming in, in the order in which the group came to know them; empty but for its owner and admins.',
    args: {
      first: t.arg.int({ description: 'How many, from 1 to 100; 50 by default.' }),
      after: t.arg.string({ description: 'The cursor to go on after.' }),
    },
    async resolve({ id }, args, context) {
      const rights = await viewerRights(context, id);
      if (rights === null || judge('BAN_MEMBERS', rights) !== 'ALLOWED') return emptyPage;
      return forwardConnection(args, {
        order: 'member',
        read: (page) => context.chat.groups.bans(id, page),
        node: ({ userId }) => presentUser(context, userId),
      });
    },
  }),
);

const UnbanUserInput = builder.inputType('UnbanUserInput', {
  description: 'Whom to keep out of which group no longer.',
  fields: (t) => ({
    groupId: t.id({ required: true, description: 'The group.' }),
    userId: t.id({ required: true, description: 'The user.' }),
  }),
});

interface UnbanUserShape extends Refusable {
  readonly userId?: bigint;
}

const UnbanUserPayload = withErrors(
  builder.objectRef<UnbanUserShape>('UnbanUserPayload').implement({
    description: 'What came of unbanUser.',
    fields: (t) => ({
      user: t.field({
        type: User,
        nullable: true,
        description: 'Who may come in again; null if it was refused.',
        resolve: ({ userId }, _args, context): Promise<UserShape> | undefined =>
          userId === undefined ? undefined : presentUser(context, userId),
      }),
    }),
  }),
);

builder.mutationField('unbanUser', (t) =>
  t.field({
    type: UnbanUserPayload,
    description: 'Ends a ban: they may come in again, as anybody may, but are not in by that. Of who is not banned nothing changes.',
    args: { input: t.arg({ type: UnbanUserInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const groupId = inputId('Conversation', input.groupId, 'groupId');
        const userId = inputId('User', input.userId, 'userId');
        await context.chat.groups.unbanUser(viewer, { groupId, userId });
        return { userId };
      }),
  }),
);
