import { firstSeen, type MessageRef } from '../src/message/index.ts';
import { type SavedMessage as SavedShape, savedKey } from '../src/saved/index.ts';
import type { Viewer as ViewerShape } from '../src/user/index.ts';
import { accountEventInterfaces as interfaces } from './account-event.ts';
import { builder } from './builder.ts';
import { connectionOf, type Edge, forwardConnection } from './connection.ts';
import { type Context, requireViewer } from './context.ts';
import { accessOf } from './conversation.ts';
import { formatCursor } from './cursors.ts';
import { loggedTypes } from './event.ts';
import { argumentId, formatId } from './ids.ts';
import { Message } from './message.ts';
import { present } from './node.ts';
import { Viewer } from './viewer.ts';

const SavedMessages = connectionOf<SavedShape>('SavedMessage', {
  of: 'A message that the viewer has saved',
  list: 'saved messages',
  node: (t) =>
    t.field({
      type: Message,
      description: 'The message; taken back since, it says nothing any more.',
      resolve: async ({ node: { conversationId, seq } }, _args, { scope }) =>
        present(await scope.loaders.messages.load({ conversationId, seq }), `message ${conversationId}:${seq}`),
    }),
});

/** One in the viewer's list. */
export const SavedMessageEdge = SavedMessages.edge;

builder.objectFields(SavedMessageEdge, (t) => ({
  note: t.string({ nullable: true, description: 'What the viewer has noted with it; null: nothing.', resolve: ({ node }) => node.note }),
  savedAt: t.field({ type: 'DateTime', description: 'When they saved it.', resolve: ({ node }) => node.savedAt }),
}));

/** The edge under which `Viewer.savedMessages` lists it. */
export function savedEdge(saved: SavedShape): Edge<SavedShape> {
  return { node: saved, cursor: formatCursor('saved', savedKey(saved)) };
}

builder.objectField(Viewer, 'savedMessages', (t) =>
  t.field({
    type: SavedMessages.connection,
    description:
      'The messages that the viewer has saved, what was saved last coming first. What they do not see any more is not there: of conversations that they have left, deleted for themselves, cleared, or kept no longer.',
    args: {
      first: t.arg.int({ description: 'How many, from 1 to 100; 50 by default.' }),
      after: t.arg.string({ description: 'The cursor to go on after.' }),
      conversationId: t.arg.id({ description: 'Only those of this conversation; absent: of all.' }),
    },
    resolve(viewer, { conversationId: named, ...args }, { chat, scope: { loaders } }) {
      const conversationId = named === null || named === undefined ? undefined : argumentId('Conversation', named, 'conversationId');
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

/** What the viewer has saved of a message, if it is in their list. */
async function listed(context: Context, viewer: Pick<ViewerShape, 'userId'>, ref: MessageRef): Promise<SavedShape | null> {
  const { loaders } = context.scope;
  // Most are not: then this is all that is read.
  const saved = await loaders.saved.load(ref);
  if (saved === null) return null;
  const accessed = await accessOf(context, ref.conversationId, viewer);
  if (accessed === null || saved.joinedSeq !== accessed.access.joinedSeq) return null;
  return ref.seq < firstSeen(accessed.access) || (await loaders.hidden.load(ref)) ? null : saved;
}

builder.objectField(Message, 'viewerHasSaved', (t) =>
  t.boolean({
    description: 'Whether it is among the viewer’s `savedMessages`.',
    resolve: async (message, _args, context) => (await listed(context, requireViewer(context), message)) !== null,
  }),
);

loggedTypes.SavedMessageChanged.implement({
  description: 'The viewer has saved a message, noted something else with it, or taken it out of what is saved, on whichever device.',
  interfaces,
  fields: (t) => ({
    conversationId: t.id({
      description: 'Where it was said.',
      resolve: ({ entry }) => formatId('Conversation', entry.data.conversationId),
    }),
    messageId: t.id({
      description: 'The message.',
      resolve: ({ entry: { data } }) => formatId('Message', { conversationId: data.conversationId, seq: data.messageSeq }),
    }),
    savedMessageEdge: t.field({
      type: SavedMessageEdge,
      nullable: true,
      description: 'It in the viewer’s list, as it stands; null: it is not there.',
      async resolve({ entry: { data } }, _args, context): Promise<Edge<SavedShape> | null> {
        const saved = await listed(context, requireViewer(context), { conversationId: data.conversationId, seq: data.messageSeq });
        return saved && savedEdge(saved);
      },
    }),
  }),
});
