import type { resyncReasons } from '../src/feed/index.ts';
import { builder } from './builder.ts';
import { Conversation } from './conversation.ts';
import { Event, liveTypes } from './event.ts';
import { formatId } from './ids.ts';
import { loadMembership, Membership } from './membership.ts';
import { Position } from './position.ts';
import { shareable } from './shareable.ts';
import { UnreadTotals } from './unread.ts';
import { User } from './user.ts';

liveTypes.receipt.implement({
  description:
    'A member’s delivery or read marker moved, other than by sending a message. Also sent when a member hides their markers, or shows them again. Not stored in a stream: only the newest state matters.',
  interfaces: [Event],
  fields: (t) => ({
    conversation: t.field({
      extensions: shareable,
      type: Conversation,
      nullable: true,
      description: 'The conversation, or null if it no longer exists.',
      resolve: ({ conversationId }, _args, { scope }) => scope.loaders.conversations.load(conversationId),
    }),
    membership: t.field({
      extensions: shareable,
      type: Membership,
      nullable: true,
      description: 'The membership with its current markers, or null if the user is no longer a member.',
      resolve: (ref, _args, context) => loadMembership(context, ref),
    }),
  }),
});

liveTypes.typing.implement({
  description:
    'Another member is typing, or has stopped typing. Sent again every few seconds while they type. Not stored in a stream. Typing also ends by itself, and when the member sends a message.',
  interfaces: [Event],
  fields: (t) => ({
    conversationId: t.id({
      extensions: shareable,
      description: 'The ID of the conversation.',
      resolve: ({ conversationId }) => formatId('Conversation', conversationId),
    }),
    user: t.field({
      extensions: shareable,
      type: User,
      nullable: true,
      description: 'The user who is typing or has stopped, or null once their account has been erased.',
      resolve: ({ userId }, _args, { scope }) => scope.loaders.users.load(userId),
    }),
    typing: t.exposeBoolean('typing', { extensions: shareable, description: 'Whether the user is typing.' }),
  }),
});

liveTypes.markers.implement({
  description:
    'The viewer’s own read marker moved, on any of their devices, other than by sending a message. Not stored in a stream, but never lost: several moves can arrive as one event, and missed moves are sent again, also on resuming.',
  interfaces: [Event],
  fields: (t) => ({
    conversation: t.field({
      type: Conversation,
      nullable: true,
      description: 'The conversation, or null if it no longer exists.',
      resolve: ({ conversationId }, _args, { scope }) => scope.loaders.conversations.load(conversationId),
    }),
    unread: t.field({
      type: UnreadTotals,
      description: 'The viewer’s unread counts over all conversations.',
      resolve: (_event, _args, { scope }) => scope.loaders.unreadTotals(),
    }),
  }),
});

liveTypes.ready.implement({
  description: 'Sent once, when everything after the given positions has been sent. From here on, the subscription is live.',
  interfaces: [Event],
  fields: (t) => ({
    positions: t.expose('positions', { type: [Position], description: 'The position that each stream had reached at that point.' }),
  }),
});

const reasons: Record<(typeof resyncReasons)[number], { readonly description: string }> = {
  GAP_TOO_LARGE: { description: 'More entries follow the position than are sent again.' },
  POSITION_TOO_OLD: { description: 'Entries after the position are no longer stored.' },
  POSITION_AHEAD: { description: 'The position is after the newest entry.' },
  OTHER_EPOCH: { description: 'The position belongs to another epoch: the database has been restored since.' },
  REJOINED: { description: 'The viewer was not a member for some time, and does not receive what happened meanwhile.' },
  GONE: { description: 'The stream is no longer the viewer’s, or never was.' },
};

const ResyncReason = builder.enumType('ResyncReason', { description: 'Why part of a stream cannot be sent.', values: reasons });

liveTypes.resync.implement({
  description:
    'Part of a stream cannot be sent: fetch its pages again. The subscription continues after `lastSeq`. Can arrive at any time.',
  interfaces: [Event],
  fields: (t) => ({
    streamId: t.exposeID('streamId', { description: 'The ID of the stream.' }),
    lastSeq: t.exposeInt('lastSeq', {
      nullable: true,
      description: 'The `seq` after which the stream continues, or null if it does not continue.',
    }),
    resyncReason: t.expose('reason', { type: ResyncReason, description: 'Why part of the stream cannot be sent.' }),
  }),
});
