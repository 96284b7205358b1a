import { type Draft as DraftShape, draftKey } from '../src/draft/index.ts';
import { accountEventInterfaces as interfaces, withConversationId } from './account-event.ts';
import { builder } from './builder.ts';
import { connectionOf, type Edge, forwardArgs, forwardConnection } from './connection.ts';
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
    'An unsent message of the viewer. There is at most one for each conversation, and one for each thread in it. Only the viewer sees it, on all their devices.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({
      description: 'The global ID. It is always the same for this conversation or thread.',
      resolve: (place) => formatId('Draft', place),
    }),
    conversationId: t.id({
      description: 'The ID of the conversation.',
      resolve: ({ conversationId }) => formatId('Conversation', conversationId),
    }),
    conversation: t.field({
      type: Conversation,
      nullable: true,
      description: 'The conversation, or null if the viewer no longer has access to it.',
      resolve: async ({ conversationId, userId }, _args, context) => (await accessOf(context, conversationId, { userId }))?.conversation,
    }),
    threadRootId: t.id({
      nullable: true,
      description: 'The ID of the message that started the draft’s thread, or null if the draft is not in a thread.',
      resolve: ({ conversationId, threadRootSeq }) => rootId(conversationId, threadRootSeq),
    }),
    threadRoot: t.field({
      type: Message,
      nullable: true,
      description:
        'The message that started the draft’s thread. Null if the draft is not in a thread, or the viewer cannot see the message.',
      resolve: ({ conversationId, threadRootSeq: seq, userId }, _args, context) =>
        seq === 0 ? null : seenMessage(context, { userId }, { conversationId, seq }),
    }),
    text: t.exposeString('text', { description: 'The text, exactly as it was saved. It may be empty.' }),
    replyTo: t.field({
      type: Message,
      nullable: true,
      description: 'The message that the draft quotes. Null if there is none, or the viewer can no longer see it.',
      resolve: ({ conversationId, replyToSeq: seq, userId }, _args, context) =>
        seq === null ? null : seenMessage(context, { userId }, { conversationId, seq }),
    }),
    data: t.expose('data', {
      type: 'JSONObject',
      nullable: true,
      description: 'Custom JSON data that the client stored with the draft, such as mentions and attachments, or null if there is none.',
    }),
    writtenAt: t.expose('writtenAt', {
      type: 'DateTime',
      description: 'When the draft was written, according to the device. A later save must have a later time.',
    }),
    savedAt: t.expose('savedAt', { type: 'DateTime', description: 'When the draft was stored.' }),
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

/** A draft in the viewer's list. */
export const DraftEdge = Drafts.edge;

/** Returns the edge of a draft in `Viewer.drafts`. */
export function draftEdge(draft: DraftShape): Edge<DraftShape> {
  return { node: draft, cursor: formatCursor('draft', draftKey(draft)) };
}

builder.objectField(Viewer, 'drafts', (t) =>
  t.field({
    type: Drafts.connection,
    description: 'The viewer’s drafts in conversations that they are in, and in the threads there, last saved first.',
    args: forwardArgs(),
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
    description: 'The viewer’s draft in the conversation, outside threads, or null if there is none.',
    resolve: ({ id: conversationId }, _args, context) => ownDraft(context, requireViewer(context), { conversationId, threadRootSeq: 0 }),
  }),
);

builder.objectField(Message, 'viewerThreadDraft', (t) =>
  t.field({
    type: Draft,
    nullable: true,
    description: 'The viewer’s draft in the message’s thread, or null if there is none.',
    resolve: ({ conversationId, seq: threadRootSeq }, _args, context) =>
      ownDraft(context, requireViewer(context), { conversationId, threadRootSeq }),
  }),
);

loggedTypes.DraftChanged.implement({
  description:
    'The viewer saved a draft on any device, or a draft was sent or removed. Saves are reported DRAFT_TELL_MS later, in one event for all saves until then.',
  interfaces,
  fields: (t) => ({
    draftId: t.id({
      description: 'The ID of the draft, even if it no longer exists.',
      resolve: ({ entry: { streamId: userId, data } }) => formatId('Draft', { userId, ...data }),
    }),
    threadRootId: t.id({
      nullable: true,
      description: 'The ID of the message that started the draft’s thread, or null if the draft is not in a thread.',
      resolve: ({ entry: { data } }) => rootId(data.conversationId, data.threadRootSeq),
    }),
    draftEdge: t.field({
      type: DraftEdge,
      nullable: true,
      description:
        'The draft in its current state, with its cursor in `Viewer.drafts`. Null if there is no draft, or the viewer no longer has access to the conversation.',
      async resolve({ entry: { data } }, _args, context): Promise<Edge<DraftShape> | null> {
        const draft = await ownDraft(context, requireViewer(context), data);
        return draft && draftEdge(draft);
      },
    }),
  }),
});
withConversationId(loggedTypes.DraftChanged);
