import type { Entry } from '../src/log/index.ts';
import type { HistoryRequest } from '../src/message/index.ts';
import type { Page } from '../src/page.ts';
import { AccountEventConnection, accountEventEdge, isAccountEntry } from './account-event.ts';
import { builder } from './builder.ts';
import { type Connection, type Edge, emptyPage } from './connection.ts';
import { Conversation, viewerAccess } from './conversation.ts';
import { ConversationEventConnection, conversationEventEdge } from './conversation-event.ts';
import { standsOn } from './event.ts';
import { MessageConnection, messageEdge } from './message.ts';
import { historyPage, streamPage } from './page.ts';
import { Viewer } from './viewer.ts';

const historyArgs = builder.args((t) => ({
  first: t.int({ description: 'How many, from 1 to 100, from the start or after `after`; with `around`, how many after it.' }),
  after: t.string({ description: 'The cursor to go on after; 50 by default.' }),
  last: t.int({
    description:
      'How many, from 1 to 100, from the end or before `before`; with `around`, how many before it. 50 if nothing else is given.',
  }),
  before: t.string({ description: 'The cursor to go back from; 50 by default.' }),
  around: t.int({ description: 'The seq to look around: it, or the nearest, and 50 on each side. Ignored with `after` or `before`.' }),
  aroundId: t.id({ description: 'The message to look around, instead of a seq.' }),
  aroundDate: t.field({
    type: 'DateTime',
    description: 'The moment to look around, instead of a seq: what came to be then, or nearest to it.',
  }),
}));

const streamArgs = builder.args((t) => ({
  afterSeq: t.int({ required: true, description: 'The seq after which to begin; 0: at the first.' }),
  first: t.int({ description: 'How many, from 1 to 100; 50 by default.' }),
  after: t.string({ description: 'The cursor to go on after, instead of `afterSeq`.' }),
}));

function connectionFrom<I, T>({ items, hasNextPage, hasPreviousPage }: Page<I>, edge: (item: I) => Edge<T>): Connection<T> {
  return { edges: items.map(edge), hasNextPage, hasPreviousPage };
}

interface StreamPage {
  readonly first: number;
  readonly afterSeq: number;
}

/** A page of the entries that can be shown: others are stepped over, and count neither for its size nor for what follows it. */
async function shownPage<E extends Entry>(
  { first, afterSeq }: StreamPage,
  read: (page: StreamPage) => Promise<Page<Entry>>,
  shows: (entry: Entry) => entry is E,
): Promise<Page<E>> {
  // One more than asked for tells whether anything follows.
  let page = await read({ first: first + 1, afterSeq });
  const { hasPreviousPage } = page;
  const shown = page.items.filter(shows);
  for (let last = page.items.at(-1); last !== undefined && page.hasNextPage && shown.length <= first; last = page.items.at(-1)) {
    page = await read({ first: first + 1, afterSeq: last.seq });
    shown.push(...page.items.filter(shows));
  }
  return { items: shown.slice(0, first), hasNextPage: shown.length > first, hasPreviousPage };
}

builder.interfaceFields(Conversation, (t) => ({
  messages: t.field({
    type: MessageConnection,
    description: 'What was said, in order of seq; without paging arguments the newest 50.',
    args: historyArgs,
    async resolve(conversation, args, context) {
      const request: HistoryRequest = { ...historyPage(conversation.id, args), upTo: conversation.lastSeq };
      const access = await viewerAccess(context, conversation);
      return access === null ? emptyPage : connectionFrom(await context.chat.messages.messages(access, request), messageEdge);
    },
  }),
  timeline: t.field({
    type: ConversationEventConnection,
    description: 'Messages and what happened between them, in order of seq; without paging arguments the newest 50.',
    args: historyArgs,
    async resolve(conversation, args, context) {
      const request: HistoryRequest = { ...historyPage(conversation.id, args), upTo: conversation.lastSeq };
      const access = await viewerAccess(context, conversation);
      return access === null ? emptyPage : connectionFrom(await context.chat.messages.timeline(access, request), conversationEventEdge);
    },
  }),
  events: t.field({
    type: ConversationEventConnection,
    description: 'The log itself from a place on, in order of seq; entries that cannot be shown are left out.',
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
    description: 'The viewer’s account stream from a place on, in order of seq; entries that cannot be shown are left out.',
    args: streamArgs,
    async resolve(viewer, args, { chat }) {
      const read = (part: StreamPage) => chat.feed.accountEntries(viewer, part);
      const shown = await shownPage(streamPage(args), read, isAccountEntry);
      return connectionFrom(shown, accountEventEdge);
    },
  }),
);
