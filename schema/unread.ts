import { builder } from './builder.ts';
import type { UnreadTotals as UnreadTotalsShape } from './loaders.ts';
import { Viewer } from './viewer.ts';

/** What waits to be read. */
export const UnreadTotals = builder.objectRef<UnreadTotalsShape>('UnreadTotals').implement({
  description: 'What waits for the viewer to read it, over all their conversations.',
  fields: (t) => ({
    messages: t.exposeInt('messages', { description: 'Messages of others that lie after the viewer’s read marker.' }),
    conversations: t.exposeInt('conversations', { description: 'Conversations that hold any of them.' }),
  }),
});

builder.objectField(Viewer, 'unread', (t) =>
  t.field({
    type: UnreadTotals,
    description: 'What waits to be read, counted before all but `positions` in the operation.',
    resolve: (_viewer, _args, { scope }) => scope.loaders.unreadTotals(),
  }),
);
