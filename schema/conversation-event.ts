import type { Membership as MembershipShape } from '../src/group/index.ts';
import type { leaveReasons } from '../src/log/index.ts';
import type { Message as MessageShape } from '../src/message/index.ts';
import { builder } from './builder.ts';
import { connectionOf, type Edge } from './connection.ts';
import { Conversation } from './conversation.ts';
import { formatCursor } from './cursors.ts';
import { type EntryOn, Event, inConversation, LogEvent, type Logged, loggedTypes } from './event.ts';
import { formatId } from './ids.ts';
import { loadMembership, MembershipEdge, membershipEdge } from './membership.ts';
import { MessageEdge, messageEdge, messageOf } from './message.ts';
import { shareable } from './shareable.ts';
import { User } from './user.ts';

const { MessageSent, MemberJoined, MemberLeft } = loggedTypes;

/** The entries of a conversation's log that can be shown. */
export type ConversationEntry = EntryOn<'conversation'>;

/** An entry of a conversation's log. */
export const ConversationEvent = builder.interfaceRef<Logged<ConversationEntry>>('ConversationEvent').implement({
  description: 'An entry of a conversation’s log. Everyone in the conversation gets every one of them.',
  interfaces: [LogEvent, Event],
  resolveType: ({ entry }) => loggedTypes[entry.type],
  fields: (t) => ({
    actor: t.field({
      extensions: shareable,
      type: User,
      nullable: true,
      description:
        'Who did it; null once their account is erased, and where it was nobody in the conversation: the server by itself, or who operates it.',
      resolve: ({ entry: { actorId } }, _args, { scope }) => (actorId === null ? null : scope.loaders.users.get(actorId)),
    }),
    conversation: t.field({
      extensions: shareable,
      type: Conversation,
      nullable: true,
      description: 'Where it happened; null once it is gone.',
      resolve: ({ entry }, _args, { scope }) => scope.loaders.conversations.get(entry.streamId),
    }),
  }),
});

/** What every entry of a conversation's log is. */
export const conversationEventInterfaces = [ConversationEvent, LogEvent, Event];
const interfaces = conversationEventInterfaces;

/** Why somebody is out. */
export const LeaveReason = builder.enumType('LeaveReason', {
  description: 'Why somebody is not in a conversation any more.',
  values: {
    LEFT: { description: 'They left.' },
    REMOVED: { description: 'Somebody removed them.' },
    BANNED: { description: 'Somebody removed them and keeps them from joining again.' },
    DISSOLVED: { description: 'The group is no more: everyone is out.' },
  } satisfies Record<(typeof leaveReasons)[number], unknown>,
});

MessageSent.implement({
  description:
    'Something was said. Its sender has it: their deliveredSeq and their readSeq, and on their own devices viewerReadSeq, become its seq without another event, each of them unless a message by somebody else lies between it and this one.',
  interfaces,
  fields: (t) => ({
    messageEdge: t.field({
      extensions: shareable,
      type: MessageEdge,
      nullable: true,
      description: 'The message, with its cursor in the conversation’s lists.',
      resolve({ entry }): Edge<MessageShape> | null {
        const message = messageOf(entry);
        return message && messageEdge(message);
      },
    }),
  }),
});

MemberJoined.implement({
  description: 'Somebody is in the conversation from here on.',
  interfaces,
  fields: (t) => ({
    membershipEdge: t.field({
      extensions: shareable,
      type: MembershipEdge,
      nullable: true,
      description: 'Their part, with its cursor in the list of members; null once it has ended.',
      async resolve({ entry }, _args, context): Promise<Edge<MembershipShape> | null> {
        const member = await loadMembership(context, { conversationId: entry.streamId, userId: entry.data.userId });
        return member && membershipEdge(member);
      },
    }),
    user: t.field({
      extensions: shareable,
      type: User,
      nullable: true,
      description: 'Who joined; null once their account is erased.',
      resolve: ({ entry }, _args, { scope }) => scope.loaders.users.load(entry.data.userId),
    }),
  }),
});

MemberLeft.implement({
  description: 'Somebody’s part in the conversation ends here. They do not get this entry, nor any after it.',
  interfaces,
  fields: (t) => ({
    membershipId: t.id({
      extensions: shareable,
      description: 'The membership that has ended.',
      resolve: ({ entry }) => formatId('Membership', { conversationId: entry.streamId, userId: entry.data.userId }),
    }),
    user: t.field({
      extensions: shareable,
      type: User,
      nullable: true,
      description: 'Who is out; null once their account is erased.',
      resolve: ({ entry }, _args, { scope }) => scope.loaders.users.load(entry.data.userId),
    }),
    leaveReason: t.field({ extensions: shareable, type: LeaveReason, description: 'Why.', resolve: ({ entry }) => entry.data.reason }),
  }),
});

const ConversationEvents = connectionOf<Logged<ConversationEntry>>('ConversationEvent', {
  of: 'An entry',
  list: 'entries of a conversation’s log',
  node: (t) => t.field({ type: ConversationEvent, description: 'The entry.', resolve: ({ node }) => node }),
});

/** A page of entries. */
export const ConversationEventConnection = ConversationEvents.connection;

/** The edge of an entry: a message has the same cursor in all lists. */
export function conversationEventEdge(entry: ConversationEntry): Edge<Logged<ConversationEntry>> {
  return { node: inConversation(entry), cursor: formatCursor('seq', entry.seq) };
}
