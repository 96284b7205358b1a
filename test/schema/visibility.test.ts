import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatId, type ParsedId } from '../../schema/ids.ts';
import type { Chat } from '../../src/chat.ts';
import { serverStreamId } from '../../src/log/index.ts';
import type { MessageRef } from '../../src/message/index.ts';
import type { NewNotice } from '../../src/notice/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { embeddedChat } from '../support/chat.ts';
import { groupOf, person, say } from '../support/people.ts';
import { ask } from './asking.ts';

let chat: Chat;
let alice: Viewer;
let bob: Viewer;
let stranger: Viewer;

beforeAll(async () => {
  chat = await embeddedChat();
  alice = await person(chat, 'alice');
  bob = await person(chat, 'bob');
  stranger = await person(chat, 'stranger');
});

afterAll(() => chat[Symbol.asyncDispose]());

function idOf(parsed: ParsedId): string {
  return formatId(parsed.type, parsed.key);
}

/** Whether node() shows each of these to the viewer. */
async function shown(viewer: Viewer, ...parsed: readonly ParsedId[]): Promise<readonly boolean[]> {
  const ids = parsed.map(idOf);
  const { data, errors } = await ask(chat, viewer, 'query($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids });
  expect(errors).toEqual([]);
  const { nodes } = data as { readonly nodes: readonly ({ readonly id: string } | null)[] };
  expect(nodes.map((node, place) => node === null || node.id === ids[place])).not.toContain(false);
  return nodes.map((node) => node !== null);
}

describe('node', () => {
  test('shows a group, its members and messages to its members only', async () => {
    const conversationId = await groupOf(chat, alice, bob);
    const seq = await say(chat, alice, conversationId, 'among us');
    const things: readonly ParsedId[] = [
      { type: 'Conversation', key: conversationId },
      { type: 'Membership', key: { conversationId, userId: bob.userId } },
      { type: 'Message', key: { conversationId, seq } },
    ];
    expect(await shown(bob, ...things)).toEqual([true, true, true]);
    expect(await shown(stranger, ...things)).toEqual([false, false, false]);
    await chat.groups.removeMember(alice, { groupId: conversationId, userId: bob.userId });
    expect(await shown(bob, ...things)).toEqual([false, false, false]);
    expect(await shown(alice, ...things)).toEqual([true, false, true]);
  });

  test('shows a direct conversation to the other user from its first message on', async () => {
    const { id: conversationId } = await chat.groups.openDirect(alice, { userId: bob.userId });
    const things: readonly ParsedId[] = [
      { type: 'Conversation', key: conversationId },
      { type: 'Membership', key: { conversationId, userId: alice.userId } },
    ];
    expect(await shown(alice, ...things)).toEqual([true, true]);
    expect(await shown(bob, ...things)).toEqual([false, false]);
    await say(chat, alice, conversationId, 'hello');
    expect(await shown(bob, ...things)).toEqual([true, true]);
  });

  test('shows all profiles, and one’s own sessions only', async () => {
    const things: readonly ParsedId[] = [
      { type: 'User', key: alice.userId },
      { type: 'Session', key: alice.sessionId },
      { type: 'User', key: 999_999n },
    ];
    expect(await shown(alice, ...things)).toEqual([true, true, false]);
    expect(await shown(bob, ...things)).toEqual([true, false, false]);
  });

  test('shows a data export to its owner only', async () => {
    const { id } = await chat.exports.request(alice, { messages: true });
    expect(await shown(alice, { type: 'DataExport', key: id })).toEqual([true]);
    expect(await shown(bob, { type: 'DataExport', key: id })).toEqual([false]);
  });

  test('shows a notice to its recipients while it is posted, and not to users who signed up later', async () => {
    const post = async (to: NewNotice['to'], at?: Date): Promise<ParsedId> => {
      const { notice } = await chat.notices.post(null, { title: 'Maintenance', body: 'Tonight.', to, at });
      await chat.jobs.doDue();
      return { type: 'Notice', key: notice?.id ?? '' };
    };
    const toAll = await post('ALL');
    const toSome = await post([{ userId: alice.userId }]);
    const later = await post('ALL', new Date(Date.now() + 60_000));
    const newcomer = await person(chat, 'newcomer');
    expect(await shown(alice, toAll, toSome, later)).toEqual([true, true, false]);
    expect(await shown(bob, toAll, toSome, later)).toEqual([true, false, false]);
    expect(await shown(newcomer, toAll, toSome, later)).toEqual([false, false, false]);
    for (const { key } of [toAll, toSome]) await chat.notices.revoke(String(key));
    expect(await shown(alice, toAll, toSome)).toEqual([false, false]);
  });

  test('shows nothing for the id of the server’s stream', async () => {
    expect(await shown(alice, { type: 'Server', key: serverStreamId })).toEqual([false]);
  });

  test('shows no erased account, and none of its sessions', async () => {
    const gone = await person(chat, 'gone');
    const things: readonly ParsedId[] = [
      { type: 'User', key: gone.userId },
      { type: 'Session', key: gone.sessionId },
    ];
    expect(await shown(gone, ...things)).toEqual([true, true]);
    await chat.users.erase(gone, { password: 'correct horse', messages: 'KEEP', address: 'somewhere' });
    expect(await shown(gone, ...things)).toEqual([false, false]);
    expect(await shown(alice, ...things)).toEqual([false, false]);
  });

  test('does not show earlier messages to a newcomer, although a reply shows what it quotes', async () => {
    const conversationId = await groupOf(chat, alice);
    const before = await say(chat, alice, conversationId, 'before');
    await chat.groups.addMembers(alice, { groupId: conversationId, userIds: [bob.userId] });
    const replyTo = { conversationId, seq: before };
    const reply = await chat.messages.send(alice, { conversationId, clientMessageId: 'reply', text: 'after', replyTo });
    expect(await shown(bob, { type: 'Message', key: replyTo }, { type: 'Message', key: { conversationId, seq: reply.seq } })).toEqual([
      false,
      true,
    ]);
    const { data } = await ask(chat, bob, 'query($id: ID!) { node(id: $id) { ... on Message { replyTo { text } } } }', {
      id: formatId('Message', { conversationId, seq: reply.seq }),
    });
    expect(data).toEqual({ node: { replyTo: { text: 'before' } } });
  });
});

test('a thread that a member read before leaving is not shown to them when they join again', async () => {
  const conversationId = await groupOf(chat, alice, bob);
  const rootSeq = await say(chat, alice, conversationId, 'a question');
  const threadRoot = { conversationId, seq: rootSeq };
  const reply = (sender: Viewer, clientMessageId: string) =>
    chat.messages.send(sender, { conversationId, clientMessageId, text: 'an answer', threadRoot });
  const joins = await reply(bob, 'thread: bob');
  const { seq } = await reply(alice, 'thread: alice');
  await chat.messages.markThreadRead(bob, { message: threadRoot, seq });
  await chat.messages.hide(bob, joins);
  const source = `{ viewer { events(afterSeq: 0, first: 100) { edges { node {
    ... on ThreadRead { message { text } } ... on MessageHidden { threadRoot { text } } } } } } }`;
  async function shownThreads(): Promise<readonly object[]> {
    const { data } = await ask(chat, bob, source);
    const { events } = (data as { readonly viewer: { readonly events: { readonly edges: readonly { readonly node: object }[] } } }).viewer;
    return events.edges
      .map(({ node }) => node)
      .filter((node) => Object.keys(node).length > 0)
      .slice(-2);
  }
  expect(await shownThreads()).toEqual([{ message: { text: 'a question' } }, { threadRoot: { text: 'a question' } }]);
  await chat.groups.removeMember(alice, { groupId: conversationId, userId: bob.userId });
  await chat.messages.edit(alice, { message: threadRoot, text: 'changed among us' });
  await chat.groups.addMembers(alice, { groupId: conversationId, userIds: [bob.userId] });
  expect(await shownThreads()).toEqual([{ message: null }, { threadRoot: null }]);
});

describe('a message whose request is repeated', () => {
  const source = `mutation($input: SendMessageInput!) { sendMessage(input: $input) { errors { code } messageEdge { node {
    text replyTo { text } threadRoot { text } reactions { emoji } replyCount pinnedAt delivery
    conversation { lastSeq memberCount readByAllSeq ... on Group { name announcement description data } } } } } }`;

  async function sent(): Promise<{ readonly conversationId: bigint; readonly quoted: MessageRef; repeat(): Promise<unknown> }> {
    const conversationId = await groupOf(chat, alice, bob);
    const quoted = { conversationId, seq: await say(chat, alice, conversationId, 'a question') };
    const ref = formatId('Message', quoted);
    const input = { conversationId: formatId('Conversation', conversationId), clientMessageId: String(conversationId), text: 'mine' };
    async function repeat(): Promise<unknown> {
      const { data, errors } = await ask(chat, bob, source, { input: { ...input, replyToId: ref, threadRootId: ref } });
      expect(errors).toEqual([]);
      return (data as { readonly sendMessage: object }).sendMessage;
    }
    return { conversationId, quoted, repeat };
  }

  test('shows its sender nothing of what others do there once they have left', async () => {
    const { conversationId, quoted, repeat } = await sent();
    expect(await repeat()).toMatchObject({
      messageEdge: { node: { replyTo: { text: 'a question' }, threadRoot: { text: 'a question' } } },
    });
    await chat.groups.removeMember(alice, { groupId: conversationId, userId: bob.userId });
    await chat.messages.edit(alice, { message: quoted, text: 'changed among us' });
    await chat.messages.addReaction(alice, { message: { conversationId, seq: quoted.seq + 1 }, emoji: '👍' });
    await chat.groups.update(alice, { groupId: conversationId, announcement: 'Among us.', description: 'Ours.' });
    expect(await repeat()).toEqual({
      errors: [],
      messageEdge: {
        node: {
          ...{ text: 'mine', replyTo: null, threadRoot: null, reactions: [], replyCount: 0, pinnedAt: null, delivery: 'SENT' },
          conversation: {
            ...{ lastSeq: quoted.seq + 1, memberCount: 0, readByAllSeq: null, name: 'The group' },
            ...{ announcement: null, description: null, data: null },
          },
        },
      },
    });
  });

  test('does not show what its sender may not read since they have joined again', async () => {
    const { conversationId, quoted, repeat } = await sent();
    await repeat();
    await chat.groups.removeMember(alice, { groupId: conversationId, userId: bob.userId });
    await chat.messages.edit(alice, { message: quoted, text: 'changed among us' });
    await chat.groups.addMembers(alice, { groupId: conversationId, userIds: [bob.userId] });
    expect(await repeat()).toMatchObject({
      messageEdge: { node: { text: 'mine', replyTo: null, threadRoot: null, conversation: { memberCount: 2 } } },
    });
  });
});

test('conversation is null for one of others, and for one that does not exist', async () => {
  const id = await groupOf(chat, alice);
  const source = 'query($a: ID!, $b: ID!) { a: conversation(id: $a) { id } b: conversation(id: $b) { id } }';
  const variables = { a: formatId('Conversation', id), b: formatId('Conversation', 999_999n) };
  expect(await ask(chat, stranger, source, variables)).toEqual({ data: { a: null, b: null }, errors: [] });
  expect(await ask(chat, alice, source, variables)).toEqual({ data: { a: { id: variables.a }, b: null }, errors: [] });
});
