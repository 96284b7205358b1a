import type { UnreadTotals as UnreadTotalsShape } from '../src/message/index.ts';
import { builder } from './builder.ts';
import { Viewer } from './viewer.ts';

/** The viewer's unread counts. */
export const UnreadTotals = builder.objectRef<UnreadTotalsShape>('UnreadTotals').implement({
  description: 'The viewer’s unread counts over all conversations.',
  fields: (t) => ({
    messages: t.exposeInt('messages', {
      description:
        'The number of messages from others after the viewer’s read marker, or from where the viewer marked a conversation as unread.',
    }),
    mentions: t.exposeInt('mentions', {
      description: 'The number of messages from others with an unread mention of the viewer or of everyone.',
    }),
    conversations: t.exposeInt('conversations', { description: 'The number of conversations with unread messages or mentions.' }),
    threads: t.exposeInt('threads', {
      description: 'The number of unread replies from others in threads in which the viewer participates.',
    }),
    badge: t.exposeInt('badge', {
      description:
        'The number for an app’s icon, which push notifications also include: the unread messages in conversations whose `viewerNotificationLevel` is ALL, and the unread mentions where it is MENTIONS. Archived conversations do not count, nor do those whose `viewerSilentUntil` is in the future.',
    }),
  }),
});

builder.objectField(Viewer, 'unread', (t) =>
  t.field({
    type: UnreadTotals,
    description: 'The viewer’s unread counts over all conversations, read before everything but `positions` in the operation.',
    resolve: (_viewer, _args, { scope }) => scope.loaders.unreadTotals(),
  }),
);
