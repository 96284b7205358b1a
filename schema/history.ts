import type { Entry } from '../src/log/index.ts';
import type { HistoryRequest } from '../src/message/index.ts';
import type { Page } from '../src/page.ts';
import { AccountEventConnection, accountEventEdge, isAccountEntry } from './account-event.ts';
import { builder } from './builder.ts';
import { type Connection, type Edge, emptyPage, forwardArgs } from './connection.ts';
import { Conversation, viewerAccess } from './conversation.ts';
import { ConversationEventConnection, conversationEventEdge } from './conversation-event.ts';
import { standsOn } from './event.ts';
import { MessageConnection, messageEdge } from './message.ts';
import { historyPage, streamPage } from './page.ts';
import { Viewer } from './viewer.ts';

const historyArgs = builder.args((t) => ({
  first: t.int({
    description:
      'The number of items to return, from 1 to 100, from the start or after `after`. With `around`, `aroundId` or `aroundDate`, the number of items after that place.',
  }),
  after: t.string({ description: 'Returns the items after this cursor, 50 by default.' }),
  last: t.int({
    description:
      'The number of items to return, from 1 to 100, from the end or before `before`. With `around`, `aroundId` or `aroundDate`, the number of items before that place. Defaults to 50 if no other paging argument is given.',
  }),
  before: t.string({ description: 'Returns the items before this cursor, 50 by default.' }),
  around: t.int({
    description:
      'Centers the page on the item with this `seq`, or on the nearest one, with 50 items on each side by default. Ignored if `after` or `before` is given.',
  }),
  aroundId: t.id({ description: 'Centers the page on the message with this ID, instead of on a `seq`.' }),
  aroundDate: t.field({
    type: 'DateTime',
    description: 'Centers the page on the item from this time, or on the nearest one, instead of on a `seq`.',
  }),
}));

const streamArgs = {
  ...builder.args((t) => ({
    afterSeq: t.int({ required: true, description: 'Returns the entries after this `seq`; 0 starts with the first entry.' }),
  })),
  ...forwardArgs('Returns the items after this cursor, instead of after `afterSeq`.'),
};

function connectionFrom<I, T>({ items, hasNextPage, hasPreviousPage }: Page<I>, edge: (item: I) => Edge<T>): Connection<T> {
  return { edges: items.map(edge), hasNextPage, hasPreviousPage };
}

interface StreamPage {
  readonly first: number;
  readonly afterSeq: number;
}

// A page of one entry would otherwise take a read for each entry that it skips.
const restAtOnce = 100;

/**
 * Reads a page of the entries that can be shown. The others are skipped: they do not count for the page size, nor for whether there is a
 * next page.
 */
async function shownPage<E extends Entry>(
  { first, afterSeq }: StreamPage,
  read: (page: StreamPage) => Promise<Page<Entry>>,
  shows: (entry: Entry) => entry is E,
): Promise<Page<E>> {
  // One more entry than requested shows whether there is a next page.
  let page = await read({ first: first + 1, afterSeq });
  const { hasPreviousPage } = page;
  const shown = page.items.filter(shows);
  for (let last = page.items.at(-1); last !== undefined && page.hasNextPage && shown.length <= first; last = page.items.at(-1)) {
    page = await read({ first: Math.max(first + 1, restAtOnce), afterSeq: last.seq });
    shown.push(...page.items.filter(shows));
  }
  return { items: shown.slice(0, first), hasNextPage: shown.length > first, hasPreviousPage };
}

builder.interfaceFields(Conversation, (t) => ({
  messages: t.field({
    type: MessageConnection,
    description: 'The messages of the conversation, in order of `seq`. Without paging arguments, the newest 50.',
    args: historyArgs,
    async resolve(conversation, args, context) {
      const request: HistoryRequest = { ...historyPage(conversation.id, args), upTo: conversation.lastSeq };
      const access = await viewerAccess(context, conversation);
      return access === null ? emptyPage : connectionFrom(await context.chat.messages.messages(access, request), messageEdge);
    },
  }),
  timeline: t.field({
    type: ConversationEventConnection,
    description:
      'The messages of the conversation and the events between them, in order of `seq`. Without paging arguments, the newest 50.',
    args: historyArgs,
    async resolve(conversation, args, context) {
      const request: HistoryRequest = { ...historyPage(conversation.id, args), upTo: conversation.lastSeq };
      const access = await viewerAccess(context, conversation);
      return access === null ? emptyPage : connectionFrom(await context.chat.messages.timeline(access, request), conversationEventEdge);
    },
  }),
  events: t.field({
    type: ConversationEventConnection,
    description: 'The entries of the conversation’s stream after a given `seq`, in order. Entries that cannot be shown are left out.',
    args: streamArgs,
    async resolve(conversation, args, context) {
      const page = streamPage(args);
      const access = await viewerAccess(context, conversation);
      if (access === null) return emptyPage;
      const read = (part: StreamPage) => context.chat.feed.conversationEntries(access, { ...part, upTo: conversation.lastSeq });
      const shown = await shownPage(page, read, (entry) => standsOn('conversation', entry));
      return connectionFrom(shown, conversationEventEdge);
    },
  }),
}));

builder.objectField(Viewer, 'events', (t) =>
  t.field({
    type: AccountEventConnection,
    description: 'The entries of the viewer’s account stream after a given `seq`, in order. Entries that cannot be shown are left out.',
    args: streamArgs,
    async resolve(viewer, args, { chat }) {
      const read = (part: StreamPage) => chat.feed.accountEntries(viewer, part);
      const shown = await shownPage(streamPage(args), read, isAccountEntry);
      return connectionFrom(shown, accountEventEdge);
    },
  }),
);
