import { type Draft as DraftShape, draftKey } from '../src/draft/index.ts';
import { accountEventInterfaces as interfaces } from './account-event.ts';
import { builder } from './builder.ts';
import { connectionOf, type Edge, forwardConnection } from './connection.ts';
import { requireViewer } from './context.ts';
import { accessOf, Conversation } from './conversation.ts';
import { formatCursor } from './cursors.ts';
import { loggedTypes } from './event.ts';
import { formatId } from './ids.ts';
import { Message } from './message.ts';
import { Node } from './node.ts';
import { seenMessage } from './node-lookup.ts';
import { ownDraft } from './own-draft.ts';
import { Viewer } from './viewer.ts';

const Draft = builder.objectRef<DraftShape>('Draft').implement({
  description:
    'What the viewer has begun to write in a conversation, or in a thread there: one in each. Only they see it, on all their devices.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: 'Its global id: the same for ever for this place.', resolve: (place) => formatId('Draft', place) }),
    conversationId: t.id({ description: 'Where.', resolve: ({ conversationId }) => formatId('Conversation', conversationId) }),
    conversation: t.field({
      type: Conversation,
      nullable: true,
      description: 'The same, as it stands; null: it is not theirs any more.',
      resolve: async ({ conversationId, userId }, _args, context) => (await accessOf(context, conversationId, { userId }))?.conversation,
    }),
    threadRootId: t.id({
      nullable: true,
      description: 'The message in whose thread it is written; null: in none.',
      resolve: ({ conversationId, threadRootSeq }) => rootId(conversationId, threadRootSeq),
    }),
    threadRoot: t.field({
      type: Message,
      nullable: true,
      description: 'The same, as it stands; null: in none, or it is not in what the viewer may read.',
      resolve: ({ conversationId, threadRootSeq: seq, userId }, _args, context) =>
        seq === 0 ? null : seenMessage(context, { userId }, { conversationId, seq }),
    }),
    text: t.exposeString('text', { description: 'What is written so far, to the letter; it may be empty.' }),
    replyTo: t.field({
      type: Message,
      nullable: true,
      description: 'What it answers; null: nothing, or it is not for the viewer to see any more.',
      resolve: ({ conversationId, replyToSeq: seq, userId }, _args, context) =>
        seq === null ? null : seenMessage(context, { userId }, { conversationId, seq }),
    }),
    data: t.expose('data', {
      type: 'JSONObject',
      nullable: true,
      description: 'What the client keeps with it, such as who is mentioned and what is attached; null: nothing.',
    }),
    writtenAt: t.expose('writtenAt', {
      type: 'DateTime',
      description: 'When it was written, as the device said: what is saved later has to be later than this.',
    }),
    savedAt: t.expose('savedAt', { type: 'DateTime', description: 'When it was stored.' }),
  }),
});

function rootId(conversationId: bigint, seq: number): string | null {
  return seq === 0 ? null : formatId('Message', { conversationId, seq });
}

const Drafts = connectionOf<DraftShape>('Draft', {
  of: 'A draft',
  list: 'drafts',
  node: (t) => t.field({ type: Draft, description: 'The draft.', resolve: ({ node }) => node }),
});

/** One in the viewer's list. */
export const DraftEdge = Drafts.edge;

/** The edge under which `Viewer.drafts` lists it. */
export function draftEdge(draft: DraftShape): Edge<DraftShape> {
  return { node: draft, cursor: formatCursor('draft', draftKey(draft)) };
}

builder.objectField(Viewer, 'drafts', (t) =>
  t.field({
    type: Drafts.connection,
    description:
      'What the viewer has begun to write in the conversations that they are in, and in threads there; what was saved last comes first.',
    args: {
      first: t.arg.int({ description: 'How many, from 1 to 100; 50 by default.' }),
      after: t.arg.string({ description: 'The cursor to go on after.' }),
    },
    resolve: (viewer, args, { chat, scope: { loaders } }) =>
      forwardConnection(args, {
        order: 'draft',
        read: (page) => loaders.ownPage(`drafts ${page.first} ${page.after}`, () => chat.drafts.list(viewer, page)),
        node: ({ draft }) => draft,
      }),
  }),
);

builder.interfaceField(Conversation, 'viewerDraft', (t) =>
  t.field({
    type: Draft,
    nullable: true,
    description: 'What the viewer has begun to write there, in no thread; null: nothing.',
    resolve: ({ id: conversationId }, _args, context) => ownDraft(context, requireViewer(context), { conversationId, threadRootSeq: 0 }),
  }),
);

builder.objectField(Message, 'viewerThreadDraft', (t) =>
  t.field({
    type: Draft,
    nullable: true,
    description: 'What the viewer has begun to write in its thread; null: nothing.',
    resolve: ({ conversationId, seq: threadRootSeq }, _args, context) =>
      ownDraft(context, requireViewer(context), { conversationId, threadRootSeq }),
  }),
);

loggedTypes.DraftChanged.implement({
  description:
    'The viewer has written on, on whichever device, or there is no draft any more: it was sent or removed. It comes a while after, once for all that was saved by then.',
  interfaces,
  fields: (t) => ({
    draftId: t.id({
      description: 'Which: the id of the draft that is there, or was.',
      resolve: ({ entry: { streamId: userId, data } }) => formatId('Draft', { userId, ...data }),
    }),
    conversationId: t.id({ description: 'Where.', resolve: ({ entry: { data } }) => formatId('Conversation', data.conversationId) }),
    threadRootId: t.id({
      nullable: true,
      description: 'The message in whose thread; null: in none.',
      resolve: ({ entry: { data } }) => rootId(data.conversationId, data.threadRootSeq),
    }),
    draftEdge: t.field({
      type: DraftEdge,
      nullable: true,
      description:
        'It as it stands, with its cursor in the viewer’s list; null: there is none, or the conversation is not theirs any more.',
      async resolve({ entry: { data } }, _args, context): Promise<Edge<DraftShape> | null> {
        const draft = await ownDraft(context, requireViewer(context), data);
        return draft && draftEdge(draft);
      },
    }),
  }),
});
