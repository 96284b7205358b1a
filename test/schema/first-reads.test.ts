import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatId } from '../../schema/ids.ts';
import type { Chat } from '../../src/chat.ts';
import { ChatError } from '../../src/errors.ts';
import type { Viewer } from '../../src/user/index.ts';
import { ask as askPoll, vote } from '../message/poll-world.ts';
import { embeddedChat } from '../support/chat.ts';
import { groupOf, person, say } from '../support/people.ts';
import { ask, follow } from './asking.ts';

let chat: Chat;
let alice: Viewer;
let bob: Viewer;

beforeAll(async () => {
  chat = await embeddedChat();
  alice = await person(chat, 'alice');
  bob = await person(chat, 'bob');
});

afterAll(() => chat[Symbol.asyncDispose]());

/** The chat, with something that happens right after each read of positions. */
function afterPositions(happens: () => Promise<unknown>): Chat {
  async function positions(viewer: Viewer) {
    const read = await chat.feed.positions(viewer);
    await happens();
    return read;
  }
  return { ...chat, feed: { ...chat.feed, positions } };
}

/** The chat, with something that happens right after each read of conversations by id. */
function afterConversations(happens: () => Promise<unknown>): Chat {
  async function byIds(ids: readonly bigint[]) {
    const read = await chat.groups.byIds(ids);
    await happens();
    return read;
  }
  return { ...chat, groups: { ...chat.groups, byIds } };
}

/** The chat, with something that happens right after the first read of memberships. */
function afterMemberships(happens: () => Promise<unknown>): Chat {
  let happened: Promise<unknown> | undefined;
  const memberships: Chat['groups']['memberships'] = async (refs) => {
    const read = await chat.groups.memberships(refs);
    happened ??= happens();
    await happened;
    return read;
  };
  return { ...chat, groups: { ...chat.groups, memberships } };
}

/** The chat, with something that happens right after each read of those who have read messages. */
function afterReaders(happens: () => Promise<unknown>): Chat {
  async function readers(conversations: Parameters<Chat['messages']['readers']>[0]) {
    const read = await chat.messages.readers(conversations);
    await happens();
    return read;
  }
  return { ...chat, messages: { ...chat.messages, readers } };
}

test('nothing in a response is older than its positions, whatever comes before them in the document', async () => {
  const id = await groupOf(chat, alice, bob);
  const seen = afterPositions(() => say(chat, bob, id, 'while positions were read'));
  const source = `query($id: ID!) {
    conversation(id: $id) { lastSeq messages(last: 1) { edges { node { text } } } }
    viewer { conversations { edges { node { lastSeq viewerUnreadCount } } } unread { messages } ...Positions }
  }
  fragment Positions on Viewer { positions { streamId seq } }`;
  const { data } = await ask(seen, alice, source, { id: formatId('Conversation', id) });
  expect(data).toEqual({
    conversation: { lastSeq: 3, messages: { edges: [{ node: { text: 'while positions were read' } }] } },
    viewer: {
      conversations: { edges: [{ node: { lastSeq: 3, viewerUnreadCount: 1 } }] },
      unread: { messages: 1 },
      positions: expect.arrayContaining([{ streamId: formatId('Conversation', id), seq: 2 }]),
    },
  });
});

test('a page of receipts is filled with those who are still members, if readers leave while it is read', async () => {
  const leaving = [await person(chat, 'carol'), await person(chat, 'dave')];
  const id = await groupOf(chat, alice, ...leaving);
  await chat.groups.addMembers(alice, { groupId: id, userIds: [bob.userId] });
  const seq = await say(chat, alice, id, 'read by all');
  for (const reader of [bob, ...leaving]) await chat.messages.markRead(reader, { conversationId: id, seq });
  const seen = afterReaders(() => Promise.all(leaving.map((member) => chat.groups.leave(member, { groupId: id }))));
  const source = `query($id: ID!) { conversation(id: $id) { messages(last: 1) { edges { node {
    receipts(first: 2) { edges { node { user { handle } } } pageInfo { hasNextPage } } } } } } }`;
  const { data } = await ask(seen, alice, source, { id: formatId('Conversation', id) });
  const receipts = { edges: [{ node: { user: { handle: await handleOf(bob) } } }], pageInfo: { hasNextPage: false } };
  expect(data).toEqual({ conversation: { messages: { edges: [{ node: { receipts } }] } } });
});

test('the payload of a mutation is read after the mutation, positions first', async () => {
  const id = await groupOf(chat, alice, bob);
  const seen = afterPositions(() => say(chat, bob, id, 'while positions were read'));
  const source = `mutation { signIn(input: { handle: "${await handleOf(alice)}", password: "correct horse" }) { viewer { conversations(first: 1) { edges { node { lastSeq } } } positions { streamId seq } } } }`;
  expect((await ask(seen, null, source)).data).toEqual({
    signIn: {
      viewer: {
        conversations: { edges: [{ node: { lastSeq: 3 } }] },
        positions: expect.arrayContaining([{ streamId: formatId('Conversation', id), seq: 2 }]),
      },
    },
  });
});

test('positions that cannot be read are an error of their own, and the rest of the payload is returned', async () => {
  const seen = afterPositions(() => Promise.reject(new ChatError('UNAVAILABLE', 'The database is away.')));
  const source = `mutation { signIn(input: { handle: "${await handleOf(alice)}", password: "correct horse" }) { accessToken viewer { positions { seq } } errors { code } } }`;
  expect(await ask(seen, null, source)).toEqual({
    data: { signIn: { accessToken: expect.any(String), viewer: null, errors: [] } },
    errors: [{ code: 'UNAVAILABLE', retryable: true }],
  });
});

test('nothing in a conversation is older than its lastSeq, however both are reached', async () => {
  const id = await groupOf(chat, alice, bob);
  const key = { conversationId: id, userId: alice.userId };
  let lastRead = 0;
  const seen = afterConversations(async () => {
    lastRead = await say(chat, bob, id, 'more');
    await chat.messages.markRead(alice, { conversationId: id, seq: lastRead });
  });
  const source = 'query($id: ID!) { node(id: $id) { ... on Membership { readSeq conversation { lastSeq viewerReadSeq } } } }';
  const { data } = await ask(seen, alice, source, { id: formatId('Membership', key) });
  expect(lastRead).toBe(3);
  expect(data).toEqual({ node: { readSeq: 3, conversation: { lastSeq: 2, viewerReadSeq: 3 } } });
});

test('a conversation has one lastSeq in one response', async () => {
  const id = await groupOf(chat, alice, bob);
  await say(chat, bob, id, 'hello');
  const seen = afterConversations(() => say(chat, bob, id, 'more'));
  const source = `query($id: ID!) {
    conversation(id: $id) { lastSeq viewerLastMessage { conversation { lastSeq } } }
    viewer { conversations(first: 1) { edges { node { id lastSeq } } } }
  }`;
  const { data } = await ask(seen, alice, source, { id: formatId('Conversation', id) });
  const { conversation, viewer } = data as { conversation: { lastSeq: number }; viewer: object };
  expect(conversation).toMatchObject({ viewerLastMessage: { conversation: { lastSeq: conversation.lastSeq } } });
  expect(viewer).toMatchObject({ conversations: { edges: [{ node: { lastSeq: conversation.lastSeq } }] } });
});

test('a group that is dissolved while a list of conversations is read fails nothing', async () => {
  const id = await groupOf(chat, bob, alice);
  const gone = Promise.withResolvers<void>();
  const groups: Chat['groups'] = {
    ...chat.groups,
    async list(viewer, range) {
      const page = await chat.groups.list(viewer, range);
      await chat.groups.dissolve(bob, { groupId: id }).then(gone.resolve, gone.reject);
      return page;
    },
    async byIds(ids) {
      await gone.promise;
      return chat.groups.byIds(ids);
    },
  };
  const source = `query($id: ID!) { viewer { conversations(first: 1) { edges { node { id viewerUnreadCount } } } } conversation(id: $id) { id } }`;
  const asked = formatId('Conversation', id);
  expect(await ask({ ...chat, groups }, alice, source, { id: asked })).toEqual({
    data: { viewer: { conversations: { edges: [{ node: { id: asked, viewerUnreadCount: 0 } }] } }, conversation: null },
    errors: [],
  });
});

test('an event of the account does not read the positions that only StreamReady shows', async () => {
  const id = await groupOf(chat, bob, alice);
  const { calls, chat: counted } = counting(chat);
  const source = `subscription { events { __typename ... on ViewerMarkersMoved { unread { messages } } ...Ready } }
    fragment Ready on StreamReady { positions { seq } }`;
  await using events = await follow(counted, alice, source);
  expect(await events.next()).toMatchObject({ __typename: 'StreamReady' });
  const seq = await say(chat, bob, id, 'hello');
  await chat.messages.markRead(alice, { conversationId: id, seq });
  while (((await events.next()) as { readonly __typename: string }).__typename !== 'ViewerMarkersMoved');
  expect(calls).toHaveProperty('unreadTotals');
  expect(calls).not.toHaveProperty('positions');
});

test('a session is read once, however often a document names it', async () => {
  const { calls, chat: counted } = counting(chat);
  const lists = Array.from({ length: 20 }, (_, n) => `a${n}: nodes(ids: $ids) { id }`).join(' ');
  const id = formatId('Session', alice.sessionId);
  const { data } = await ask(counted, alice, `query($ids: [ID!]!) { ${lists} }`, { ids: [id, id] });
  expect(data).toMatchObject({ a0: [{ id }, { id }], a19: [{ id }, { id }] });
  expect(calls).toEqual({ session: 1 });
});

test('the payload of sendMessage has sender and conversation without further reads', async () => {
  const id = await groupOf(chat, alice, bob);
  const source = `mutation($input: SendMessageInput!) { sendMessage(input: $input) { messageEdge { node {
    seq sender { handle displayName } conversation { lastSeq ... on Group { name owner { id } } } } } errors { code } } }`;
  const input = { conversationId: formatId('Conversation', id), clientMessageId: 'answered at once', text: 'hello' };
  const first = counting(chat);
  const { data } = await ask(first.chat, alice, source, { input });
  const sender = { handle: await handleOf(alice), displayName: expect.any(String) };
  const conversation = { lastSeq: 3, name: expect.any(String), owner: { id: formatId('User', alice.userId) } };
  expect(data).toEqual({ sendMessage: { messageEdge: { node: { seq: 3, sender, conversation } }, errors: [] } });
  expect(first.calls).toEqual({ send: 1 });
  // A repeated message is found, and its conversation is read again.
  const again = counting(chat);
  await say(chat, bob, id, 'more');
  expect((await ask(again.chat, alice, source, { input })).data).toMatchObject({
    sendMessage: { messageEdge: { node: { conversation: { lastSeq: 4 } } } },
  });
  expect(again.calls).toMatchObject({ send: 1, byIds: expect.any(Number) });
});

test('a page of conversations with everything that a client shows takes the same few reads, however long it is', async () => {
  const reader = await person(chat, 'reader');
  const source = `{ viewer { unread { messages } conversations { edges { node { id lastSeq memberCount viewerUnreadCount viewerMentionCount viewerMarkedUnreadFromSeq viewerReadSeq
    viewerLastMessage { text sender { displayName } } ... on Group { owner { handle } } } } } } }`;
  for (let size = 1; size <= 2; size += 1) await say(chat, alice, await groupOf(chat, alice, reader), 'hello');
  const few = counting(chat);
  await ask(few.chat, reader, source);
  for (let size = 3; size <= 12; size += 1) await say(chat, bob, await groupOf(chat, bob, reader), 'hello');
  const many = counting(chat);
  const { data } = await ask(many.chat, reader, source);
  expect(data).toMatchObject({
    viewer: { unread: { messages: 12 }, conversations: { edges: Array.from({ length: 12 }, () => expect.anything()) } },
  });
  expect(many.calls).toEqual(few.calls);
});

test('a page of messages with their reactions takes the same few reads, however long it is', async () => {
  const id = await groupOf(chat, alice, bob);
  const source = `query($id: ID!) { conversation(id: $id) { messages(last: 50) { edges { node { text pinnedAt viewerReactions
    reactions { id emoji count users(first: 3) { edges { node { displayName } } pageInfo { hasNextPage } } } } } } } }`;
  async function think(size: number): Promise<void> {
    const message = { conversationId: id, seq: await say(chat, alice, id, `message ${size}`) };
    for (const emoji of ['👍', '🎉', '😀'].slice(0, size % 4)) {
      for (const viewer of [alice, bob]) await chat.messages.addReaction(viewer, { message, emoji });
    }
  }
  const asked = { id: formatId('Conversation', id) };
  for (let size = 1; size <= 2; size += 1) await think(size);
  const few = counting(chat);
  await ask(few.chat, alice, source, asked);
  for (let size = 3; size <= 12; size += 1) await think(size);
  const many = counting(chat);
  const { data } = await ask(many.chat, alice, source, asked);
  const { conversation } = data as {
    conversation: { messages: { edges: { node: { reactions: object[]; viewerReactions: string[] } }[] } };
  };
  const shown = conversation.messages.edges.map(({ node }) => [node.reactions.length, node.viewerReactions.length]);
  expect(shown).toEqual(Array.from({ length: 12 }, (_, place) => [(place + 1) % 4, (place + 1) % 4]));
  expect(many.calls).toEqual(few.calls);
});

test('reactions are not read if there are none', async () => {
  const id = await groupOf(chat, alice, bob);
  await say(chat, alice, id, 'hm');
  const { calls, chat: counted } = counting(chat);
  const source =
    'query($id: ID!) { conversation(id: $id) { messages(last: 50) { edges { node { reactions { emoji } viewerReactions } } } } }';
  const { data } = await ask(counted, alice, source, { id: formatId('Conversation', id) });
  expect(data).toEqual({ conversation: { messages: { edges: [{ node: { reactions: [], viewerReactions: [] } }] } } });
  expect(Object.keys(calls).filter((name) => /react/i.test(name))).toEqual([]);
});

test('a page of messages with polls takes the same few reads, however long it is, and one without polls reads no votes', async () => {
  const id = await groupOf(chat, alice, bob);
  const source = `query($id: ID!) { conversation(id: $id) { messages(last: 50) { edges { node { text
    poll { voterCount options { id text voteCount viewerHasVoted voters(first: 3) { edges { node { displayName } } pageInfo { hasNextPage } } } } } } } } }`;
  const asked = { id: formatId('Conversation', id) };
  await say(chat, alice, id, 'hm');
  const none = counting(chat);
  await ask(none.chat, alice, source, asked);
  expect(Object.keys(none.calls).filter((name) => /vote/i.test(name))).toEqual([]);
  async function question(): Promise<void> {
    const message = await askPoll(chat, alice, id);
    for (const viewer of [alice, bob]) await vote(chat, viewer, message, 1);
  }
  for (let size = 1; size <= 2; size += 1) await question();
  const few = counting(chat);
  await ask(few.chat, alice, source, asked);
  for (let size = 3; size <= 12; size += 1) await question();
  const many = counting(chat);
  const { data } = await ask(many.chat, alice, source, asked);
  const { conversation } = data as { conversation: { messages: { edges: { node: { poll: { voterCount: number } | null } }[] } } };
  expect(conversation.messages.edges.map(({ node }) => node.poll?.voterCount)).toEqual([undefined, ...Array<number>(12).fill(2)]);
  expect(many.calls).toEqual(few.calls);
});

test('the payload of addReaction has a message that is not older than its conversation’s lastSeq', async () => {
  const id = await groupOf(chat, alice, bob);
  const message = { conversationId: id, seq: await say(chat, alice, id, 'hm') };
  const seen = afterConversations(() => chat.messages.addReaction(bob, { message, emoji: '🎉' }));
  const source = `mutation($messageId: ID!) { addReaction(input: { messageId: $messageId, emoji: "👍" }) {
    message { reactions { emoji } conversation { lastSeq } } } }`;
  const { data } = await ask(seen, alice, source, { messageId: formatId('Message', message) });
  expect(data).toEqual({
    addReaction: { message: { reactions: [{ emoji: '👍' }, { emoji: '🎉' }], conversation: { lastSeq: message.seq + 1 } } },
  });
});

test('a page of events is found by a few reads, however many events about earlier messages it leaves out', async () => {
  const newcomer = await person(chat, 'newcomer');
  const id = await groupOf(chat, alice);
  const message = { conversationId: id, seq: await say(chat, alice, id, 'before') };
  await chat.groups.addMembers(alice, { groupId: id, userIds: [newcomer.userId] });
  const afterSeq = await say(chat, alice, id, 'after');
  for (let n = 0; n < 10; n += 1) {
    await chat.messages.addReaction(alice, { message, emoji: '👍' });
    await chat.messages.removeReaction(alice, { message, emoji: '👍' });
  }
  const seq = await say(chat, alice, id, 'now');
  const source = `query($id: ID!, $afterSeq: Int!) { conversation(id: $id) { events(afterSeq: $afterSeq, first: 1) {
    edges { node { seq } } pageInfo { hasNextPage } } } }`;
  const { chat: counted, calls } = counting(chat);
  const { data } = await ask(counted, newcomer, source, { id: formatId('Conversation', id), afterSeq });
  expect(data).toEqual({ conversation: { events: { edges: [{ node: { seq } }], pageInfo: { hasNextPage: false } } } });
  expect(calls['conversationEntries']).toBe(2);
});

test('receipts on a page of conversations take the same few reads, however many messages there are', async () => {
  const reader = await person(chat, 'reader');
  const source = `{ viewer { conversations { edges { node { deliveredToAllSeq readByAllSeq members(first: 1) { edges { node { deliveredSeq readSeq } } }
    messages { edges { node { delivery receipts { totalCount edges { node { readSeq user { handle } } } } } } } } } } } }`;
  async function talk(size: number): Promise<void> {
    const id = await groupOf(chat, alice, bob, reader);
    for (let n = 0; n < size; n += 1) await say(chat, alice, id, 'hello');
    await chat.messages.markRead(bob, { conversationId: id, seq: 3 + size });
  }
  // The pages themselves are read one by one: the members and the messages of each conversation.
  const pages = (calls: Readonly<Record<string, number>>) =>
    Object.fromEntries(Object.entries(calls).filter(([name]) => !/^(members|messages|list)$/.test(name)));
  for (let size = 1; size <= 2; size += 1) await talk(size);
  const few = counting(chat);
  await ask(few.chat, reader, source);
  for (let size = 3; size <= 6; size += 1) await talk(size);
  const many = counting(chat);
  const { data } = await ask(many.chat, reader, source);
  const node = { delivery: 'SENT', receipts: { totalCount: 1, edges: [{ node: { user: { handle: await handleOf(bob) } } }] } };
  expect(data).toMatchObject({
    viewer: {
      conversations: { edges: [{ node: { messages: { edges: Array.from({ length: 6 }, () => ({ node })) } } }, {}, {}, {}, {}, {}] },
    },
  });
  expect(pages(many.calls)).toEqual(pages(few.calls));
});

/** The chat, with the number of calls of each function of its modules. */
function counting(of: Chat): { readonly chat: Chat; readonly calls: Readonly<Record<string, number>> } {
  const calls: Record<string, number> = {};
  function counted<M extends object>(module: M): M {
    return new Proxy(module, {
      get(target, name, receiver) {
        calls[String(name)] = (calls[String(name)] ?? 0) + 1;
        return Reflect.get(target, name, receiver);
      },
    });
  }
  return {
    chat: { ...of, users: counted(of.users), groups: counted(of.groups), messages: counted(of.messages), feed: counted(of.feed) },
    calls,
  };
}

async function handleOf(viewer: Viewer): Promise<string | undefined> {
  const [user] = await chat.users.byIds([viewer.userId]);
  return user?.handle;
}

test('a viewer who loses access while a response is made gets nothing that was sent after that', async () => {
  const id = await groupOf(chat, alice, bob);
  const seq = await say(chat, alice, id, 'among us');
  const seen = afterMemberships(async () => {
    await chat.groups.removeMember(alice, { groupId: id, userId: bob.userId });
    const secret = { conversationId: id, seq: await say(chat, alice, id, 'not for Bob') };
    expect(secret.seq).toBe(seq + 2);
    await chat.messages.pin(alice, secret);
  });
  const source = `query($id: ID!, $secret: ID!) {
    node(id: $secret) { id }
    conversation(id: $id) {
      viewerLastMessage { seq } messages(last: 1) { edges { node { seq } } } pins { edges { node { seq } } }
    }
  }`;
  const secret = formatId('Message', { conversationId: id, seq: seq + 2 });
  expect(await ask(seen, bob, source, { id: formatId('Conversation', id), secret })).toEqual({
    data: {
      node: null,
      conversation: { viewerLastMessage: { seq }, messages: { edges: [{ node: { seq } }] }, pins: { edges: [] } },
    },
    errors: [],
  });
});

test('a change of settings reads the viewer’s conversations only if it is about read receipts', async () => {
  let reads = 0;
  async function receiptsTelling(viewer: Viewer) {
    reads += 1;
    return await chat.messages.receiptsTelling(viewer);
  }
  const counting: Chat = { ...chat, messages: { ...chat.messages, receiptsTelling } };
  const change = async (input: string) => {
    const { errors } = await ask(counting, alice, `mutation { updateSettings(input: { ${input} }) { errors { code } } }`, {});
    expect(errors).toEqual([]);
    return reads;
  };
  expect([await change('lastSeen: false, readReceipts: null'), await change('readReceipts: false')]).toEqual([0, 1]);
});
