import type { KnownEntry } from '../src/log/index.ts';
import { type Message as MessageShape, storedAlong } from '../src/message/index.ts';
import { builder } from './builder.ts';
import { connectionOf, type Edge } from './connection.ts';
import { Conversation, viewerAccess } from './conversation.ts';
import { formatCursor } from './cursors.ts';
import { formatId } from './ids.ts';
import { type Loaders, useMessageAlong } from './loaders.ts';
import { Node, presentConversation } from './node.ts';
import { shareable } from './shareable.ts';
import { User } from './user.ts';

/** Something said. */
export const Message = builder.objectRef<MessageShape>('Message').implement({
  description: 'Something said in a conversation.',
  interfaces: [Node],
});

builder.objectFields(Message, (t) => ({
  id: t.id({ extensions: shareable, description: 'Its global id.', resolve: (ref) => formatId('Message', ref) }),
  conversation: t.field({
    extensions: shareable,
    type: Conversation,
    description: 'Where it was said.',
    resolve: ({ conversationId }, _args, context) => presentConversation(context, conversationId),
  }),
  seq: t.exposeInt('seq', { extensions: shareable, description: 'Its place in the conversation’s log.' }),
  sender: t.field({
    extensions: shareable,
    type: User,
    nullable: true,
    description: 'Who said it; null once their account is erased.',
    resolve: ({ senderId }, _args, { scope }) => scope.loaders.users.get(senderId),
  }),
  text: t.exposeString('text', {
    extensions: shareable,
    description: 'What was said, to the letter; empty once it is recalled, and where nothing is said of what it has besides.',
  }),
  data: t.expose('data', {
    extensions: shareable,
    type: 'JSONObject',
    nullable: true,
    description: 'What its sender’s client has put on it, for other clients that know what it means; null: nothing, or it is recalled.',
  }),
  replyTo: t.field({
    extensions: shareable,
    type: Message,
    nullable: true,
    description: 'What it answers. Whoever sees the answer sees this, even from before they joined.',
    resolve: ({ conversationId, replyToSeq }, _args, { scope }) =>
      replyToSeq === null ? null : scope.loaders.messages.load({ conversationId, seq: replyToSeq }),
  }),
  sentAt: t.expose('sentAt', { extensions: shareable, type: 'DateTime', description: 'When it was stored.' }),
  editedAt: t.expose('editedAt', {
    extensions: shareable,
    type: 'DateTime',
    nullable: true,
    description: 'When what it says was last changed; null: never.',
  }),
  recalledAt: t.expose('recalledAt', {
    extensions: shareable,
    type: 'DateTime',
    nullable: true,
    description: 'When it was taken back, or, of one that is referred to still, was kept no longer (`HistoryTrimmed`); null: it stands.',
  }),
  clientMessageId: t.exposeID('clientMessageId', {
    extensions: shareable,
    nullable: true,
    description: 'The name that its sender’s client made up for it.',
  }),
}));

const Messages = connectionOf<MessageShape>('Message', {
  of: 'A message',
  list: 'messages',
  node: (t) => t.field({ extensions: shareable, type: Message, description: 'The message.', resolve: ({ node }) => node }),
});

/** A message in a list. */
export const MessageEdge = Messages.edge;

/** A page of messages. */
export const MessageConnection = Messages.connection;

/** The edge of a message: its cursor is the same in every list and event. */
export function messageEdge(message: MessageShape): Edge<MessageShape> {
  return { node: message, cursor: formatCursor('seq', message.seq) };
}

/** The edge of a message that was just sent: who said it, and where, is known from its commit. */
export function sentEdge(loaders: Loaders, message: MessageShape): Edge<MessageShape> {
  const along = storedAlong(message);
  if (along !== null) useMessageAlong(loaders, along);
  return messageEdge(message);
}

/** The message that an entry logs, as the entry carries it: no read. Null once its sender is erased from the entry. */
export function messageOf({ streamId, seq, at, actorId, data }: KnownEntry<'MessageSent'>): MessageShape | null {
  return actorId === null ? null : { ...data, conversationId: streamId, seq, senderId: actorId, sentAt: at };
}

builder.interfaceField(Conversation, 'viewerLastMessage', (t) =>
  t.field({
    type: Message,
    nullable: true,
    description: 'The newest message that the viewer may see; null while there is none.',
    async resolve(conversation, _args, context) {
      const access = await viewerAccess(context, conversation);
      return access && context.scope.loaders.lastMessages.load(access);
    },
  }),
);
