import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatCursor } from '../../schema/cursors.ts';
import { formatId } from '../../schema/ids.ts';
import type { Chat } from '../../src/chat.ts';
import type { Viewer } from '../../src/user/index.ts';
import { embeddedChat } from '../support/chat.ts';
import { groupOf, person, say } from '../support/people.ts';
import { ask } from './asking.ts';

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

const seqCursor = (seq: number) => formatCursor('seq', seq);

describe('signing up', () => {
  test('returns the new user’s data in its payload, and the next mutation is the sender’s again', async () => {
    const source = `mutation {
      signUp(input: { handle: "Dora", password: "correct horse" }) {
        viewer { user { handle displayName viewerDirectConversation { id } } sessions { viewerIsCurrent } positions { seq } conversations { edges { cursor } } unread { messages conversations } }
        accessToken refreshToken errors { code }
      }
      updateProfile(input: { bio: "still me" }) { user { id bio } }
    }`;
    expect(await ask(chat, alice, source)).toEqual({
      data: {
        signUp: {
          viewer: {
            user: { handle: 'dora', displayName: 'dora', viewerDirectConversation: null },
            sessions: [{ viewerIsCurrent: true }],
            positions: [{ seq: 1 }, { seq: 0 }],
            conversations: { edges: [] },
            unread: { messages: 0, conversations: 0 },
          },
          accessToken: expect.any(String),
          refreshToken: expect.any(String),
          errors: [],
        },
        updateProfile: { user: { id: formatId('User', alice.userId), bio: 'still me' } },
      },
      errors: [],
    });
  });

  test('does not sign in the rest of a document that was sent without a token', async () => {
    const source = `mutation {
      signUp(input: { handle: "emma", password: "correct horse" }) { errors { code } }
      updateProfile(input: { bio: "me?" }) { user { id } }
    }`;
    expect((await ask(chat, null, source)).errors).toEqual([{ code: 'UNAUTHENTICATED' }]);
  });
});

describe('a message', () => {
  test('has one cursor everywhere, and pages continue from it', async () => {
    const conversationId = await groupOf(chat, alice, bob);
    const source = `mutation($input: SendMessageInput!) {
      sendMessage(input: $input) { messageEdge { cursor node { seq text sender { id } clientMessageId conversation {
        lastSeq viewerReadSeq viewerUnreadCount viewerLastMessage { text }
        messages(last: 1) { edges { cursor } } timeline(last: 2) { edges { cursor node { __typename seq } } } events(afterSeq: 1, first: 2) { edges { cursor node { __typename } } pageInfo { hasNextPage hasPreviousPage } }
      } } } errors { code } }
    }`;
    const input = { conversationId: formatId('Conversation', conversationId), clientMessageId: 'one', text: 'hello' };
    // Seqs 1 and 2 are the joins of its two members.
    const cursor = seqCursor(3);
    expect((await ask(chat, alice, source, { input })).data).toEqual({
      sendMessage: {
        messageEdge: {
          cursor,
          node: {
            seq: 3,
            text: 'hello',
            sender: { id: formatId('User', alice.userId) },
            clientMessageId: 'one',
            conversation: {
              lastSeq: 3,
              viewerReadSeq: expect.any(Number),
              viewerUnreadCount: 0,
              viewerLastMessage: { text: 'hello' },
              messages: { edges: [{ cursor }] },
              timeline: {
                edges: [
                  { cursor: seqCursor(2), node: { __typename: 'MemberJoined', seq: 2 } },
                  { cursor, node: { __typename: 'MessageSent', seq: 3 } },
                ],
              },
              events: {
                edges: [
                  { cursor: seqCursor(2), node: { __typename: 'MemberJoined' } },
                  { cursor, node: { __typename: 'MessageSent' } },
                ],
                pageInfo: { hasNextPage: false, hasPreviousPage: true },
              },
            },
          },
        },
        errors: [],
      },
    });
    await say(chat, bob, conversationId, 'again');
    const next = await ask(
      chat,
      alice,
      `query($id: ID!, $after: String) { conversation(id: $id) { messages(first: 5, after: $after) { edges { node { text } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`,
      { id: input.conversationId, after: cursor },
    );
    const pageInfo = { hasNextPage: false, hasPreviousPage: true, startCursor: seqCursor(4), endCursor: seqCursor(4) };
    expect(next.data).toEqual({ conversation: { messages: { edges: [{ node: { text: 'again' } }], pageInfo } } });
  });

  test('counts as unread until it is read', async () => {
    const { id } = await chat.groups.openDirect(alice, { userId: carol.userId });
    await say(chat, alice, id, 'one');
    await say(chat, alice, id, 'two');
    const conversationId = formatId('Conversation', id);
    const before = await ask(
      chat,
      carol,
      '{ viewer { unread { messages conversations } conversations { edges { node { id viewerUnreadCount viewerReadSeq } } } } }',
    );
    expect(before.data).toEqual({
      viewer: {
        unread: { messages: 2, conversations: 1 },
        conversations: { edges: [{ node: { id: conversationId, viewerUnreadCount: 2, viewerReadSeq: 0 } }] },
      },
    });
    const source = `mutation($input: MarkReadInput!) { markRead(input: $input) { conversation { viewerReadSeq viewerUnreadCount viewerMembership { readSeq deliveredSeq role } } unread { messages conversations } errors { code } } }`;
    expect((await ask(chat, carol, source, { input: { conversationId, seq: 1 } })).data).toEqual({
      markRead: {
        conversation: { viewerReadSeq: 1, viewerUnreadCount: 1, viewerMembership: { readSeq: 1, deliveredSeq: 1, role: 'MEMBER' } },
        unread: { messages: 1, conversations: 1 },
        errors: [],
      },
    });
  });
});

describe('lists', () => {
  test('page through members in the order of joining, with right flags', async () => {
    const id = formatId('Conversation', await groupOf(chat, alice, bob, carol));
    const source = `query($id: ID!, $after: String) { conversation(id: $id) { memberCount members(first: 2, after: $after) { totalCount edges { cursor node { user { id } role } } pageInfo { hasNextPage hasPreviousPage endCursor } } } }`;
    const first = await ask(chat, alice, source, { id });
    expect(first.data).toMatchObject({
      conversation: {
        memberCount: 3,
        members: {
          totalCount: 3,
          edges: [{ node: { user: { id: formatId('User', alice.userId) }, role: 'OWNER' } }, { node: { role: 'MEMBER' } }],
          pageInfo: { hasNextPage: true, hasPreviousPage: false },
        },
      },
    });
    const { conversation } = first.data as { conversation: { members: { pageInfo: { endCursor: string } } } };
    const second = await ask(chat, alice, source, { id, after: conversation.members.pageInfo.endCursor });
    expect(second.data).toMatchObject({
      conversation: {
        members: {
          edges: [{ node: { user: { id: formatId('User', carol.userId) } } }],
          pageInfo: { hasNextPage: false, hasPreviousPage: true },
        },
      },
    });
  });

  test('have the same cursor for a conversation as the payload that opened it', async () => {
    const dave = await person(chat, 'dave');
    const source = `mutation($input: OpenDirectConversationInput!) { openDirectConversation(input: $input) { conversationEdge { cursor node { id } } } }`;
    const opened = await ask(chat, dave, source, { input: { userId: formatId('User', alice.userId) } });
    const listed = await ask(chat, dave, '{ viewer { conversations { edges { cursor node { id } } } } }');
    const { openDirectConversation } = opened.data as { openDirectConversation: { conversationEdge: object } };
    expect(listed.data).toEqual({ viewer: { conversations: { edges: [openDirectConversation.conversationEdge] } } });
  });

  test('find users by the beginning of a word', async () => {
    const { data } = await ask(
      chat,
      alice,
      '{ users(search: "carol", first: 1) { edges { node { id } } pageInfo { hasNextPage hasPreviousPage } } }',
    );
    expect(data).toEqual({
      users: { edges: [{ node: { id: formatId('User', carol.userId) } }], pageInfo: { hasNextPage: false, hasPreviousPage: false } },
    });
  });
});

describe('a direct conversation', () => {
  test('names its other user, and is found from that user', async () => {
    const { id } = await chat.groups.openDirect(bob, { userId: carol.userId });
    const direct = formatId('Conversation', id);
    const peer = formatId('User', carol.userId);
    const source =
      'query($direct: ID!, $peer: ID!) { conversation(id: $direct) { ... on DirectConversation { viewerPeer { id } } } node(id: $peer) { ... on User { viewerDirectConversation { id } } } }';
    expect((await ask(chat, bob, source, { direct, peer })).data).toEqual({
      conversation: { viewerPeer: { id: peer } },
      node: { viewerDirectConversation: { id: direct } },
    });
  });

  test('with oneself names oneself as the other user', async () => {
    const { id } = await chat.groups.openDirect(bob, { userId: bob.userId });
    const source = 'query($id: ID!) { conversation(id: $id) { memberCount ... on DirectConversation { viewerPeer { id } } } }';
    expect((await ask(chat, bob, source, { id: formatId('Conversation', id) })).data).toEqual({
      conversation: { memberCount: 1, viewerPeer: { id: formatId('User', bob.userId) } },
    });
  });
});

describe('a group', () => {
  test('is created once for its clientGroupId, with its owner and members', async () => {
    const source = `mutation($input: CreateGroupInput!) { createGroup(input: $input) { conversationEdge { node { id } } group { id name description memberCount owner { id } } errors { code field } } }`;
    const input = { name: 'Us', description: 'All of us', memberIds: [formatId('User', bob.userId)], clientGroupId: 'us' };
    const { data } = await ask(chat, alice, source, { input });
    expect(data).toMatchObject({
      createGroup: {
        group: { name: 'Us', description: 'All of us', memberCount: 2, owner: { id: formatId('User', alice.userId) } },
        errors: [],
      },
    });
    expect((await ask(chat, alice, source, { input })).data).toEqual(data);
  });

  test('has the ended membership in a removal’s payload, and its id in a leaving’s', async () => {
    const id = await groupOf(chat, alice, bob, carol);
    const groupId = formatId('Conversation', id);
    const userId = formatId('User', bob.userId);
    const removal = await ask(
      chat,
      alice,
      'mutation($input: RemoveMemberInput!) { removeMember(input: $input) { membershipId user { id } group { memberCount } errors { code } } }',
      { input: { groupId, userId } },
    );
    const membershipId = formatId('Membership', { conversationId: id, userId: bob.userId });
    expect(removal.data).toEqual({ removeMember: { membershipId, user: { id: userId }, group: { memberCount: 2 }, errors: [] } });
    const leaving = await ask(
      chat,
      carol,
      'mutation($input: LeaveGroupInput!) { leaveGroup(input: $input) { conversationId errors { code } } }',
      { input: { groupId } },
    );
    expect(leaving.data).toEqual({ leaveGroup: { conversationId: groupId, errors: [] } });
  });
});
