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
    'Somebody’s delivered or read marker has risen, other than by a message of theirs, or is shown no longer, or again. Not logged: the newest is all that matters.',
  interfaces: [Event],
  fields: (t) => ({
    conversation: t.field({
      extensions: shareable,
      type: Conversation,
      nullable: true,
      description: 'Where; null once it is gone.',
      resolve: ({ conversationId }, _args, { scope }) => scope.loaders.conversations.load(conversationId),
    }),
    membership: t.field({
      extensions: shareable,
      type: Membership,
      nullable: true,
      description: 'Whose, with the markers as they stand; null once they are out.',
      resolve: (ref, _args, context) => loadMembership(context, ref),
    }),
  }),
});

liveTypes.typing.implement({
  description:
    'Somebody else is typing, which comes again every few seconds while they are, or is not any more. Not logged; it ends by itself, and with what they send.',
  interfaces: [Event],
  fields: (t) => ({
    conversationId: t.id({
      extensions: shareable,
      description: 'Where.',
      resolve: ({ conversationId }) => formatId('Conversation', conversationId),
    }),
    user: t.field({
      extensions: shareable,
      type: User,
      nullable: true,
      description: 'Who; null once their account is erased.',
      resolve: ({ userId }, _args, { scope }) => scope.loaders.users.load(userId),
    }),
    typing: t.exposeBoolean('typing', { extensions: shareable, description: 'Whether they are.' }),
  }),
});

liveTypes.markers.implement({
  description:
    'The viewer’s own read marker has risen, on whichever device, other than by a message of theirs. Not logged, but never lost: several may come as one, and what was missed is told anew, also on resuming.',
  interfaces: [Event],
  fields: (t) => ({
    conversation: t.field({
      type: Conversation,
      nullable: true,
      description: 'Where; null once it is gone.',
      resolve: ({ conversationId }, _args, { scope }) => scope.loaders.conversations.load(conversationId),
    }),
    unread: t.field({
      type: UnreadTotals,
      description: 'What waits to be read in all conversations.',
      resolve: (_event, _args, { scope }) => scope.loaders.unreadTotals(),
    }),
  }),
});

liveTypes.ready.implement({
  description: 'Comes once: all that lay past the positions given has been sent, and it is live from here on.',
  interfaces: [Event],
  fields: (t) => ({ positions: t.expose('positions', { type: [Position], description: 'How far each stream had got by then.' }) }),
});

const reasons: Record<(typeof resyncReasons)[number], { readonly description: string }> = {
  GAP_TOO_LARGE: { description: 'More entries lie past the position than are sent again.' },
  POSITION_TOO_OLD: { description: 'Entries past the position are not kept any more.' },
  POSITION_AHEAD: { description: 'The position lies past the newest entry.' },
  OTHER_EPOCH: { description: 'The position is of another history: the database was restored since.' },
  REJOINED: { description: 'The viewer was out in between, and does not get what happened then.' },
  GONE: { description: 'The stream is not, or never was, the viewer’s.' },
};

const ResyncReason = builder.enumType('ResyncReason', { description: 'Why a part of a stream cannot be had.', values: reasons });

liveTypes.resync.implement({
  description: 'A part of a stream cannot be had: read its pages anew. The subscription goes on after lastSeq. May come at any time.',
  interfaces: [Event],
  fields: (t) => ({
    streamId: t.exposeID('streamId', { description: 'Which stream.' }),
    lastSeq: t.exposeInt('lastSeq', { nullable: true, description: 'After which entry it goes on; null: it does not.' }),
    resyncReason: t.expose('reason', { type: ResyncReason, description: 'Why.' }),
  }),
});
