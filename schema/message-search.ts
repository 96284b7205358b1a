import type { Message as MessageShape } from '../src/message/index.ts';
import { builder } from './builder.ts';
import { connectionOf, forwardArgs } from './connection.ts';
import { formatCursor } from './cursors.ts';
import { optionalArgumentId } from './ids.ts';
import { Message } from './message.ts';
import { beginField } from './operation.ts';
import { forwardPage } from './page.ts';

const FoundMessages = connectionOf<MessageShape>('MessageSearch', {
  of: 'A found message',
  list: 'found messages',
  node: (t) => t.field({ type: Message, description: 'The message.', resolve: ({ node }) => node }),
});

// A root field: as a field of Conversation, a page of conversations would run a hundred searches.
builder.queryField('messages', (t) =>
  t.field({
    type: FoundMessages.connection,
    description:
      'Searches the messages that the viewer can read. Each word of the search must begin a word of the message, or of the names and descriptions of its attachments. Case and accents do not matter. In a script without spaces, a word can begin at any letter. Emojis of the search must be in the text. The newest messages come first; over several conversations, the conversation with the latest activity comes first. One request looks through SEARCHED_MESSAGES messages, so a page can be short or empty although more follow. Fails with RATE_LIMITED as a top-level error beyond SEARCHES_PER_MINUTE; each page counts.',
    args: {
      search: t.arg.string({
        required: true,
        description: 'The beginnings of words, and emojis, up to 200 characters. A message must have all of them.',
      }),
      conversationId: t.arg.id({
        description: 'Returns only messages of this conversation. Omit to include all of the viewer’s conversations.',
      }),
      senderId: t.arg.id({ description: 'Returns only messages that this user sent.' }),
      hasAttachments: t.arg.boolean({
        description: 'Returns only messages with attachments (true) or without attachments (false). Omit to return both.',
      }),
      sentFrom: t.arg({ type: 'DateTime', description: 'Returns only messages sent at this time or later.' }),
      sentBefore: t.arg({ type: 'DateTime', description: 'Returns only messages sent before this time.' }),
      ...forwardArgs('Returns the items after this cursor, with the other arguments unchanged.'),
    },
    async resolve(_root, { search, conversationId, senderId, hasAttachments, sentFrom, sentBefore, ...args }, context, info) {
      const viewer = await beginField(context, info);
      const { items, endKey, hasPreviousPage } = await context.chat.search.messages(viewer, {
        ...{
          search,
          signal: context.signal,
          conversationId: optionalArgumentId('Conversation', conversationId, 'conversationId'),
          senderId: optionalArgumentId('User', senderId, 'senderId'),
          hasAttachments: hasAttachments ?? undefined,
          sentFrom: sentFrom ?? undefined,
          sentBefore: sentBefore ?? undefined,
        },
        ...forwardPage('found', args),
      });
      const edges = items.map(({ message, conversation, key }) => {
        // Anything in the response that was read before must not be older than the lastSeq shown here.
        context.scope.loaders.conversations.prime(conversation.id, conversation);
        return { node: message, cursor: formatCursor('found', key) };
      });
      const endCursor = endKey === null ? undefined : formatCursor('found', endKey);
      return { edges, hasNextPage: endKey !== null, hasPreviousPage, endCursor };
    },
  }),
);
