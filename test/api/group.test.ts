import { describe, expect, it } from 'vitest';
import {
  AddMembersDocument,
  ConversationLogDocument,
  ConversationStateDocument,
  CreateGroupDocument,
  type CreateGroupInput,
  HistoryDocument,
  LeaveGroupDocument,
  MembersDocument,
  NodeByIdDocument,
  RemoveMemberDocument,
  SendMessageDocument,
  TimelineDocument,
} from '../support/generated/graphql.ts';
import { inWords } from '../support/listening.ts';
import { refusals } from '../support/refusal.ts';
import { given, type Person, serverStream, type World, world } from '../support/world.ts';

const nobody = Buffer.from('User:9000000000').toString('base64url');

function actsOn(chat: World) {
  return {
    create: async (as: Person, input: CreateGroupInput) => (await chat.ask(CreateGroupDocument, { input }, as)).createGroup,
    add: async (as: Person, groupId: string, userIds: readonly string[]) =>
      (await chat.ask(AddMembersDocument, { input: { groupId, userIds } }, as)).addMembers,
    remove: async (as: Person, groupId: string, userId: string) =>
      (await chat.ask(RemoveMemberDocument, { input: { groupId, userId } }, as)).removeMember,
    leave: async (as: Person, groupId: string) => (await chat.ask(LeaveGroupDocument, { input: { groupId } }, as)).leaveGroup,
    state: async (as: Person, id: string) => (await chat.ask(ConversationStateDocument, { id }, as)).conversation,
    async members(as: Person, id: string, page: { readonly first?: number; readonly after?: string | null } = {}) {
      return given((await chat.ask(MembersDocument, { id, ...page }, as)).conversation, []).members;
    },
  };
}

const chat = world();
const { create, add, remove, leave, state, members } = actsOn(chat);

async function memberIds(as: Person, id: string): Promise<ReadonlySet<string>> {
  const { edges, totalCount } = await members(as, id);
  expect(totalCount).toBe(edges.length);
  return new Set(edges.map(({ node }) => node.user.id));
}

function ids(...people: readonly Person[]): ReadonlySet<string> {
  return new Set(people.map(({ id }) => id));
}

describe('a group', () => {
  it('is created with its members, and the user who creates it owns it', async () => {
    const [ann, ben, cat] = await chat.people('ann', 'ben', 'cat');
    const { group, errors } = await create(ann, {
      name: 'Walks',
      description: 'On Saturdays',
      memberIds: [ben.id, cat.id, ann.id, ben.id],
    });
    expect(errors).toEqual([]);
    const id = given(group, errors).id;
    for (const person of [ann, ben, cat]) {
      expect(await state(person, id)).toMatchObject({
        ...{ __typename: 'Group', name: 'Walks', description: 'On Saturdays', avatarUrl: null, owner: { id: ann.id } },
        ...{ memberCount: 3, viewerMembership: { role: person === ann ? 'OWNER' : 'MEMBER' } },
      });
    }
    expect(await memberIds(ben, id)).toEqual(ids(ann, ben, cat));
  });

  it('can be created from a name alone, and explicit nulls are the same as absent fields', async () => {
    const [ann] = await chat.people('ann');
    const { group, errors } = await create(ann, { name: 'Alone', description: null, memberIds: null, clientGroupId: null });
    expect(errors).toEqual([]);
    expect(await state(ann, given(group, errors).id)).toMatchObject({ description: null, memberCount: 1 });
  });

  it('is created once for a clientGroupId, however often and concurrently it is requested', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const input = { name: 'Once', memberIds: [ben.id], clientGroupId: 'the one' };
    const made = await Promise.all([create(ann, input), create(ann, input), create(ann, input)]);
    const again = await create(ann, input);
    expect(new Set([...made, again].map(({ group }) => group?.id)).size).toBe(1);
    expect([...made, again].flatMap(({ errors }) => errors)).toEqual([]);
    // A clientGroupId counts for its creator only.
    expect((await create(ben, input)).group?.id).not.toBe(again.group?.id);
  });

  it.each([
    ['name', { name: '' }],
    ['name', { name: ' ' }],
    ['name', { name: 'x'.repeat(101) }],
    ['description', { name: 'x', description: 'x'.repeat(1_001) }],
    ['clientGroupId', { name: 'x', clientGroupId: '' }],
    ['clientGroupId', { name: 'x', clientGroupId: 'ä' }],
    ['clientGroupId', { name: 'x', clientGroupId: 'x'.repeat(65) }],
    ['memberIds', { name: 'x', memberIds: Array.from({ length: 101 }, (_, n) => Buffer.from(`User:${n + 1}`).toString('base64url')) }],
    ['memberIds.0', { name: 'x', memberIds: ['x'] }],
    ['memberIds.0', { name: 'x', memberIds: [Buffer.from('Conversation:1').toString('base64url')] }],
  ])('is refused with the name of the invalid %s', async (field, input) => {
    const [ann] = await chat.people('ann');
    const payload = await create(ann, input);
    expect(refusals(payload.errors)).toEqual([`INVALID_INPUT input.${field}`]);
    expect(payload.group).toBeNull();
  });

  it('is not created, and sends no event, if one of its members does not exist', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const events = chat.listen(ben);
    await events.ready();
    expect(refusals((await create(ann, { name: 'x', memberIds: [ben.id, nobody] })).errors)).toEqual(['NOT_FOUND input.memberIds.1']);
    expect((await chat.positions(ann)).map(({ streamId }) => streamId)).toEqual([ann.id, serverStream]);
    await chat.group(ann, ben);
    expect(inWords(await events.next())).toBe('ConversationOpened 2 at 0');
  });
});

describe('adding members', () => {
  it('adds those who can be added, and names the others by position', async () => {
    const [ann, ben, cat, dan] = await chat.people('ann', 'ben', 'cat', 'dan');
    const group = await chat.group(ann, ben);
    const asked = [cat.id, 'malformed', ben.id, group, nobody, dan.id, cat.id];
    const payload = await add(ann, group, asked);
    expect(refusals(payload.errors).toSorted()).toEqual([
      'CONFLICT input.userIds.2',
      'INVALID_INPUT input.userIds.1',
      'INVALID_INPUT input.userIds.3',
      'NOT_FOUND input.userIds.4',
    ]);
    expect(payload.membershipEdges.map(({ node }) => [node.user.id, node.role])).toEqual([
      [cat.id, 'MEMBER'],
      [dan.id, 'MEMBER'],
    ]);
    expect(payload.group).toEqual({ id: group, memberCount: 4 });
    expect(await memberIds(dan, group)).toEqual(ids(ann, ben, cat, dan));
  });

  it('adds nobody if no user is named, or if none of them can be added', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await chat.group(ann, ben);
    expect(await add(ann, group, [])).toMatchObject({ membershipEdges: [], group: { memberCount: 2 }, errors: [] });
    expect(refusals((await add(ann, group, [ben.id])).errors)).toEqual(['CONFLICT input.userIds.0']);
  });

  it('is refused to a member with FORBIDDEN, and to others with NOT_FOUND as if the group did not exist', async () => {
    const [ann, ben, cat, eve] = await chat.people('ann', 'ben', 'cat', 'eve');
    const group = await chat.group(ann, ben);
    const direct = await chat.direct(ann, ben);
    const nowhere = Buffer.from('Conversation:9000000000').toString('base64url');
    expect(refusals((await add(ben, group, [cat.id])).errors)).toEqual(['FORBIDDEN']);
    const [absent, hidden, another] = [
      await add(eve, nowhere, [cat.id]),
      await add(eve, group, [cat.id]),
      await add(eve, direct, [cat.id]),
    ];
    expect(refusals(absent.errors)).toEqual(['NOT_FOUND input.groupId']);
    expect(hidden).toEqual(absent);
    expect(another).toEqual(absent);
    // A direct conversation is not a group, not even for its members.
    expect(await add(ann, direct, [cat.id])).toEqual(absent);
    expect(refusals((await add(ann, ann.id, [cat.id])).errors)).toEqual(['INVALID_INPUT input.groupId']);
    expect(await memberIds(ann, group)).toEqual(ids(ann, ben));
  });

  it('is refused for more than a hundred users at once', async () => {
    const [ann] = await chat.people('ann');
    const many = Array.from({ length: 101 }, (_, n) => Buffer.from(`User:${n + 1}`).toString('base64url'));
    const payload = await add(ann, await chat.group(ann), many);
    expect(refusals(payload.errors)).toEqual(['INVALID_INPUT input.userIds']);
    expect(payload).toMatchObject({ membershipEdges: [], group: null });
  });

  it('gives the new member access from the joining on, and to quoted messages', async () => {
    const [ann, ben, cat] = await chat.people('ann', 'ben', 'cat');
    const group = await chat.group(ann, ben);
    const [before] = await chat.sayAll(ann, group, ['before', 'before too']);
    await add(ann, group, [cat.id]);
    const input = { conversationId: group, clientMessageId: 'x', text: 'an answer', replyToId: given(before, []).id };
    await chat.ask(SendMessageDocument, { input }, ann);

    const { conversation } = await chat.ask(HistoryDocument, { id: group }, cat);
    expect(conversation?.messages.edges.map(({ node }) => node.text)).toEqual(['an answer']);
    expect(conversation?.messages.pageInfo).toMatchObject({ hasPreviousPage: false, hasNextPage: false });
    const timeline = given((await chat.ask(TimelineDocument, { id: group }, cat)).conversation, []).timeline;
    expect(timeline.edges.map(({ node }) => `${node.__typename} ${node.seq}`)).toEqual(['MemberJoined 5', 'MessageSent 6']);
    expect(timeline.pageInfo).toMatchObject({ hasPreviousPage: false, hasNextPage: false });
    const log = given((await chat.ask(ConversationLogDocument, { id: group, afterSeq: 0 }, cat)).conversation, []).events;
    expect(log.edges.map(({ node }) => node.seq)).toEqual([5, 6]);
    expect(log.pageInfo).toMatchObject({ hasPreviousPage: false, hasNextPage: false });
    expect(await state(cat, group)).toMatchObject({ viewerUnreadCount: 1, viewerReadSeq: 4, viewerLastMessage: { text: 'an answer' } });

    const events = chat.listenTo(cat, group, { after: 5 });
    const [answer] = await events.ready();
    expect(answer).toMatchObject({ messageEdge: { node: { replyTo: { id: before?.id, text: 'before' } } } });
    expect(await chat.ask(NodeByIdDocument, { id: given(before, []).id }, cat)).toEqual({ node: null });
  });
});

describe('removing a member', () => {
  it('ends their access to the conversation', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await chat.group(ann, ben);
    const sent = await chat.say(ben, group, 'hello');
    const membership = given((await state(ben, group))?.viewerMembership, []).id;
    expect(await remove(ann, group, ben.id)).toEqual({
      ...{ membershipId: membership, user: { id: ben.id }, group: { id: group, memberCount: 1 } },
      errors: [],
    });
    expect(await state(ben, group)).toBeNull();
    for (const id of [group, sent.id, membership]) expect(await chat.ask(NodeByIdDocument, { id }, ben)).toEqual({ node: null });
    expect((await chat.positions(ben)).map(({ streamId }) => streamId)).toEqual([ben.id, serverStream]);
    const input = { conversationId: group, clientMessageId: 'late', text: 'still here?' };
    const { sendMessage } = await chat.ask(SendMessageDocument, { input }, ben);
    expect(refusals(sendMessage.errors)).toEqual(['NOT_FOUND input.conversationId']);
    expect(await memberIds(ann, group)).toEqual(ids(ann));
    // Their messages stay.
    const { conversation } = await chat.ask(HistoryDocument, { id: group }, ann);
    expect(conversation?.messages.edges.map(({ node }) => [node.text, node.sender?.id])).toEqual([['hello', ben.id]]);
  });

  it('is allowed to the owner, and refused for oneself and for users who are not members', async () => {
    const [ann, ben, cat, eve] = await chat.people('ann', 'ben', 'cat', 'eve');
    const group = await chat.group(ann, ben, cat);
    expect(refusals((await remove(ben, group, cat.id)).errors)).toEqual(['FORBIDDEN']);
    expect(refusals((await remove(ben, group, ann.id)).errors)).toEqual(['FORBIDDEN']);
    expect(refusals((await remove(ann, group, ann.id)).errors)).toEqual(['INVALID_INPUT input.userId']);
    const [absent, outside] = [await remove(ann, group, nobody), await remove(ann, group, eve.id)];
    expect(refusals(absent.errors)).toEqual(['NOT_FOUND input.userId']);
    expect(outside).toEqual(absent);
    expect(refusals((await remove(ann, group, group)).errors)).toEqual(['INVALID_INPUT input.userId']);
    expect(refusals((await remove(eve, group, ben.id)).errors)).toEqual(['NOT_FOUND input.groupId']);
    expect(refusals((await remove(ann, 'x', ben.id)).errors)).toEqual(['INVALID_INPUT input.groupId']);
    expect(await memberIds(ann, group)).toEqual(ids(ann, ben, cat));
  });

  it('twice is refused the second time, and a member who is added again reads from the new joining on', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await chat.group(ann, ben);
    await chat.say(ann, group, 'before');
    await remove(ann, group, ben.id);
    expect(refusals((await remove(ann, group, ben.id)).errors)).toEqual(['NOT_FOUND input.userId']);
    await chat.say(ann, group, 'while out');
    expect(refusals((await add(ann, group, [ben.id])).errors)).toEqual([]);
    await chat.say(ann, group, 'after');
    const { conversation } = await chat.ask(HistoryDocument, { id: group }, ben);
    expect(conversation?.messages.edges.map(({ node }) => node.text)).toEqual(['after']);
    expect(await state(ben, group)).toMatchObject({ viewerUnreadCount: 1, memberCount: 2 });
  });
});

describe('leaving a group', () => {
  it('ends one’s own membership, and the other members get the event', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await chat.group(ann, ben);
    const events = chat.listen(ann);
    await events.ready();
    expect(await leave(ben, group)).toEqual({ conversationId: group, errors: [] });
    expect(await events.next()).toMatchObject({
      __typename: 'MemberLeft',
      seq: 3,
      leaveReason: 'LEFT',
      user: { id: ben.id },
      actor: { id: ben.id },
    });
    expect(await state(ben, group)).toBeNull();
    expect(await state(ann, group)).toMatchObject({ memberCount: 1 });
    expect(refusals((await leave(ben, group)).errors)).toEqual(['NOT_FOUND input.groupId']);
  });

  it('is refused to the owner while others are in the group, and the last member to leave dissolves it', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await chat.group(ann, ben);
    expect(await leave(ann, group)).toMatchObject({ conversationId: null, errors: [{ code: 'OWNER_MUST_TRANSFER' }] });
    await leave(ben, group);
    const events = chat.listen(ann);
    await events.ready();
    expect(await leave(ann, group)).toEqual({ conversationId: group, errors: [] });
    expect(await events.next()).toMatchObject({ __typename: 'ConversationClosed', conversationId: group, leaveReason: 'DISSOLVED' });
    for (const person of [ann, ben]) expect(await state(person, group)).toBeNull();
    expect(refusals((await add(ann, group, [ben.id])).errors)).toEqual(['NOT_FOUND input.groupId']);
  });

  it('is refused for a direct conversation', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const direct = await chat.direct(ann, ben);
    expect(refusals((await leave(ann, direct)).errors)).toEqual(['NOT_FOUND input.groupId']);
    expect(refusals((await leave(ann, ann.id)).errors)).toEqual(['INVALID_INPUT input.groupId']);
  });
});

describe('the list of members', () => {
  it('is in the order of joining, in pages whose flags are right', async () => {
    const [ann, ben, cat, dan, eve] = await chat.people('ann', 'ben', 'cat', 'dan', 'eve');
    const group = await chat.group(ann, ben);
    await add(ann, group, [eve.id]);
    await add(ann, group, [dan.id, cat.id]);
    const found: string[] = [];
    const flags: string[] = [];
    let after: string | null = null;
    do {
      const { edges, pageInfo, totalCount } = await members(ben, group, { first: 2, after });
      expect(totalCount).toBe(5);
      found.push(...edges.map(({ node }) => node.user.id));
      flags.push(`${pageInfo.hasPreviousPage} ${pageInfo.hasNextPage}`);
      expect(pageInfo).toMatchObject({ startCursor: edges[0]?.cursor, endCursor: edges.at(-1)?.cursor });
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after !== null);
    expect(found).toEqual([[ann, ben], [eve], [dan, cat]].flatMap(inOrder));
    expect(flags).toEqual(['false true', 'true true', 'true false']);
  });

  it('has the same cursors as the joins in events', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await chat.group(ann);
    const events = chat.listen(ann);
    await events.ready();
    await add(ann, group, [ben.id]);
    const joined = await events.nextOf('MemberJoined');
    const edge = (await members(ann, group)).edges.at(-1);
    expect(joined.membershipEdge).toMatchObject({ cursor: edge?.cursor, node: { id: edge?.node.id } });
  });

  it.each([
    ['first', { first: 0 }],
    ['first', { first: 101 }],
    ['after', { after: 'x' }],
  ])('is refused with a %s that is out of bounds', async (argument, wrong) => {
    const [ann] = await chat.people('ann');
    const { errors } = await chat.post(MembersDocument, { id: await chat.group(ann), ...wrong }, ann);
    expect(refusals(errors)).toEqual([`BAD_USER_INPUT ${argument}`]);
  });
});

/** Members who joined in one mutation are listed in the order of their sign-up. */
function inOrder(people: readonly Person[]): readonly string[] {
  const age = (id: string): number => Number(Buffer.from(id, 'base64url').toString().split(':')[1]);
  return people.map(({ id }) => id).toSorted((one, other) => age(one) - age(other));
}

describe('a limit', () => {
  const small = world({ MAX_GROUP_MEMBERS: '3', MAX_GROUPS_PER_USER: '2' });
  const acts = actsOn(small);

  it('on members refuses the users beyond it, and adds the others', async () => {
    const [ann, ben, cat, dan] = await small.people('ann', 'ben', 'cat', 'dan');
    expect(refusals((await acts.create(ann, { name: 'x', memberIds: [ben.id, cat.id, dan.id] })).errors)).toEqual([
      'LIMIT_REACHED input.memberIds',
    ]);
    const group = await small.group(ann, ben);
    const payload = await acts.add(ann, group, [cat.id, dan.id]);
    expect(refusals(payload.errors)).toEqual(['LIMIT_REACHED input.userIds.1']);
    expect(payload.membershipEdges.map(({ node }) => node.user.id)).toEqual([cat.id]);
  });

  it('on groups refuses another group for a user who has reached it, whoever adds them', async () => {
    const [ann, ben] = await small.people('ann', 'ben');
    const group = await small.group(ann);
    await small.group(ben);
    await small.group(ben);
    expect(refusals((await acts.create(ben, { name: 'x' })).errors)).toEqual(['LIMIT_REACHED']);
    expect(refusals((await acts.create(ann, { name: 'x', memberIds: [ben.id] })).errors)).toEqual(['LIMIT_REACHED input.memberIds.0']);
    expect(refusals((await acts.add(ann, group, [ben.id])).errors)).toEqual(['LIMIT_REACHED input.userIds.0']);
  });
});
