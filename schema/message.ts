import type { Conversation as ConversationShape } from '../src/group/index.ts';
import type { KnownEntry } from '../src/log/index.ts';
import { type Message as MessageShape, storedAlong } from '../src/message/index.ts';
import { builder } from './builder.ts';
import { connectionOf, type Edge } from './connection.ts';
import type { Context } from './context.ts';
import { Conversation, viewerAccess } from './conversation.ts';
import { formatCursor } from './cursors.ts';
import { formatId } from './ids.ts';
import { useMessageAlong } from './loaders.ts';
import { Node, presentConversation } from './node.ts';
import { shareable } from './shareable.ts';
import { User } from './user.ts';

/** A message in a conversation. */
export const Message = builder.objectRef<MessageShape>('Message').implement({
  description: 'A message in a conversation.',
  interfaces: [Node],
});

builder.objectFields(Message, (t) => ({
  id: t.id({ extensions: shareable, description: 'The global ID.', resolve: (ref) => formatId('Message', ref) }),
  conversation: t.field({
    extensions: shareable,
    type: Conversation,
    description: 'The conversation that the message was sent in.',
    resolve: ({ conversationId }, _args, context) => presentConversation(context, conversationId),
  }),
  seq: t.exposeInt('seq', { extensions: shareable, description: 'The sequence number of the message in the conversation’s stream.' }),
  sender: t.field({
    extensions: shareable,
    type: User,
    nullable: true,
    description: 'The user who sent the message, or null once their account has been erased.',
    resolve: ({ senderId }, _args, { scope }) => scope.loaders.users.get(senderId),
  }),
  text: t.exposeString('text', {
    extensions: shareable,
    description: 'The text of the message, exactly as stored. Empty if the message was recalled, or if it has only attachments or data.',
  }),
  data: t.expose('data', {
    extensions: shareable,
    type: 'JSONObject',
    nullable: true,
    description:
      'Custom JSON data that the sender’s client attached for other clients, or null if there is none or the message was recalled.',
  }),
  replyTo: t.field({
    extensions: shareable,
    type: Message,
    nullable: true,
    description:
      'The message that this message quotes, or null if there is none. Anyone who sees this message also sees the quoted one, even from before they joined.',
    resolve: ({ conversationId, replyToSeq }, _args, { scope }) =>
      replyToSeq === null ? null : scope.loaders.messages.load({ conversationId, seq: replyToSeq }),
  }),
  sentAt: t.expose('sentAt', {
    extensions: shareable,
    type: 'DateTime',
    description: 'When the message was sent: the time when the server stored it.',
  }),
  editedAt: t.expose('editedAt', {
    extensions: shareable,
    type: 'DateTime',
    nullable: true,
    description: 'When the message was last edited, or null if it never was.',
  }),
  recalledAt: t.expose('recalledAt', {
    extensions: shareable,
    type: 'DateTime',
    nullable: true,
    description:
      'When the message was recalled, or null if it was not. For a message that `HistoryTrimmed` removed and that is still referred to, when it was removed.',
  }),
  clientMessageId: t.exposeID('clientMessageId', {
    extensions: shareable,
    nullable: true,
    description: 'The ID that the sender’s client chose for the message. Null only together with an error.',
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

/** Returns the edge of a message. Its cursor is the same in every list and event. */
export function messageEdge(message: MessageShape): Edge<MessageShape> {
  return { node: message, cursor: formatCursor('seq', message.seq) };
}

/**
 * Returns the edge of a message that the viewer has sent. If it was just stored, its sender and conversation are known from its commit and
 * not read.
 */
export function sentEdge(context: Context, message: MessageShape): Edge<MessageShape> | Promise<Edge<MessageShape>> {
  const along = storedAlong(message);
  if (along === null) return repeatedEdge(context, message);
  useMessageAlong(context.scope.loaders, along);
  return messageEdge(message);
}

/**
 * Returns the edge of a message whose request was repeated. A sender who has left since gets their message, because it is stored, but
 * nothing of what others say or do there. The same holds for one who has joined again and may not read from before that.
 */
async function repeatedEdge(context: Context, message: MessageShape): Promise<Edge<MessageShape>> {
  const access = await viewerAccess(context, { id: message.conversationId });
  if (access !== null && message.seq >= access.fromSeq) return messageEdge(message);
  if (access === null) {
    const { conversations, reach } = context.scope.loaders;
    const left = asLeft(await presentConversation(context, message.conversationId), message);
    conversations.learn(left.id, left);
    reach.prime(left, null);
  }
  return messageEdge({ ...message, replyToSeq: null, threadRootSeq: null, replyCount: 0, hasReactions: false, pinnedAt: null, poll: null });
}

/** A conversation as a former member may know it: of what can change, only its name, its owner and who may do what. */
function asLeft(conversation: ConversationShape, { seq, ordinal, sentAt }: MessageShape): ConversationShape {
  return {
    ...conversation,
    ...{ lastSeq: seq, lastOrdinal: ordinal, lastActivityAt: sentAt, memberCount: 0 },
    ...{ description: null, announcement: null, avatarUrl: null, data: null, mutedUntil: null },
  };
}

/** Returns the message of an entry, without a read. Null once its sender is erased from the entry. */
export function messageOf({ streamId, seq, at, actorId, data }: KnownEntry<'MessageSent'>): MessageShape | null {
  return actorId === null ? null : { ...data, conversationId: streamId, seq, senderId: actorId, sentAt: at };
}

builder.interfaceField(Conversation, 'viewerLastMessage', (t) =>
  t.field({
    type: Message,
    nullable: true,
    description: 'The newest message that the viewer can see, or null if there is none.',
    async resolve(conversation, _args, context) {
      const access = await viewerAccess(context, conversation);
      return access && context.scope.loaders.lastMessages.load({ ...access, upTo: conversation.lastSeq });
    },
  }),
);
