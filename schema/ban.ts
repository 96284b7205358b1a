import { isAllowed } from '../src/group/index.ts';
import type { User as UserShape } from '../src/user/index.ts';
import { builder } from './builder.ts';
import { emptyPage, forwardArgs, forwardConnection } from './connection.ts';
import { Group } from './conversation.ts';
import { viewerRights } from './group-action.ts';
import { inputId } from './ids.ts';
import { mutation } from './mutation.ts';
import { presentUser } from './node.ts';
import { User, UserConnection } from './user.ts';

builder.objectField(Group, 'viewerBans', (t) =>
  t.field({
    type: UserConnection,
    description:
      'The users who are banned from the group, in the order in which they first became known to the group. Empty unless the viewer is the owner or an admin.',
    args: forwardArgs(),
    async resolve({ id }, args, context) {
      const rights = await viewerRights(context, id);
      if (rights === null || !isAllowed('BAN_MEMBERS', rights)) return emptyPage;
      return forwardConnection(args, {
        order: 'member',
        read: (page) => context.chat.groups.bans(id, page),
        node: ({ userId }) => presentUser(context, userId),
      });
    },
  }),
);

mutation('unbanUser', {
  description:
    'Lifts a ban. The user can join or be added again, like anyone else, but does not become a member. Changes nothing if the user is not banned.',
  input: (t) => ({
    groupId: t.id({ required: true, description: 'The ID of the group.' }),
    userId: t.id({ required: true, description: 'The ID of the user.' }),
  }),
  async act(viewer, input, { chat }) {
    const groupId = inputId('Conversation', input.groupId, 'groupId');
    const userId = inputId('User', input.userId, 'userId');
    await chat.groups.unbanUser(viewer, { groupId, userId });
    return { userId };
  },
  payload: (t) => ({
    user: t.field({
      type: User,
      nullable: true,
      description: 'The user who is no longer banned, or null if the mutation was refused.',
      resolve: ({ userId }, _args, context): Promise<UserShape> | undefined =>
        userId === undefined ? undefined : presentUser(context, userId),
    }),
  }),
});
