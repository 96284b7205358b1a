import type { User as UserShape } from '../src/user/index.ts';
import { builder } from './builder.ts';
import { requireViewer } from './context.ts';
import { ConversationEdge, conversationEdge, DirectConversation } from './conversation.ts';
import { inputId } from './ids.ts';
import { mutation } from './mutation.ts';
import { present, presentUser } from './node.ts';
import { User } from './user.ts';

builder.objectField(DirectConversation, 'viewerPeer', (t) =>
  t.field({
    type: User,
    description: 'The other user, or the viewer in a conversation with themselves.',
    resolve({ id, sides }, _args, context): Promise<UserShape> {
      const { userId } = requireViewer(context);
      const [one, other] = present(sides, `the two sides of conversation ${id}`);
      return presentUser(context, one === userId ? other : one);
    },
  }),
);

builder.objectField(User, 'viewerDirectConversation', (t) =>
  t.field({
    type: DirectConversation,
    nullable: true,
    description: 'The viewer’s direct conversation with this user. Null if there is none, or none that has been shown to the viewer yet.',
    async resolve({ id }, _args, { scope: { loaders } }) {
      const direct = await loaders.directs.load(id);
      return direct && loaders.conversations.prime(direct.id, direct).load(direct.id);
    },
  }),
);

mutation('openDirectConversation', {
  description:
    'Opens the direct conversation with a user: the existing one, or a new one. The other user sees a new conversation only with its first message.',
  input: (t) => ({
    userId: t.id({ required: true, description: 'The ID of the other user, or of the viewer for a conversation with themselves.' }),
  }),
  async act(viewer, input, { chat }) {
    return {
      conversationEdge: conversationEdge(await chat.groups.openDirect(viewer, { userId: inputId('User', input.userId, 'userId') })),
    };
  },
  payload: (t) => ({
    conversationEdge: t.expose('conversationEdge', {
      type: ConversationEdge,
      nullable: true,
      description: 'The conversation, with its cursor in `Viewer.conversations`, or null if the mutation was refused.',
    }),
  }),
});
