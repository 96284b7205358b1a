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
  description: 'An entry of a conversation’s stream. Everyone in the conversation receives every entry.',
  interfaces: [LogEvent, Event],
  resolveType: ({ entry }) => loggedTypes[entry.type],
  fields: (t) => ({
    actor: t.field({
      extensions: shareable,
      type: User,
      nullable: true,
      description:
        'The user who caused the event. Null once their account has been erased, and if it was nobody in the conversation but the server or its operators.',
      resolve: ({ entry: { actorId } }, _args, { scope }) => (actorId === null ? null : scope.loaders.users.get(actorId)),
    }),
    conversation: t.field({
      extensions: shareable,
      type: Conversation,
      nullable: true,
      description: 'The conversation, or null if it no longer exists.',
      resolve: ({ entry }, _args, { scope }) => scope.loaders.conversations.get(entry.streamId),
    }),
  }),
});

/** The interfaces of every entry of a conversation's log. */
export const conversationEventInterfaces = [ConversationEvent, LogEvent, Event];
const interfaces = conversationEventInterfaces;

/** Why a user is no longer in a conversation. */
export const LeaveReason = builder.enumType('LeaveReason', {
  description: 'Why a user is no longer in a conversation.',
  values: {
    LEFT: { description: 'The user left.' },
    REMOVED: { description: 'The user was removed.' },
    BANNED: { description: 'The user was removed and is banned from joining again.' },
    DISSOLVED: { description: 'The group was dissolved. Nobody is in it any more.' },
  } satisfies Record<(typeof leaveReasons)[number], unknown>,
});

MessageSent.implement({
  description:
    'A message was sent. It moves its sender’s markers to its `seq` without another event: `deliveredSeq` and `readSeq`, and on the sender’s own devices `viewerReadSeq`. A marker does not move if a message by another user lies between it and this message.',
  interfaces,
  fields: (t) => ({
    messageEdge: t.field({
      extensions: shareable,
      type: MessageEdge,
      nullable: true,
      description: 'The message, with its cursor in the conversation’s lists. Null only together with an error.',
      resolve({ entry }): Edge<MessageShape> | null {
        const message = messageOf(entry);
        return message && messageEdge(message);
      },
    }),
  }),
});

MemberJoined.implement({
  description: 'A user joined the conversation.',
  interfaces,
  fields: (t) => ({
    membershipEdge: t.field({
      extensions: shareable,
      type: MembershipEdge,
      nullable: true,
      description: 'The membership, with its cursor in the list of members, or null once it has ended.',
      async resolve({ entry }, _args, context): Promise<Edge<MembershipShape> | null> {
        const member = await loadMembership(context, { conversationId: entry.streamId, userId: entry.data.userId });
        return member && membershipEdge(member);
      },
    }),
    user: t.field({
      extensions: shareable,
      type: User,
      nullable: true,
      description: 'The user who joined, or null once their account has been erased.',
      resolve: ({ entry }, _args, { scope }) => scope.loaders.users.load(entry.data.userId),
    }),
  }),
});

MemberLeft.implement({
  description: 'A user’s membership in the conversation ended. That user receives neither this event nor any later one.',
  interfaces,
  fields: (t) => ({
    membershipId: t.id({
      extensions: shareable,
      description: 'The ID of the ended membership.',
      resolve: ({ entry }) => formatId('Membership', { conversationId: entry.streamId, userId: entry.data.userId }),
    }),
    user: t.field({
      extensions: shareable,
      type: User,
      nullable: true,
      description: 'The user who is no longer in the conversation, or null once their account has been erased.',
      resolve: ({ entry }, _args, { scope }) => scope.loaders.users.load(entry.data.userId),
    }),
    leaveReason: t.field({
      extensions: shareable,
      type: LeaveReason,
      description: 'Why the user is no longer in the conversation.',
      resolve: ({ entry }) => entry.data.reason,
    }),
  }),
});

const ConversationEvents = connectionOf<Logged<ConversationEntry>>('ConversationEvent', {
  of: 'A conversation event',
  list: 'conversation events',
  node: (t) => t.field({ type: ConversationEvent, description: 'The event.', resolve: ({ node }) => node }),
});

/** A page of entries. */
export const ConversationEventConnection = ConversationEvents.connection;

/** Returns the edge of an entry. A message has the same cursor in all lists. */
export function conversationEventEdge(entry: ConversationEntry): Edge<Logged<ConversationEntry>> {
  return { node: inConversation(entry), cursor: formatCursor('seq', entry.seq) };
}
