import type { ListedThread } from '../src/message/index.ts';
import { builder } from './builder.ts';
import { connectionOf, emptyPage, forwardConnection } from './connection.ts';
import { Conversation, viewerAccess } from './conversation.ts';
import { argumentId, formatId } from './ids.ts';
import { Message, MessageConnection } from './message.ts';
import { present } from './node.ts';
import { Viewer } from './viewer.ts';

const Threads = connectionOf<ListedThread>('Thread', {
  of: 'A thread that the viewer takes part in',
  list: 'threads',
  node: (t) =>
    t.field({
      type: Message,
      description: 'The message that the thread is about, even from before the viewer joined.',
      resolve: ({ node: { root } }, _args, { scope }) => theMessage(scope.loaders.messages.load(root), root),
    }),
});

builder.objectField(Threads.edge, 'lastReply', (t) =>
  t.field({
    type: Message,
    description: 'The newest reply there that the viewer sees; the list is in order of its `sentAt`.',
    resolve: ({ node: { lastReply } }, _args, { scope }) => theMessage(scope.loaders.messages.load(lastReply), lastReply),
  }),
);

async function theMessage<T>(read: Promise<T | null>, ref: ListedThread['root']): Promise<T> {
  return present(await read, `message ${formatId('Message', ref)}`);
}

builder.objectField(Viewer, 'threads', (t) =>
  t.field({
    type: Threads.connection,
    description:
      'The threads that the viewer takes part in, by having begun them or replied, and of which they see a reply; the one with the newest reply first. What waits in each is the `viewerThreadUnreadCount` of its node; together they are `unread { threads }`.',
    args: {
      first: t.arg.int({ description: 'How many, from 1 to 100; 50 by default.' }),
      after: t.arg.string({ description: 'The cursor to go on after.' }),
      unread: t.arg.boolean({ description: 'Only those in which replies wait, or only the rest; absent: both.' }),
      conversationId: t.arg.id({ description: 'Only those of this conversation; absent: of all that the viewer is shown.' }),
    },
    resolve(viewer, { unread, conversationId: named, ...args }, { chat, scope: { loaders } }) {
      const conversationId = named === null || named === undefined ? undefined : argumentId('Conversation', named, 'conversationId');
      return forwardConnection(args, {
        order: 'thread',
        read: (page) =>
          loaders.ownPage(`threads ${unread} ${conversationId} ${page.first} ${page.after}`, () =>
            chat.messages.threads(viewer, { ...page, unread: unread ?? undefined, conversationId }),
          ),
        node(thread) {
          // What of the response was read before this page must not be older than the lastSeq shown here.
          loaders.conversations.prime(thread.conversation.id, thread.conversation);
          return thread;
        },
      });
    },
  }),
);

builder.interfaceField(Conversation, 'viewerMentions', (t) =>
  t.field({
    type: MessageConnection,
    description:
      'The messages of others that mention the viewer or everyone, the one that did so last first: an edit that adds a mention moves its message up. As of lastSeq in the same response.',
    args: {
      first: t.arg.int({ description: 'How many, from 1 to 100; 50 by default.' }),
      after: t.arg.string({ description: 'The cursor to go on after.' }),
      unread: t.arg.boolean({ description: 'Only what `viewerMentionCount` counts, or only the rest; absent: both.' }),
    },
    async resolve(conversation, { unread, ...args }, context) {
      const access = await viewerAccess(context, conversation);
      if (access === null) return emptyPage;
      return forwardConnection(args, {
        order: 'mention',
        async read({ first, after }) {
          const { items, hasNextPage } = await context.chat.messages.mentioning(
            { conversation, access },
            { first, after: after === undefined ? undefined : Number(after), unread: unread ?? undefined },
          );
          return { items: items.map(({ message, seq }) => ({ message, key: String(seq) })), hasNextPage };
        },
        node: ({ message }) => message,
      });
    },
  }),
);
