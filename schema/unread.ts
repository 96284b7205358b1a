import type { UnreadTotals as UnreadTotalsShape } from '../src/message/index.ts';
import { builder } from './builder.ts';
import { Viewer } from './viewer.ts';

/** What waits to be read. */
export const UnreadTotals = builder.objectRef<UnreadTotalsShape>('UnreadTotals').implement({
  description: 'What waits for the viewer to read it, over all their conversations.',
  fields: (t) => ({
    messages: t.exposeInt('messages', {
      description: 'Messages of others after the viewer’s read marker, or after where they marked a conversation as unread themselves.',
    }),
    mentions: t.exposeInt('mentions', { description: 'Messages of others that mention the viewer or everyone, by an entry after there.' }),
    conversations: t.exposeInt('conversations', { description: 'Conversations in which any of these wait.' }),
    threads: t.exposeInt('threads', { description: 'Replies of others that wait in threads that the viewer takes part in.' }),
    badge: t.exposeInt('badge', {
      description:
        'The number on an app’s icon, and of a push: of `messages` those in conversations whose `viewerNotificationLevel` is ALL, and of `mentions` those where it is MENTIONS; nothing of what is archived, nor, until then, where there is a `viewerSilentUntil` that is yet to come.',
    }),
  }),
});

builder.objectField(Viewer, 'unread', (t) =>
  t.field({
    type: UnreadTotals,
    description: 'What waits to be read, counted before all but `positions` in the operation.',
    resolve: (_viewer, _args, { scope }) => scope.loaders.unreadTotals(),
  }),
);
