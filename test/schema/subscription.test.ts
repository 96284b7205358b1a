import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatCursor } from '../../schema/cursors.ts';
import { formatId } from '../../schema/ids.ts';
import type { Chat } from '../../src/chat.ts';
import type { Viewer } from '../../src/user/index.ts';
import { embeddedChat } from '../support/chat.ts';
import { groupOf, person, say } from '../support/people.ts';
import { type Following, follow } from './asking.ts';

const everyEvent = readFileSync(new URL('../support/documents/every-event.graphql', import.meta.url), 'utf8');
const oneConversation = `subscription($id: ID!, $after: Int) { conversationEvents(conversationId: $id, after: $after) {
  __typename ... on LogEvent { streamId seq } ... on StreamReady { positions { streamId seq } } ... on ResyncRequired { streamId lastSeq resyncReason } } }`;

let chat: Chat;
let alice: Viewer;
let bob: Viewer;

beforeAll(async () => {
  chat = await embeddedChat();
});

beforeAll(async () => {
  alice = await person(chat, 'alice');
  bob = await person(chat, 'bob');
});

afterAll(() => chat[Symbol.asyncDispose]());

const user = ({ userId }: Viewer) => formatId('User', userId);
const conversation = (id: bigint) => formatId('Conversation', id);

/** Reads up to the next event of a type, and returns it. */
async function next(events: Following, typename: string): Promise<unknown> {
  for (;;) {
    const event = await events.next();
    if ((event as { readonly __typename: string }).__typename === typename) return event;
  }
}

describe('a subscription to everything', () => {
  test('has the head of each stream in StreamReady, with global ids', async () => {
    const id = await groupOf(chat, alice);
    await using events = await follow(chat, alice, everyEvent);
    expect(await next(events, 'StreamReady')).toEqual({
      __typename: 'StreamReady',
      at: expect.any(String),
      positions: expect.arrayContaining([
        { streamId: user(alice), seq: expect.any(Number), epoch: chat.feed.epoch },
        { streamId: conversation(id), seq: 1, epoch: chat.feed.epoch },
      ]),
    });
  });

  test('shows a message with the cursor that it has in its conversation', async () => {
    const id = await groupOf(chat, alice, bob);
    await using events = await follow(chat, alice, everyEvent);
    await next(events, 'StreamReady');
    await say(chat, bob, id, 'hello');
    expect(await next(events, 'MessageSent')).toEqual({
      __typename: 'MessageSent',
      at: expect.any(String),
      streamId: conversation(id),
      seq: 3,
      actor: { id: user(bob) },
      conversation: { id: conversation(id), lastSeq: 3 },
      messageEdge: {
        cursor: formatCursor('seq', 3),
        node: { id: formatId('Message', { conversationId: id, seq: 3 }), seq: 3, text: 'hello', attachments: [], data: null },
      },
    });
  });

  test('shows each event with the state at its time, without caching from the one before', async () => {
    const id = await groupOf(chat, alice, bob);
    await using events = await follow(chat, alice, everyEvent);
    await next(events, 'StreamReady');
    for (const seq of [3, 4]) {
      await say(chat, bob, id, 'hello');
      expect(await next(events, 'MessageSent')).toMatchObject({ seq, conversation: { lastSeq: seq } });
    }
  });

  test('shows joins and leaves', async () => {
    const id = await groupOf(chat, alice);
    const membershipId = formatId('Membership', { conversationId: id, userId: bob.userId });
    await using events = await follow(chat, alice, everyEvent);
    await next(events, 'StreamReady');
    await chat.groups.addMembers(alice, { groupId: id, userIds: [bob.userId] });
    const joined = { streamId: conversation(id), seq: 2, actor: { id: user(alice) }, user: { id: user(bob) } };
    expect(await next(events, 'MemberJoined')).toMatchObject({
      ...joined,
      membershipEdge: { cursor: expect.any(String), node: { id: membershipId } },
    });
    await chat.groups.removeMember(alice, { groupId: id, userId: bob.userId });
    expect(await next(events, 'MemberLeft')).toMatchObject({ seq: 3, membershipId, user: { id: user(bob) }, leaveReason: 'REMOVED' });
  });

  test('shows a join of a user who was removed since without a membership', async () => {
    const id = await groupOf(chat, alice, bob);
    await chat.groups.removeMember(alice, { groupId: id, userId: bob.userId });
    await using events = await follow(chat, alice, everyEvent, { after: [{ streamId: conversation(id), seq: 1 }] });
    expect(await next(events, 'MemberJoined')).toMatchObject({ seq: 2, user: { id: user(bob) }, membershipEdge: null });
  });

  test('shows an opened conversation with its first position, and a closed one with the reason', async () => {
    await using events = await follow(chat, bob, everyEvent);
    await next(events, 'StreamReady');
    const id = await groupOf(chat, alice, bob);
    expect(await next(events, 'ConversationOpened')).toMatchObject({
      streamId: user(bob),
      position: { streamId: conversation(id), seq: 0, epoch: chat.feed.epoch },
      conversationEdge: { cursor: expect.any(String), node: { id: conversation(id) } },
    });
    await chat.groups.removeMember(alice, { groupId: id, userId: bob.userId });
    expect(await next(events, 'ConversationClosed')).toMatchObject({
      streamId: user(bob),
      conversationId: conversation(id),
      leaveReason: 'REMOVED',
    });
  });

  test('shows the opening of a conversation that was closed since without the conversation', async () => {
    const [head] = await chat.feed.positions(bob);
    const id = await groupOf(chat, alice, bob);
    await chat.groups.removeMember(alice, { groupId: id, userId: bob.userId });
    await using events = await follow(chat, bob, everyEvent, { after: [{ streamId: user(bob), seq: head?.seq }] });
    expect(await next(events, 'ConversationOpened')).toMatchObject({
      position: { streamId: conversation(id), seq: 0 },
      conversationEdge: null,
    });
  });

  test('shows a changed profile, and a new session', async () => {
    await using events = await follow(chat, alice, everyEvent);
    await next(events, 'StreamReady');
    const { handle = '' } = await chat.users.updateProfile(alice, { displayName: 'Alice the Great' });
    expect(await next(events, 'ViewerChanged')).toMatchObject({
      streamId: user(alice),
      viewer: { user: { displayName: 'Alice the Great' }, sessions: [{}] },
    });
    await chat.users.signIn({ handle, password: 'correct horse', address: '10.0.0.1' });
    expect(await next(events, 'ViewerChanged')).toMatchObject({ viewer: { sessions: [{}, {}] } });
  });

  test('shows current markers: the viewer’s own with what is left, and those of others', async () => {
    const id = await groupOf(chat, alice, bob);
    const seq = await say(chat, alice, id, 'hello');
    await using bobs = await follow(chat, bob, everyEvent);
    await using alices = await follow(chat, alice, everyEvent);
    await next(bobs, 'StreamReady');
    await next(alices, 'StreamReady');
    await chat.messages.markRead(bob, { conversationId: id, seq });
    expect(await next(bobs, 'ViewerMarkersMoved')).toEqual({
      __typename: 'ViewerMarkersMoved',
      at: expect.any(String),
      conversation: { id: conversation(id), viewerReadSeq: seq },
      unread: { messages: 0, conversations: 0 },
    });
    expect(await next(alices, 'ReceiptMoved')).toMatchObject({
      conversation: { id: conversation(id) },
      membership: { id: formatId('Membership', { conversationId: id, userId: bob.userId }), deliveredSeq: seq, readSeq: seq },
    });
  });

  test.each([
    ['another’s account', () => user(bob)],
    ['a conversation that is not there', () => conversation(999_999n)],
  ])('answers a position in %s with GONE and its id', async (_what, streamId) => {
    await using events = await follow(chat, alice, everyEvent, { after: [{ streamId: streamId(), seq: 0 }] });
    expect(await next(events, 'ResyncRequired')).toMatchObject({ streamId: streamId(), lastSeq: null, resyncReason: 'GONE' });
  });

  test('resumes the viewer’s conversations from their positions', async () => {
    const id = await groupOf(chat, alice);
    for (const text of ['one', 'two']) await say(chat, alice, id, text);
    const after = [{ streamId: conversation(id), seq: 2, epoch: chat.feed.epoch, readSeq: null }];
    await using events = await follow(chat, alice, everyEvent, { after });
    expect(await next(events, 'MessageSent')).toMatchObject({ seq: 3, messageEdge: { node: { text: 'two' } } });
    expect(await events.next()).toMatchObject({ __typename: 'StreamReady' });
  });
});

describe('a subscription to one conversation', () => {
  test('replays the entries after the position, then continues live', async () => {
    const id = await groupOf(chat, alice, bob);
    await say(chat, bob, id, 'one');
    await using events = await follow(chat, alice, oneConversation, { id: conversation(id), after: 2 });
    expect(await events.next()).toEqual({ __typename: 'MessageSent', streamId: conversation(id), seq: 3 });
    expect(await events.next()).toEqual({ __typename: 'StreamReady', positions: [{ streamId: conversation(id), seq: 3 }] });
    await say(chat, bob, id, 'two');
    expect(await events.next()).toEqual({ __typename: 'MessageSent', streamId: conversation(id), seq: 4 });
  });

  test('ends with NOT_FOUND on removal, and starts with it for a user who is not a member', async () => {
    const id = await groupOf(chat, alice, bob);
    await using events = await follow(chat, bob, oneConversation, { id: conversation(id) });
    expect(await events.next()).toMatchObject({ __typename: 'StreamReady' });
    await chat.groups.removeMember(alice, { groupId: id, userId: bob.userId });
    await expect(events.next()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await using again = await follow(chat, bob, oneConversation, { id: conversation(id) });
    await expect(again.next()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
