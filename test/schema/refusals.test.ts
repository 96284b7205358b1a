import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatId } from '../../schema/ids.ts';
import type { Chat } from '../../src/chat.ts';
import type { Viewer } from '../../src/user/index.ts';
import { embeddedChat } from '../support/chat.ts';
import { groupOf, person } from '../support/people.ts';
import { ask, follow } from './asking.ts';

let chat: Chat;
let alice: Viewer;
let bob: Viewer;
let carol: Viewer;

beforeAll(async () => {
  chat = await embeddedChat();
  alice = await person(chat, 'alice');
  bob = await person(chat, 'bob');
  carol = await person(chat, 'carol');
});

afterAll(() => chat[Symbol.asyncDispose]());

const userId = (viewer: Viewer) => formatId('User', viewer.userId);

describe('a request without a token', () => {
  const id = formatId('User', 1n);
  test.each([
    `{ node(id: "${id}") { id } }`,
    `{ nodes(ids: ["${id}"]) { id } }`,
    '{ user(handle: "alice") { id } }',
    '{ users(search: "a") { edges { cursor } } }',
    '{ messages(search: "a") { edges { cursor } } }',
    `{ conversation(id: "${formatId('Conversation', 1n)}") { id } }`,
    'mutation { signOut(input: {}) { sessionId } }',
    'mutation { updateProfile(input: {}) { user { id } } }',
    'mutation { changeHandle(input: { handle: "anna" }) { errors { code } } }',
    'mutation { renameSession(input: { sessionId: "x", deviceName: "a" }) { errors { code } } }',
    'mutation { signOutOthers(input: {}) { errors { code } } }',
    'mutation { registerWebPush(input: { endpoint: "x", p256dh: "x", auth: "x" }) { errors { code } } }',
    'mutation { registerPushDevice(input: { platform: FCM, token: "x" }) { errors { code } } }',
    'mutation { unregisterPush(input: {}) { errors { code } } }',
    'mutation { setQuietHours(input: {}) { errors { code } } }',
    'mutation { setSilentUntil(input: {}) { errors { code } } }',
    'mutation { changePassword(input: { currentPassword: "a", newPassword: "b" }) { errors { code } } }',
    'mutation { deleteAccount(input: { password: "a", messages: KEEP }) { errors { code } } }',
    'mutation { requestDataExport(input: {}) { errors { code } } }',
    `mutation { openDirectConversation(input: { userId: "x" }) { errors { code } } }`,
    'mutation { blockUser(input: { userId: "x" }) { errors { code } } }',
    'mutation { unblockUser(input: { userId: "x" }) { errors { code } } }',
    'mutation { createGroup(input: { name: "" }) { errors { code } } }',
    'mutation { updateGroup(input: { groupId: "x" }) { errors { code } } }',
    'mutation { addReaction(input: { messageId: "x", emoji: "a" }) { errors { code } } }',
    'mutation { removeReaction(input: { messageId: "x", emoji: "a" }) { errors { code } } }',
    'mutation { votePoll(input: { messageId: "x", optionIds: [] }) { errors { code } } }',
    'mutation { closePoll(input: { messageId: "x" }) { errors { code } } }',
    'mutation { pinMessage(input: { messageId: "x" }) { errors { code } } }',
    'mutation { unpinMessage(input: { messageId: "x" }) { errors { code } } }',
    'mutation { addMembers(input: { groupId: "x", userIds: [] }) { errors { code } } }',
    'mutation { removeMember(input: { groupId: "x", userId: "x" }) { errors { code } } }',
    'mutation { leaveGroup(input: { groupId: "x" }) { errors { code } } }',
    'mutation { sendMessage(input: { conversationId: "x", clientMessageId: "a", text: "a" }) { errors { code } } }',
    'mutation { forwardMessage(input: { messageId: "x", conversationId: "x", clientMessageId: "a" }) { errors { code } } }',
    'mutation { editMessage(input: { messageId: "x", text: "a" }) { errors { code } } }',
    'mutation { recallMessage(input: { messageId: "x" }) { errors { code } } }',
    'mutation { markDelivered(input: { conversationId: "x", seq: 1 }) { errors { code } } }',
    'mutation { markRead(input: { conversationId: "x", seq: 1 }) { errors { code } } }',
    'mutation { setTyping(input: { conversationId: "x", typing: true }) { errors { code } } }',
    'mutation { updateSettings(input: {}) { errors { code } } }',
    'mutation { markUnread(input: { conversationId: "x", fromSeq: 1 }) { errors { code } } }',
    'mutation { markThreadRead(input: { messageId: "x", seq: 1 }) { errors { code } } }',
    'mutation { hideMessage(input: { messageId: "x" }) { errors { code } } }',
    'mutation { clearConversation(input: { conversationId: "x" }) { errors { code } } }',
  ])('gets UNAUTHENTICATED for %s', async (source) => {
    expect((await ask(chat, null, source)).errors).toEqual([{ code: 'UNAUTHENTICATED' }]);
  });

  test.each([
    'subscription { events { at } }',
    'subscription { conversationEvents(conversationId: "x") { at } }',
  ])('cannot begin %s', async (source) => {
    await expect(follow(chat, null, source)).rejects.toMatchObject({ errors: [{ code: 'UNAUTHENTICATED' }] });
  });

  test('has no viewer, which is no error', async () => {
    expect(await ask(chat, null, '{ __typename viewer { user { id } positions { seq } unread { messages } } }')).toEqual({
      data: { __typename: 'Query', viewer: null },
      errors: [],
    });
  });

  test('can sign in, and is refused in the payload', async () => {
    const source =
      'mutation { signIn(input: { handle: "nobody", password: "wrong horse" }) { viewer { user { id } } accessToken errors { code field } } }';
    expect(await ask(chat, null, source)).toMatchObject({
      data: { signIn: { viewer: null, accessToken: null, errors: [{ code: 'INVALID_CREDENTIALS' }] } },
      errors: [],
    });
  });
});

describe('an invalid argument of a query is BAD_USER_INPUT with its name:', () => {
  const id = formatId('Conversation', 1n);
  test.each([
    ['{ node(id: "x") { id } }', ['id']],
    [`{ nodes(ids: ["${id}", "x"]) { id } }`, ['ids', '1']],
    [`{ nodes(ids: [${'"x" '.repeat(101)}]) { id } }`, ['ids']],
    [`{ conversation(id: "${formatId('User', 1n)}") { id } }`, ['id']],
    ['{ users(search: "a", first: 101) { edges { cursor } } }', ['first']],
    ['{ users(search: "a", after: "x") { edges { cursor } } }', ['after']],
    ['{ messages(search: "a", first: 0) { edges { cursor } } }', ['first']],
    ['{ messages(search: "a", first: 101) { edges { cursor } } }', ['first']],
    ['{ messages(search: "a", after: "x") { edges { cursor } } }', ['after']],
    [`{ messages(search: "a", after: "${Buffer.from('seq@7').toString('base64url')}") { edges { cursor } } }`, ['after']],
    [`{ messages(search: "a", after: "${Buffer.from('found@x:0:1:0:1').toString('base64url')}") { edges { cursor } } }`, ['after']],
    [
      `{ messages(search: "a", after: "${Buffer.from(`found@x:0:${2n ** 64n}:1:1`).toString('base64url')}") { edges { cursor } } }`,
      ['after'],
    ],
    [`{ messages(search: "a", after: "${Buffer.from('found@x:0:1:1:1').toString('base64url')}") { edges { cursor } } }`, ['after']],
    [`{ messages(search: "${'a'.repeat(201)}") { edges { cursor } } }`, ['search']],
    ['{ messages(search: "a", conversationId: "x") { edges { cursor } } }', ['conversationId']],
    [`{ messages(search: "a", conversationId: "${formatId('User', 1n)}") { edges { cursor } } }`, ['conversationId']],
    [`{ messages(search: "a", senderId: "${id}") { edges { cursor } } }`, ['senderId']],
    ['{ viewer { conversations(first: 0) { edges { cursor } } } }', ['first']],
    ['{ viewer { events(afterSeq: -1) { edges { cursor } } } }', ['afterSeq']],
  ])('%s', async (source, argument) => {
    expect((await ask(chat, alice, source)).errors).toEqual([{ code: 'BAD_USER_INPUT', argument }]);
  });

  test.each([
    ['events(after: [{ streamId: "x", seq: 0 }])', ['after', '0', 'streamId']],
    [`events(after: [{ streamId: "${formatId('Message', { conversationId: 1n, seq: 1 })}", seq: 0 }])`, ['after', '0', 'streamId']],
    [`events(after: [{ streamId: "${id}", seq: 0 }, { streamId: "${id}", seq: -1 }])`, ['after', '1', 'seq']],
    [`events(after: [{ streamId: "${id}", seq: 0, readSeq: -1 }])`, ['after', '0', 'readSeq']],
    ['conversationEvents(conversationId: "x")', ['conversationId']],
    [`conversationEvents(conversationId: "${id}", after: -1)`, ['after']],
  ])('subscription %s', async (field, argument) => {
    await expect(follow(chat, alice, `subscription { ${field} { at } }`)).rejects.toMatchObject({
      errors: [{ code: 'BAD_USER_INPUT', argument }],
    });
  });
});

describe('an invalid id in an input is INVALID_INPUT in the payload, with its field:', () => {
  const group = formatId('Conversation', 1n);
  const message = formatId('Message', { conversationId: 1n, seq: 1 });
  test.each([
    ['signOut(input: { sessionId: "x" })', ['input', 'sessionId']],
    ['signOutOthers(input: { sessionId: "x" })', ['input', 'sessionId']],
    ['renameSession(input: { sessionId: "x", deviceName: "a" })', ['input', 'sessionId']],
    ['openDirectConversation(input: { userId: "x" })', ['input', 'userId']],
    [`openDirectConversation(input: { userId: "${group}" })`, ['input', 'userId']],
    ['createGroup(input: { name: "Us", memberIds: ["x"] })', ['input', 'memberIds', '0']],
    ['addMembers(input: { groupId: "x", userIds: [] })', ['input', 'groupId']],
    ['updateGroup(input: { groupId: "x", name: "Us" })', ['input', 'groupId']],
    [`addReaction(input: { messageId: "${group}", emoji: "👍" })`, ['input', 'messageId']],
    ['removeReaction(input: { messageId: "x", emoji: "👍" })', ['input', 'messageId']],
    [`votePoll(input: { messageId: "${group}", optionIds: [] })`, ['input', 'messageId']],
    ['closePoll(input: { messageId: "x" })', ['input', 'messageId']],
    [`pinMessage(input: { messageId: "${group}" })`, ['input', 'messageId']],
    ['unpinMessage(input: { messageId: "x" })', ['input', 'messageId']],
    [`removeMember(input: { groupId: "${group}", userId: "x" })`, ['input', 'userId']],
    ['leaveGroup(input: { groupId: "x" })', ['input', 'groupId']],
    ['sendMessage(input: { conversationId: "x", clientMessageId: "a", text: "a" })', ['input', 'conversationId']],
    [`sendMessage(input: { conversationId: "${group}", clientMessageId: "a", text: "a", replyToId: "x" })`, ['input', 'replyToId']],
    [
      `sendMessage(input: { conversationId: "${group}", clientMessageId: "a", text: "a", threadRootId: "${group}" })`,
      ['input', 'threadRootId'],
    ],
    [
      `sendMessage(input: { conversationId: "${group}", clientMessageId: "a", text: "a", mentionIds: ["${formatId('User', 1n)}", "x"] })`,
      ['input', 'mentionIds', '1'],
    ],
    [`forwardMessage(input: { messageId: "${group}", conversationId: "${group}", clientMessageId: "a" })`, ['input', 'messageId']],
    [`forwardMessage(input: { messageId: "${message}", conversationId: "x", clientMessageId: "a" })`, ['input', 'conversationId']],
    ['editMessage(input: { messageId: "x", text: "a" })', ['input', 'messageId']],
    [`editMessage(input: { messageId: "${group}", text: "a" })`, ['input', 'messageId']],
    [`editMessage(input: { messageId: "${message}", text: "a", mentionIds: ["${group}"] })`, ['input', 'mentionIds', '0']],
    [`recallMessage(input: { messageId: "${formatId('User', 1n)}" })`, ['input', 'messageId']],
    ['markDelivered(input: { conversationId: "x", seq: 1 })', ['input', 'conversationId']],
    ['markRead(input: { conversationId: "x", seq: 1 })', ['input', 'conversationId']],
    ['setTyping(input: { conversationId: "x", typing: false })', ['input', 'conversationId']],
    [`setTyping(input: { conversationId: "${message}", typing: true })`, ['input', 'conversationId']],
    ['markUnread(input: { conversationId: "x", fromSeq: 1 })', ['input', 'conversationId']],
    ['markThreadRead(input: { messageId: "x", seq: 1 })', ['input', 'messageId']],
    ['hideMessage(input: { messageId: "x" })', ['input', 'messageId']],
    [`hideMessage(input: { messageId: "${group}" })`, ['input', 'messageId']],
    ['clearConversation(input: { conversationId: "x" })', ['input', 'conversationId']],
  ])('%s', async (field, path) => {
    const { data, errors } = await ask(chat, alice, `mutation { it: ${field} { errors { code field } } }`);
    expect({ data, errors }).toEqual({ data: { it: { errors: [{ code: 'INVALID_INPUT', field: path }] } }, errors: [] });
  });
});

describe('a refusal', () => {
  test('is in the payload with its field, and the other fields are null', async () => {
    const source = `mutation($input: SendMessageInput!) { sendMessage(input: $input) { messageEdge { cursor } errors { code message field retryAfterMs } } }`;
    const input = { conversationId: formatId('Conversation', 999_999n), clientMessageId: 'a', text: 'hello' };
    expect(await ask(chat, alice, source, { input })).toEqual({
      data: {
        sendMessage: {
          messageEdge: null,
          errors: [{ code: 'NOT_FOUND', message: expect.any(String), field: ['input', 'conversationId'], retryAfterMs: null }],
        },
      },
      errors: [],
    });
  });

  test('of part of a batch is in the payload with what was done, each with its position in the input', async () => {
    const groupId = formatId('Conversation', await groupOf(chat, alice, bob));
    const source = `mutation($input: AddMembersInput!) { addMembers(input: $input) { membershipEdges { node { user { id } } } group { memberCount } errors { code field } } }`;
    const userIds = ['x', userId(carol), groupId, userId(bob), formatId('User', 999_999n)];
    expect((await ask(chat, alice, source, { input: { groupId, userIds } })).data).toEqual({
      addMembers: {
        membershipEdges: [{ node: { user: { id: userId(carol) } } }],
        group: { memberCount: 3 },
        errors: [
          { code: 'INVALID_INPUT', field: ['input', 'userIds', '0'] },
          { code: 'INVALID_INPUT', field: ['input', 'userIds', '2'] },
          { code: 'CONFLICT', field: ['input', 'userIds', '3'] },
          { code: 'NOT_FOUND', field: ['input', 'userIds', '4'] },
        ],
      },
    });
  });
});
