import type { ListedThread } from '../src/message/index.ts';
import { builder } from './builder.ts';
import { connectionOf, emptyPage, forwardArgs, forwardConnection } from './connection.ts';
import { Conversation, viewerAccess } from './conversation.ts';
import { formatId, optionalArgumentId } from './ids.ts';
import { Message, MessageConnection } from './message.ts';
import { present } from './node.ts';
import { Viewer } from './viewer.ts';

const Threads = connectionOf<ListedThread>('Thread', {
  of: 'A thread',
  list: 'threads in which the viewer participates',
  node: (t) =>
    t.field({
      type: Message,
      description: 'The message that started the thread, even if it was sent before the viewer joined.',
      resolve: ({ node: { root } }, _args, { scope }) => theMessage(scope.loaders.messages.load(root), root),
    }),
});

builder.objectField(Threads.edge, 'lastReply', (t) =>
  t.field({
    type: Message,
    description: 'The newest reply in the thread that the viewer sees. The list is in order of its `sentAt`.',
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
      'The threads in which the viewer participates, by having started them or replied, and of which they see a reply. The thread with the newest reply comes first. The `viewerThreadUnreadCount` of each node is the number of its unread replies; their sum is `unread { threads }`.',
    args: {
      ...forwardArgs(),
      unread: t.arg.boolean({ description: 'Returns only threads with unread replies (true) or without (false). Omit to return both.' }),
      conversationId: t.arg.id({
        description: 'Returns only threads of this conversation. Omit to include all conversations that the viewer is shown.',
      }),
    },
    resolve(viewer, { unread, conversationId: named, ...args }, { chat, scope: { loaders } }) {
      const conversationId = optionalArgumentId('Conversation', named, 'conversationId');
      return forwardConnection(args, {
        order: 'thread',
        read: (page) =>
          loaders.ownPage(`threads ${unread} ${conversationId} ${page.first} ${page.after}`, () =>
            chat.messages.threads(viewer, { ...page, unread: unread ?? undefined, conversationId }),
          ),
        node(thread) {
          // Anything in the response that was read before this page must not be older than the lastSeq shown here.
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
      'The messages from others that mention the viewer or everyone, most recent mention first. An edit that adds a mention moves its message to the front. The list is as of `lastSeq` in the same response.',
    args: {
      ...forwardArgs(),
      unread: t.arg.boolean({
        description: 'Returns only the messages that `viewerMentionCount` counts (true) or only the others (false). Omit to return both.',
      }),
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
