import type { Message as MessageShape } from '../src/message/index.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { formatCursor } from './cursors.ts';
import { argumentId } from './ids.ts';
import { Message } from './message.ts';
import { beginField } from './operation.ts';
import { forwardPage } from './page.ts';

const FoundMessages = connectionOf<MessageShape>('MessageSearch', {
  of: 'A message that was found',
  list: 'messages that were found',
  node: (t) => t.field({ type: Message, description: 'The message.', resolve: ({ node }) => node }),
});

/** What an optional id names. */
function named<T extends 'Conversation' | 'User'>(type: T, id: string | null | undefined, argument: string) {
  return id === null || id === undefined ? undefined : argumentId(type, id, argument);
}

// At the root: of a field of Conversation, a page of conversations would be a hundred searches.
builder.queryField('messages', (t) =>
  t.field({
    type: FoundMessages.connection,
    description:
      'Messages that the viewer may read and in which, or in the names and descriptions of what is attached, words begin as those of a text; case and accents do not matter, and a word of a script without spaces may begin at any of its letters; emojis of the text stand in it. Newest first; over several conversations, that of the latest activity first. A page may be short, or empty, and go on: a request looks through SEARCHED_MESSAGES. RATE_LIMITED, at the top level, past SEARCHES_PER_MINUTE; each page counts.',
    args: {
      search: t.arg.string({
        required: true,
        description: 'The beginnings of words, and emojis, up to 200 characters: a message has all of them.',
      }),
      conversationId: t.arg.id({ description: 'Only what was said there; absent: in all of the viewer’s conversations.' }),
      senderId: t.arg.id({ description: 'Only what this user said.' }),
      hasAttachments: t.arg.boolean({
        description: 'Only messages to which something is attached, or with false nothing; absent: either.',
      }),
      sentFrom: t.arg({ type: 'DateTime', description: 'Only what was said at this moment or later.' }),
      sentBefore: t.arg({ type: 'DateTime', description: 'Only what was said earlier than this.' }),
      first: t.arg.int({ description: 'How many, from 1 to 100; 50 by default.' }),
      after: t.arg.string({ description: 'The cursor to go on after, with all else as it was.' }),
    },
    async resolve(_root, { search, conversationId, senderId, hasAttachments, sentFrom, sentBefore, ...args }, context, info) {
      const viewer = await beginField(context, info);
      const { items, endKey, hasPreviousPage } = await context.chat.search.messages(viewer, {
        ...{
          search,
          signal: context.signal,
          conversationId: named('Conversation', conversationId, 'conversationId'),
          senderId: named('User', senderId, 'senderId'),
          hasAttachments: hasAttachments ?? undefined,
          sentFrom: sentFrom ?? undefined,
          sentBefore: sentBefore ?? undefined,
        },
        ...forwardPage('found', args),
      });
      const edges = items.map(({ message, conversation, key }) => {
        // What of the response was read before must not be older than the lastSeq shown here.
        context.scope.loaders.conversations.prime(conversation.id, conversation);
        return { node: message, cursor: formatCursor('found', key) };
      });
      const endCursor = endKey === null ? undefined : formatCursor('found', endKey);
      return { edges, hasNextPage: endKey !== null, hasPreviousPage, endCursor };
    },
  }),
);
