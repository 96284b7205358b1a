import { firstSeen, type MessageRef } from '../src/message/index.ts';
import { type SavedMessage as SavedShape, savedKey } from '../src/saved/index.ts';
import type { Viewer as ViewerShape } from '../src/user/index.ts';
import { accountEventInterfaces as interfaces, withConversationId } from './account-event.ts';
import { builder } from './builder.ts';
import { connectionOf, type Edge, forwardArgs, forwardConnection } from './connection.ts';
import { type Context, requireViewer } from './context.ts';
import { accessOf } from './conversation.ts';
import { formatCursor } from './cursors.ts';
import { loggedTypes } from './event.ts';
import { formatId, optionalArgumentId } from './ids.ts';
import { Message } from './message.ts';
import { present } from './node.ts';
import { Viewer } from './viewer.ts';

const SavedMessages = connectionOf<SavedShape>('SavedMessage', {
  of: 'A saved message',
  list: 'saved messages',
  node: (t) =>
    t.field({
      type: Message,
      description: 'The message. It is empty if it was recalled.',
      resolve: async ({ node: { conversationId, seq } }, _args, { scope }) =>
        present(await scope.loaders.messages.load({ conversationId, seq }), `message ${conversationId}:${seq}`),
    }),
});

/** A saved message in the viewer's list. */
export const SavedMessageEdge = SavedMessages.edge;

builder.objectFields(SavedMessageEdge, (t) => ({
  note: t.string({ nullable: true, description: 'The viewer’s note, or null if there is none.', resolve: ({ node }) => node.note }),
  savedAt: t.field({ type: 'DateTime', description: 'When the viewer saved the message.', resolve: ({ node }) => node.savedAt }),
}));

/** Returns the edge of a saved message in `Viewer.savedMessages`. */
export function savedEdge(saved: SavedShape): Edge<SavedShape> {
  return { node: saved, cursor: formatCursor('saved', savedKey(saved)) };
}

builder.objectField(Viewer, 'savedMessages', (t) =>
  t.field({
    type: SavedMessages.connection,
    description:
      'The viewer’s saved messages, most recently saved first. Messages that the viewer no longer sees are left out: those in conversations that they have left, those that they have deleted for themselves or cleared, and those that are no longer kept.',
    args: {
      ...forwardArgs(),
      conversationId: t.arg.id({ description: 'Returns only messages of this conversation. Omit to include all conversations.' }),
    },
    resolve(viewer, { conversationId: named, ...args }, { chat, scope: { loaders } }) {
      const conversationId = optionalArgumentId('Conversation', named, 'conversationId');
      return forwardConnection(args, {
        order: 'saved',
        read: (page) =>
          loaders.ownPage(`saved ${conversationId} ${page.first} ${page.after}`, () =>
            chat.saved.list(viewer, { ...page, conversationId }),
          ),
        node: ({ saved }) => saved,
      });
    },
  }),
);

/** Returns what the viewer has saved of a message, if it is in their list, else null. */
async function listed(context: Context, viewer: Pick<ViewerShape, 'userId'>, ref: MessageRef): Promise<SavedShape | null> {
  const { loaders } = context.scope;
  // Read first, because most messages are not saved.
  const saved = await loaders.saved.load(ref);
  if (saved === null) return null;
  const accessed = await accessOf(context, ref.conversationId, viewer);
  if (accessed === null || saved.joinedSeq !== accessed.access.joinedSeq) return null;
  return ref.seq < firstSeen(accessed.access) || (await loaders.hidden.load(ref)) ? null : saved;
}

builder.objectField(Message, 'viewerHasSaved', (t) =>
  t.boolean({
    description: 'Whether the message is in the viewer’s `savedMessages`.',
    resolve: async (message, _args, context) => (await listed(context, requireViewer(context), message)) !== null,
  }),
);

loggedTypes.SavedMessageChanged.implement({
  description: 'The viewer saved a message, changed its note, or removed it from their saved messages, on any of their devices.',
  interfaces,
  fields: (t) => ({
    messageId: t.id({
      description: 'The ID of the message.',
      resolve: ({ entry: { data } }) => formatId('Message', { conversationId: data.conversationId, seq: data.messageSeq }),
    }),
    savedMessageEdge: t.field({
      type: SavedMessageEdge,
      nullable: true,
      description: 'The saved message in the viewer’s list, in its current state, or null if it is not in the list.',
      async resolve({ entry: { data } }, _args, context): Promise<Edge<SavedShape> | null> {
        const saved = await listed(context, requireViewer(context), { conversationId: data.conversationId, seq: data.messageSeq });
        return saved && savedEdge(saved);
      },
    }),
  }),
});
withConversationId(loggedTypes.SavedMessageChanged);
