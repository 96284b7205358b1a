import { beforeAll, describe, expect, it } from 'vitest';
import {
  AccountLogDocument,
  AddMembersDocument,
  ConversationLogDocument,
  ConversationsDocument,
  HistoryDocument,
  type HistoryQueryVariables,
  LeaveGroupDocument,
  MembersDocument,
  RemoveMemberDocument,
  TimelineDocument,
  UpdateProfileDocument,
  UserPagesDocument,
} from '../support/generated/graphql.ts';
import { refusals } from '../support/refusal.ts';
import { given, type Person, world } from '../support/world.ts';

const chat = world();

/** A group with 122 entries: two joins, messages 3 to 60, a member who joined and left, messages 63 to 122. */
let ann: Person;
let group: string;
/** The cursor of each message, by seq. */
const cursors = new Map<number, string>();
const ids = new Map<number, string>();

beforeAll(async () => {
  const [owner, ben, cat] = await chat.people('ann', 'ben', 'cat');
  ann = owner;
  group = await chat.group(ann, ben);
  async function sayUpTo(seq: number): Promise<void> {
    for (let last = 0; last < seq; ) {
      const sent = await chat.say(ann, group, 'x');
      cursors.set(sent.seq, sent.cursor);
      ids.set(sent.seq, sent.id);
      last = sent.seq;
    }
  }
  await sayUpTo(60);
  await chat.ask(AddMembersDocument, { input: { groupId: group, userIds: [cat.id] } }, ann);
  await chat.ask(LeaveGroupDocument, { input: { groupId: group } }, cat);
  await sayUpTo(122);
});

interface PageArgs {
  readonly first?: number | null;
  readonly last?: number | null;
  readonly around?: number | null;
  /** Seqs. The query gets the cursor or id of the message with that seq. */
  readonly after?: number | null;
  readonly before?: number | null;
  readonly aroundId?: number | null;
  readonly aroundDate?: string | null;
}

function variablesFor({ after, before, aroundId, ...rest }: PageArgs) {
  const at = (known: ReadonlyMap<number, string>, seq: number | null) => (seq === null ? null : given(known.get(seq), []));
  return {
    ...{ id: group, ...rest },
    ...(after !== undefined && { after: at(cursors, after) }),
    ...(before !== undefined && { before: at(cursors, before) }),
    ...(aroundId !== undefined && { aroundId: at(ids, aroundId) }),
  };
}

interface Connection {
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly seq: number } }[];
  readonly pageInfo: {
    readonly hasPreviousPage: boolean;
    readonly hasNextPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

/** A page in a few words, such as `… 10-60 63-112 …`. The dots stand for further pages. */
function inShort({ edges, pageInfo }: Connection): string {
  const { hasPreviousPage, hasNextPage, startCursor, endCursor } = pageInfo;
  expect([startCursor, endCursor]).toEqual([edges.at(0)?.cursor ?? null, edges.at(-1)?.cursor ?? null]);
  const runs: [number, number][] = [];
  for (const { node } of edges) {
    const run = runs.at(-1);
    if (run?.[1] === node.seq - 1) run[1] = node.seq;
    else runs.push([node.seq, node.seq]);
  }
  const seqs = runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`));
  return [...(hasPreviousPage ? ['…'] : []), ...seqs, ...(hasNextPage ? ['…'] : [])].join(' ');
}

async function messages(args: PageArgs): Promise<Connection> {
  return given((await chat.ask(HistoryDocument, variablesFor(args), ann)).conversation, []).messages;
}

async function timeline(args: PageArgs): Promise<Connection> {
  return given((await chat.ask(TimelineDocument, variablesFor(args), ann)).conversation, []).timeline;
}

describe('messages', () => {
  it.each<readonly [PageArgs, string]>([
    [{}, '… 73-122'],
    [{ last: 50 }, '… 73-122'],
    [{ last: 1 }, '… 122'],
    [{ last: 100 }, '… 21-60 63-122'],
    [{ first: 1 }, '3 …'],
    [{ first: 100 }, '3-60 63-104 …'],
    [{ first: 3, after: 60 }, '… 63-65 …'],
    [{ first: 100, after: 22 }, '… 23-60 63-122'],
    [{ after: 60 }, '… 63-112 …'],
    [{ after: 100 }, '… 101-122'],
    [{ after: 122 }, '…'],
    [{ last: 3, before: 63 }, '… 58-60 …'],
    [{ last: 100, before: 63 }, '3-60 …'],
    [{ before: 63 }, '… 11-60 …'],
    [{ before: 10 }, '3-9 …'],
    [{ before: 3 }, '…'],
    [{ first: 2, before: 10 }, '3-4 …'],
    [{ last: 2, after: 3 }, '… 121-122'],
    [{ last: 2, after: 121 }, '… 122'],
    [{ around: 61 }, '… 10-60 63-112 …'],
    [{ around: 62 }, '… 11-60 63-113 …'],
    [{ around: 30 }, '3-60 63-82 …'],
    [{ aroundId: 30 }, '3-60 63-82 …'],
    [{ around: 100 }, '… 48-60 63-122'],
    [{ around: 0 }, '3-53 …'],
    [{ around: 2_147_483_647 }, '… 72-122'],
    [{ around: 61, first: 2 }, '… 60 63-64 …'],
    [{ around: 61, last: 2 }, '… 58-60 …'],
    [{ around: 61, first: 1, last: 1 }, '… 59-60 63 …'],
    [{ aroundId: 100, first: 1, last: 1 }, '… 99-101 …'],
    [{ around: 122, first: 1, last: 1 }, '… 121-122'],
    // Relay keeps sending `around` when it reads further pages.
    [{ around: 30, after: 100 }, '… 101-122'],
    [{ around: 30, first: 5, after: 100 }, '… 101-105 …'],
    [{ around: 100, last: 2, before: 10 }, '… 8-9 …'],
    [{ aroundId: 30, first: 5, after: 100 }, '… 101-105 …'],
    [{ aroundDate: '2000-01-01T00:00:00Z' }, '3-53 …'],
    [{ aroundDate: '2999-12-31T23:59:59.999+14:00' }, '… 72-122'],
    [{ aroundDate: '2000-01-01T00:00:00Z', first: 2 }, '3-5 …'],
    [{ aroundDate: '2000-01-01T00:00:00Z', last: 2 }, '3 …'],
    [{ aroundDate: '2000-01-01T00:00:00Z', first: 5, after: 100 }, '… 101-105 …'],
    [{ aroundDate: '2999-01-01T00:00:00Z', before: 10 }, '3-9 …'],
    [{ first: null, after: null, last: null, before: null, around: null, aroundId: null, aroundDate: null }, '… 73-122'],
    [{ first: 1, after: null, last: null, before: null, around: null, aroundId: null }, '3 …'],
  ])('for %o are %s', async (args, page) => {
    expect(inShort(await messages(args))).toBe(page);
  });

  it('around the time of a message contain it, or the first one of the same millisecond', async () => {
    const { edges } = given((await chat.ask(HistoryDocument, { id: group, first: 100 }, ann)).conversation, []).messages;
    for (const { node } of [edges[0], edges[30], edges[57], edges[58], edges[99]].flatMap((edge) => edge ?? [])) {
      const { conversation } = await chat.ask(HistoryDocument, { id: group, aroundDate: node.sentAt, first: 1, last: 1 }, ann);
      const moments = conversation?.messages.edges.map((edge) => edge.node.sentAt) ?? [];
      expect(moments).toContain(node.sentAt);
      // The messages before it are older: it is the first of its millisecond.
      expect(moments.indexOf(node.sentAt)).toBe(node.seq === 3 ? 0 : 1);
    }
  });

  it('of a conversation without messages are an empty page', async () => {
    const { conversation } = await chat.ask(HistoryDocument, { id: await chat.direct(ann, ann) }, ann);
    expect(conversation?.messages).toEqual({
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    });
  });
});

describe('the timeline', () => {
  it.each<readonly [PageArgs, string]>([
    [{}, '… 73-122'],
    [{ first: 3 }, '1-3 …'],
    [{ last: 100 }, '… 23-122'],
    [{ around: 61 }, '… 11-111 …'],
    [{ around: 61, first: 1, last: 1 }, '… 60-62 …'],
    [{ aroundId: 60, first: 1, last: 1 }, '… 59-61 …'],
    [{ around: 0, first: 1, last: 1 }, '1-2 …'],
    [{ after: 60, first: 3 }, '… 61-63 …'],
    [{ before: 63, last: 3 }, '… 60-62 …'],
    [{ around: 5, after: 121 }, '… 122'],
    [{ aroundDate: '2000-01-01T00:00:00Z', first: 1, last: 1 }, '1-2 …'],
    [{ aroundDate: '2999-01-01T00:00:00Z', first: 1, last: 1 }, '… 121-122'],
  ])('for %o is %s', async (args, page) => {
    expect(inShort(await timeline(args))).toBe(page);
  });

  it('shows what happened between the messages', async () => {
    const { conversation } = await chat.ask(TimelineDocument, { id: group, around: 61, first: 2, last: 1 }, ann);
    const [said, joined, left, next] = conversation?.timeline.edges.map(({ node }) => node) ?? [];
    expect(said).toMatchObject({
      __typename: 'MessageSent',
      seq: 60,
      streamId: group,
      actor: { id: ann.id },
      messageEdge: { node: { text: 'x' } },
    });
    expect(joined).toMatchObject({ __typename: 'MemberJoined', seq: 61, actor: { id: ann.id }, membershipEdge: null });
    expect(left).toMatchObject({ __typename: 'MemberLeft', seq: 62, leaveReason: 'LEFT', conversation: { id: group } });
    expect(next?.__typename).toBe('MessageSent');
  });
});

describe.each([
  ['messages', async (variables: HistoryQueryVariables) => (await chat.post(HistoryDocument, variables, ann)).errors],
  ['timeline', async (variables: HistoryQueryVariables) => (await chat.post(TimelineDocument, variables, ann)).errors],
] as const)('pages of %s', (_name, errorsOf) => {
  it.each([
    ['first', { first: 0 }],
    ['first', { first: 101 }],
    ['first', { first: -1 }],
    ['last', { last: 0 }],
    ['last', { last: 101 }],
    ['first', { first: 1, last: 1 }],
    ['after', { after: 'x' }],
    ['after', { after: '' }],
    ['before', { before: 'x' }],
    ['around', { around: -1 }],
    ['aroundId', { aroundId: 'x' }],
    ['around', { around: 1, aroundDate: '2026-02-03T04:05:06Z' }],
  ])('are refused by the name of %s: %o', async (argument, wrong) => {
    expect(refusals(await errorsOf({ id: group, ...wrong }))).toEqual([`BAD_USER_INPUT ${argument}`]);
  });

  it('are refused between two cursors, and with both first and last beside a cursor', async () => {
    for (const args of [
      { after: 10, before: 20 },
      { after: 10, before: 20, around: 15 },
    ]) {
      expect(refusals(await errorsOf(variablesFor(args)))).toEqual(['BAD_USER_INPUT after']);
    }
    expect(refusals(await errorsOf(variablesFor({ first: 1, last: 1, after: 10 })))).toEqual(['BAD_USER_INPUT first']);
  });

  it('are refused around a message of another conversation, or around what is not a message', async () => {
    const elsewhere = await chat.say(ann, await chat.direct(ann, ann), 'elsewhere');
    for (const aroundId of [elsewhere.id, ann.id, group]) {
      expect(refusals(await errorsOf({ id: group, aroundId }))).toEqual(['BAD_USER_INPUT aroundId']);
    }
  });

  it.each([
    'yesterday',
    '2026-02-03',
    '2026-02-30T00:00:00Z',
    '0999-12-31T23:59:59Z',
    '9999-12-31T23:59:59-01:00',
    '10000-01-01T00:00:00Z',
  ])('are refused around %s, which is not a valid date', async (aroundDate) => {
    const [error] = (await errorsOf({ id: group, aroundDate })) ?? [];
    expect(error).toMatchObject({ message: expect.stringContaining('aroundDate'), extensions: { code: 'BAD_USER_INPUT' } });
  });

  it('are refused with a cursor of another kind of list', async () => {
    const users = await chat.ask(UserPagesDocument, { search: ann.handle }, ann);
    const members = await chat.ask(MembersDocument, { id: group }, ann);
    const conversations = await chat.ask(ConversationsDocument, {}, ann);
    const pages = [users.users, given(members.conversation, []).members, given(conversations.viewer, []).conversations];
    for (const { pageInfo } of pages) {
      expect(refusals(await errorsOf({ id: group, after: given(pageInfo.endCursor, []) }))).toEqual(['BAD_USER_INPUT after']);
    }
  });
});

it('a message has the same cursor in all lists', async () => {
  const variables = { id: group, around: 100, first: 1, last: 1 };
  const [asMessages, asTimeline, asLog] = await Promise.all([
    chat.ask(HistoryDocument, variables, ann).then(({ conversation }) => conversation?.messages.edges),
    chat.ask(TimelineDocument, variables, ann).then(({ conversation }) => conversation?.timeline.edges),
    chat.ask(ConversationLogDocument, { id: group, afterSeq: 98, first: 3 }, ann).then(({ conversation }) => conversation?.events.edges),
  ]);
  const expected = [99, 100, 101].map((seq) => cursors.get(seq));
  for (const edges of [asMessages, asTimeline, asLog]) expect(edges?.map(({ cursor }) => cursor)).toEqual(expected);
  expect(asTimeline?.map(({ node }) => ('messageEdge' in node ? node.messageEdge?.cursor : null))).toEqual(expected);
});

describe('while others send', () => {
  const size = 7;

  /** A group in which two users send messages and a third joins and leaves, until `turns` are over. */
  async function busyGroup(turns: number) {
    const [dee, eli, fay] = await chat.people('dee', 'eli', 'fay');
    const id = await chat.group(dee, eli);
    async function act(person: Person, alone = true): Promise<void> {
      for (let turn = 1; turn <= turns; turn += 1) {
        await chat.say(person, id, `turn ${turn}`);
        if (alone || turn % 5 !== 0) continue;
        await chat.ask(AddMembersDocument, { input: { groupId: id, userIds: [fay.id] } }, dee);
        await chat.ask(LeaveGroupDocument, { input: { groupId: id } }, fay);
      }
    }
    const acting = { over: false };
    const done = Promise.all([act(dee), act(eli), act(dee, false)]).finally(() => {
      acting.over = true;
    });
    return { id, dee, acting, done };
  }

  const beginning: Connection = {
    edges: [],
    pageInfo: { hasPreviousPage: false, hasNextPage: true, startCursor: null, endCursor: null },
  };

  type Read = (args: Omit<HistoryQueryVariables, 'id'>) => Promise<Connection>;

  /** Reads pages after a page’s end until there are no more, and nobody sends any more. */
  async function onwards(read: Read, page: Connection, acting: { readonly over: boolean }): Promise<number[]> {
    const seqs: number[] = [];
    for (let { endCursor: after } = page.pageInfo, more = true; more; ) {
      const { over } = acting;
      const { edges, pageInfo } = await read({ first: size, after });
      seqs.push(...edges.map(({ node }) => node.seq));
      more = pageInfo.hasNextPage || !over;
      after = pageInfo.endCursor ?? after;
    }
    return seqs;
  }

  /** Reads pages before a page’s start until there are no more. */
  async function backwards(read: Read, page: Connection): Promise<number[]> {
    const seqs: number[] = [];
    for (let { startCursor: before, hasPreviousPage: more } = page.pageInfo; more; ) {
      const { edges, pageInfo } = await read({ last: size, before });
      seqs.unshift(...edges.map(({ node }) => node.seq));
      more = pageInfo.hasPreviousPage;
      before = pageInfo.startCursor;
    }
    return seqs;
  }

  it('pages read in both directions from any place have no gap and no duplicate', async () => {
    const { id, dee, acting, done } = await busyGroup(40);
    const lists: readonly Read[] = [
      async (args) => given((await chat.ask(HistoryDocument, { id, ...args }, dee)).conversation, []).messages,
      async (args) => given((await chat.ask(TimelineDocument, { id, ...args }, dee)).conversation, []).timeline,
    ];
    const starts = [
      { first: size },
      { last: size },
      { around: 20, first: 2, last: 2 },
      { aroundDate: new Date().toISOString(), first: 2, last: 2 },
    ];
    const gathered = lists.flatMap((read) =>
      starts.map(async (start) => {
        const page = await read(start);
        const [earlier, later] = await Promise.all([backwards(read, page), onwards(read, page, acting)]);
        return [...earlier, ...page.edges.map(({ node }) => node.seq), ...later];
      }),
    );
    const seqs = await Promise.all(gathered);
    await done;
    const [messageSeqs = [], entrySeqs = []] = await Promise.all(lists.map((read) => onwards(read, beginning, { over: true })));
    expect(entrySeqs).toEqual(entrySeqs.map((_, at) => at + 1));
    expect(messageSeqs).toHaveLength(120);
    expect(entrySeqs).toHaveLength(2 + 120 + 8 * 2);
    expect(seqs).toEqual([...starts.map(() => messageSeqs), ...starts.map(() => entrySeqs)]);
  }, 60_000);
});

describe('the log of a conversation', () => {
  async function log(args: { readonly afterSeq: number; readonly first?: number | null; readonly after?: string | null }): Promise<string> {
    return inShort(given((await chat.ask(ConversationLogDocument, { id: group, ...args }, ann)).conversation, []).events);
  }

  it('is read from a position', async () => {
    expect(await log({ afterSeq: 0 })).toBe('1-50 …');
    expect(await log({ afterSeq: 0, first: 100 })).toBe('1-100 …');
    expect(await log({ afterSeq: 1, first: 1 })).toBe('… 2 …');
    expect(await log({ afterSeq: 100, first: null, after: null })).toBe('… 101-122');
    expect(await log({ afterSeq: 122 })).toBe('…');
    expect(await log({ afterSeq: 2_147_483_647 })).toBe('…');
  });

  it('continues after a cursor, whatever the position was', async () => {
    expect(await log({ afterSeq: 0, first: 3, after: given(cursors.get(60), []) })).toBe('… 61-63 …');
  });

  it.each([
    ['afterSeq', { afterSeq: -1 }],
    ['first', { afterSeq: 0, first: 0 }],
    ['first', { afterSeq: 0, first: 101 }],
    ['after', { afterSeq: 0, after: 'x' }],
  ])('is refused by the name of %s: %o', async (argument, wrong) => {
    expect(refusals((await chat.post(ConversationLogDocument, { id: group, ...wrong }, ann)).errors)).toEqual([
      `BAD_USER_INPUT ${argument}`,
    ]);
    expect(refusals((await chat.post(AccountLogDocument, wrong, ann)).errors)).toEqual([`BAD_USER_INPUT ${argument}`]);
  });
});

describe('the log of an account', () => {
  it('shows what happened to the viewer’s conversations, profile and sessions, and nothing of others’', async () => {
    const [ben, cat] = await chat.people('ben', 'cat');
    const id = await chat.group(cat, ben);
    await chat.ask(UpdateProfileDocument, { input: { bio: 'Hello.' } }, ben);
    await chat.ask(RemoveMemberDocument, { input: { groupId: id, userId: ben.id } }, cat);
    const events = given((await chat.ask(AccountLogDocument, { afterSeq: 0 }, ben)).viewer, []).events;
    expect(inShort(events)).toBe('1-4');
    expect(events.edges.map(({ node }) => node)).toMatchObject([
      { __typename: 'ViewerChanged', streamId: ben.id, seq: 1, viewer: { user: { id: ben.id } } },
      // Ben was removed, so the conversation is not shown any more.
      { __typename: 'ConversationOpened', streamId: ben.id, seq: 2, position: { streamId: id, seq: 0 }, conversationEdge: null },
      { __typename: 'ViewerChanged', seq: 3 },
      { __typename: 'ConversationClosed', seq: 4, conversationId: id, leaveReason: 'REMOVED' },
    ]);
    const second = given((await chat.ask(AccountLogDocument, { afterSeq: 1, first: 1 }, ben)).viewer, []).events;
    expect(inShort(second)).toBe('… 2 …');
    const rest = given((await chat.ask(AccountLogDocument, { afterSeq: 0, after: second.pageInfo.endCursor }, ben)).viewer, []).events;
    expect(inShort(rest)).toBe('… 3-4');
    const others = given((await chat.ask(AccountLogDocument, { afterSeq: 0 }, cat)).viewer, []).events;
    expect(others.edges.map(({ node }) => node)).toMatchObject([
      { __typename: 'ViewerChanged', streamId: cat.id, seq: 1, viewer: { user: { id: cat.id } } },
      { __typename: 'ConversationOpened', streamId: cat.id, seq: 2, position: { streamId: id } },
    ]);
  });

  it('is null without a token', async () => {
    expect(await chat.ask(AccountLogDocument, { afterSeq: 0 })).toEqual({ viewer: null });
  });
});
