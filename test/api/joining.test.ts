import { describe, expect, it } from 'vitest';
import { subscribe } from '../support/client.ts';
import {
  AnswerJoinRequestDocument,
  CancelJoinRequestDocument,
  CreateGroupDocument,
  type CreateGroupInput,
  CreateInviteDocument,
  type CreateInviteInput,
  DoorDocument,
  FollowJoiningDocument,
  type FollowJoiningSubscription,
  GroupPreviewDocument,
  type GroupPreviewQueryVariables,
  GroupsDocument,
  type GroupsQueryVariables,
  JoinGroupDocument,
  type JoinGroupInput,
  JoiningNodesDocument,
  OwnJoinRequestsDocument,
  RemoveMemberDocument,
  RevokeInviteDocument,
  UpdateGroupDocument,
  type UpdateGroupInput,
  WatchThoughtsDocument,
} from '../support/generated/graphql.ts';
import { refusals } from '../support/refusal.ts';
import { given, type Person, world } from '../support/world.ts';

const chat = world({ JOIN_ATTEMPTS: '20' });

async function made(owner: Person, input: Partial<CreateGroupInput>): Promise<string> {
  const { createGroup } = await chat.ask(CreateGroupDocument, { input: { name: 'Walks', ...input } }, owner);
  return given(createGroup.group, createGroup.errors).id;
}

const join = async (as: Person, input: JoinGroupInput) => (await chat.ask(JoinGroupDocument, { input }, as)).joinGroup;

async function asked(as: Person, groupId: string, note?: string) {
  const { joinRequest, errors } = await join(as, { groupId, note });
  return given(joinRequest, errors);
}

const answer = async (as: Person, requestId: string, accept: boolean) =>
  (await chat.ask(AnswerJoinRequestDocument, { input: { requestId, accept } }, as)).answerJoinRequest;

async function invited(as: Person, input: CreateInviteInput) {
  const { createInvite } = await chat.ask(CreateInviteDocument, { input }, as);
  return given(createInvite.invite, createInvite.errors);
}

const door = async (as: Person, id: string, page = {}) => (await chat.ask(DoorDocument, { id, ...page }, as)).conversation;

const own = async (as: Person, page = {}) => given((await chat.ask(OwnJoinRequestsDocument, page, as)).viewer, []).joinRequests;

const preview = async (as: Person, name: GroupPreviewQueryVariables) => (await chat.ask(GroupPreviewDocument, name, as)).groupPreview;

async function nodes(as: Person, ...ids: readonly string[]) {
  return (await chat.ask(JoiningNodesDocument, { ids }, as)).nodes;
}

/** The user’s events from here on, one at each call. */
async function following(person: Person): Promise<() => Promise<FollowJoiningSubscription['events'] | undefined>> {
  const events = subscribe(chat.socket(person), FollowJoiningDocument, {});
  const next = async () => (await events.next()).value?.data?.events;
  expect(await next()).toMatchObject({ __typename: 'StreamReady' });
  return next;
}

describe('joining', () => {
  it('an open group takes one step, and all its members and all devices of the new member get the events', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await made(ann, { joinPolicy: 'OPEN', description: 'On Saturdays' });
    const [toAnn, toBen] = [await following(ann), await following(ben)];
    const { conversationEdge, joinRequest, errors, ...answered } = await join(ben, { groupId: group });
    expect({ errors, joinRequest, answered }).toMatchObject({
      errors: [],
      joinRequest: null,
      answered: { group: { id: group, memberCount: 2 } },
    });
    expect(conversationEdge?.node.id).toBe(group);
    expect(await toAnn()).toMatchObject({ __typename: 'MemberJoined', streamId: group, seq: 2 });
    expect(await toBen()).toMatchObject({ __typename: 'ConversationOpened', position: { seq: 1 } });
    expect(await toBen()).toMatchObject({ __typename: 'MemberJoined', streamId: group });
  });

  it('is refused for an invite-only group as if it did not exist, and without exactly one of id and code', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await made(ann, {});
    expect(refusals((await join(ben, { groupId: group })).errors)).toEqual(['NOT_FOUND input.groupId']);
    expect(refusals((await join(ben, { code: 'x'.repeat(20) })).errors)).toEqual(['NOT_FOUND input.code']);
    expect(refusals((await join(ben, {})).errors)).toEqual(['INVALID_INPUT input.groupId']);
    expect(refusals((await join(ben, { groupId: group, code: 'x' })).errors)).toEqual(['INVALID_INPUT input.groupId']);
  });
});

describe('a join request', () => {
  it('is pending on both sides until it is accepted, and both sides can read it as a node', async () => {
    const [ann, ben, eve] = await chat.people('ann', 'ben', 'eve');
    const group = await made(ann, { joinPolicy: 'APPROVAL', description: 'On Saturdays' });
    const [toAnn, toBen] = [await following(ann), await following(ben)];
    const request = await asked(ben, group, 'please');
    const shown = {
      ...{ user: { id: ben.id }, note: 'please' },
      preview: { groupId: group, name: 'Walks', description: 'On Saturdays', memberCount: 1, joinPolicy: 'APPROVAL' },
    };
    expect(request).toMatchObject(shown);
    expect(await toBen()).toMatchObject({ __typename: 'JoinRequestSent', joinRequestEdge: { node: shown } });
    const received = await toAnn();
    expect(received).toMatchObject({ __typename: 'JoinRequestReceived', group: { viewerJoinRequests: { totalCount: 1 } } });
    const listed = await door(ann, group);
    const [edge] = listed?.__typename === 'Group' ? listed.viewerJoinRequests.edges : [];
    expect(received).toMatchObject({ joinRequestEdge: { cursor: edge?.cursor, node: { id: request.id } } });
    expect(await own(ben)).toMatchObject({ totalCount: 1, edges: [{ node: { id: request.id, preview: { viewerIsMember: false } } }] });
    expect(await nodes(ben, request.id)).toMatchObject([shown]);
    expect(await nodes(ann, request.id)).toMatchObject([shown]);
    expect(await nodes(eve, request.id)).toEqual([null]);

    const accepted = await answer(ann, request.id, true);
    expect(accepted).toMatchObject({ errors: [], joinRequestId: request.id, membershipEdge: { node: { user: { id: ben.id } } } });
    expect(accepted.group).toMatchObject({ memberCount: 2, viewerJoinRequests: { totalCount: 0 } });
    const ends = [await toAnn(), await toAnn()];
    expect(ends).toContainEqual(expect.objectContaining({ __typename: 'JoinRequestClosed', joinRequestId: request.id, accepted: true }));
    const opened = [await toBen(), await toBen(), await toBen()];
    expect(opened.map((event) => event?.__typename).toSorted()).toEqual(['ConversationOpened', 'JoinRequestClosed', 'MemberJoined']);
    expect(await nodes(ben, request.id)).toEqual([null]);
    expect(await own(ben)).toMatchObject({ totalCount: 0, edges: [] });
  });

  it('that was declined stays pending for the sender, and for nobody else', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await made(ann, { joinPolicy: 'APPROVAL' });
    const request = await asked(ben, group);
    expect(await answer(ann, request.id, false)).toMatchObject({ errors: [], joinRequestId: request.id, membershipEdge: null });
    expect(await nodes(ann, request.id)).toEqual([null]);
    expect(await door(ann, group)).toMatchObject({ viewerJoinRequests: { totalCount: 0, edges: [] } });
    expect(await nodes(ben, request.id)).toMatchObject([{ id: request.id }]);
    expect(await asked(ben, group)).toMatchObject({ id: request.id });
    expect(refusals((await answer(ann, request.id, true)).errors)).toEqual(['NOT_FOUND input.requestId']);
    expect(refusals((await answer(ben, request.id, true)).errors)).toEqual(['FORBIDDEN input.requestId']);
    const { cancelJoinRequest } = await chat.ask(CancelJoinRequestDocument, { input: { requestId: request.id } }, ben);
    expect(cancelJoinRequest).toEqual({ joinRequestId: request.id, errors: [] });
    expect(await nodes(ben, request.id)).toEqual([null]);
  });

  it('is hidden from members who are not admins', async () => {
    const [ann, ben, cat] = await chat.people('ann', 'ben', 'cat');
    const group = await made(ann, { joinPolicy: 'APPROVAL', memberIds: [cat.id] });
    const request = await asked(ben, group);
    expect(await door(cat, group)).toMatchObject({ viewerJoinRequests: { totalCount: 0, edges: [] }, viewerInvites: [] });
    expect(await nodes(cat, request.id)).toEqual([null]);
    expect(await door(ben, group)).toBeNull();
  });

  it('is listed in pages for admins', async () => {
    const [ann, ...others] = await chat.people('ann', 'ben', 'cat', 'dan');
    const group = await made(ann, { joinPolicy: 'APPROVAL' });
    for (const other of others) await asked(other, group);
    const first = await door(ann, group, { first: 2 });
    if (first?.__typename !== 'Group') return expect.fail();
    const { edges, totalCount, pageInfo } = first.viewerJoinRequests;
    expect({ totalCount, pageInfo }).toEqual({ totalCount: 3, pageInfo: { hasNextPage: true, hasPreviousPage: false } });
    const rest = await door(ann, group, { first: 2, after: edges.at(-1)?.cursor });
    if (rest?.__typename !== 'Group') return expect.fail();
    expect(rest.viewerJoinRequests.pageInfo).toEqual({ hasNextPage: false, hasPreviousPage: true });
    const listed = [...edges, ...rest.viewerJoinRequests.edges].map(({ node }) => node.user.id);
    expect(listed.toSorted()).toEqual(others.map(({ id }) => id).toSorted());
    const { errors } = await chat.post(DoorDocument, { id: group, after: 'nonsense' }, ann);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: ['after'] });
  });

  it('is listed in pages for its sender, newest first', async () => {
    const [ann, ben, cat] = await chat.people('ann', 'ben', 'cat');
    const groups = [await made(ann, { joinPolicy: 'APPROVAL' }), await made(ann, { joinPolicy: 'APPROVAL' })];
    groups.push(await made(cat, { joinPolicy: 'APPROVAL' }));
    for (const group of groups) await asked(ben, group);
    await asked(cat, given(groups[0], []));
    const { edges, totalCount, pageInfo } = await own(ben, { first: 2 });
    expect({ totalCount, pageInfo }).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true, hasPreviousPage: false } });
    const rest = await own(ben, { first: 2, after: edges.at(-1)?.cursor });
    expect(rest).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: false, hasPreviousPage: true } });
    const listed = [...edges, ...rest.edges].map(({ node }) => node);
    expect(listed.map(({ preview }) => preview.groupId).toSorted()).toEqual(groups.toSorted());
    const moments = listed.map(({ createdAt }) => createdAt);
    expect(moments).toEqual(moments.toSorted().toReversed());
    expect(new Set(moments).size).toBeGreaterThan(1);
  });
});

describe('an invite', () => {
  it('is shown to admins on all devices, can be used, and can be revoked', async () => {
    const [ann, ben, cat] = await chat.people('ann', 'ben', 'cat');
    const group = await made(ann, { memberIds: [cat.id] });
    const toAnn = await following(ann);
    const invite = await invited(ann, { groupId: group, maxUses: 2, expiresAt: '2999-01-01T00:00:00.000Z' });
    expect(invite).toMatchObject({ group: { id: group }, createdBy: { id: ann.id }, usesLeft: 2, expiresAt: '2999-01-01T00:00:00.000Z' });
    expect(await toAnn()).toMatchObject({ __typename: 'InvitesChanged', group: { viewerInvites: [invite] } });
    expect(await nodes(ann, invite.id)).toMatchObject([{ code: invite.code }]);
    expect(await nodes(cat, invite.id)).toEqual([null]);
    expect(await nodes(ben, invite.id)).toEqual([null]);

    expect(await preview(ben, { code: invite.code })).toMatchObject({ groupId: group, memberCount: 2, viewerIsMember: false });
    expect((await join(ben, { code: invite.code })).group).toMatchObject({ memberCount: 3 });
    expect(await preview(ben, { id: group })).toMatchObject({ viewerIsMember: true });
    const [told] = [await toAnn(), await toAnn()].filter((event) => event?.__typename === 'InvitesChanged');
    expect(told).toMatchObject({ group: { viewerInvites: [{ ...invite, usesLeft: 1 }] } });

    const { revokeInvite } = await chat.ask(RevokeInviteDocument, { input: { inviteId: invite.id } }, ann);
    expect(revokeInvite).toEqual({ inviteId: invite.id, errors: [] });
    expect(await toAnn()).toMatchObject({ group: { viewerInvites: [] } });
    expect(await nodes(ann, invite.id)).toEqual([null]);
    expect(await preview(cat, { code: invite.code })).toBeNull();
  });

  it('is refused to members, to strangers as if the group did not exist, and with invalid limits', async () => {
    const [ann, ben, cat] = await chat.people('ann', 'ben', 'cat');
    const group = await made(ann, { memberIds: [cat.id] });
    const ask = async (as: Person, input: CreateInviteInput) => (await chat.ask(CreateInviteDocument, { input }, as)).createInvite;
    expect(await ask(cat, { groupId: group })).toMatchObject({ invite: null, errors: [{ code: 'FORBIDDEN', field: null }] });
    expect(refusals((await ask(ben, { groupId: group })).errors)).toEqual(['NOT_FOUND input.groupId']);
    expect(refusals((await ask(ann, { groupId: group, maxUses: 0 })).errors)).toEqual(['INVALID_INPUT input.maxUses']);
    expect(refusals((await ask(ann, { groupId: group, expiresAt: '2020-01-01T00:00:00Z' })).errors)).toEqual([
      'INVALID_INPUT input.expiresAt',
    ]);
  });
});

describe('the directory', () => {
  const find = async (as: Person, variables: GroupsQueryVariables) => (await chat.ask(GroupsDocument, variables, as)).groups;

  it('finds groups by a word, and shows at each step what a button to join needs', async () => {
    const [ann, ben, eve] = await chat.people('ann', 'ben', 'eve');
    const open = await made(ann, { name: 'Bees and honey', description: 'On Saturdays', joinPolicy: 'OPEN', listed: true });
    const asking = await made(ann, { name: 'Bees, wild ones', joinPolicy: 'APPROVAL', listed: true });
    await made(ann, { name: 'Bees for friends', joinPolicy: 'OPEN' });
    const found = async () => (await find(ben, { search: 'BEE' })).edges.map(({ node }) => node);
    const outside = { viewerIsMember: false, viewerIsBanned: false, viewerJoinRequest: null };
    expect(await found()).toMatchObject([
      { groupId: open, name: 'Bees and honey', description: 'On Saturdays', memberCount: 1, joinPolicy: 'OPEN', ...outside },
      { groupId: asking, joinPolicy: 'APPROVAL', ...outside },
    ]);
    await join(ben, { groupId: open });
    const { id } = await asked(ben, asking, 'please');
    expect(await found()).toMatchObject([
      { ...outside, memberCount: 2, viewerIsMember: true },
      { ...outside, viewerJoinRequest: { id } },
    ]);
    const byEve = (await find(eve, { search: 'bees' })).edges.map(({ node }) => node);
    expect(byEve).toMatchObject([outside, outside]);
    await chat.ask(RemoveMemberDocument, { input: { groupId: open, userId: ben.id, ban: true } }, ann);
    await answer(ann, id, true);
    expect(await found()).toMatchObject([
      { ...outside, viewerIsBanned: true },
      { ...outside, viewerIsMember: true },
    ]);
  });

  it('is read in pages, with and without a search', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    for (const name of ['Kites I', 'Kites II', 'Kites III']) await made(ann, { name, joinPolicy: 'OPEN', listed: true });
    for (const [search, names] of [
      ['kites', ['Kites I', 'Kites II', 'Kites III']],
      [undefined, ['Kites III', 'Kites II', 'Kites I']],
    ] as const) {
      const first = await find(ben, { search, first: 2 });
      expect(first.pageInfo).toEqual({ hasNextPage: true, hasPreviousPage: false });
      const rest = await find(ben, { search, first: 1, after: first.edges[1]?.cursor });
      expect(rest.pageInfo).toMatchObject({ hasPreviousPage: true });
      expect([...first.edges, ...rest.edges].map(({ node }) => node.name)).toEqual(names);
      const { errors } = await chat.post(GroupsDocument, { search: 'other', after: first.edges[0]?.cursor }, ben);
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: ['after'] });
    }
  });

  it('changes are events of the group, and a group that cannot be listed is refused', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await made(ann, { joinPolicy: 'OPEN' });
    await join(ben, { groupId: group });
    const events = subscribe(chat.socket(ben), WatchThoughtsDocument, { conversationId: group });
    await events.next();
    const update = async (change: Omit<UpdateGroupInput, 'groupId'>) =>
      (await chat.ask(UpdateGroupDocument, { input: { groupId: group, ...change } }, ann)).updateGroup;
    await update({ listed: true });
    expect((await events.next()).value?.data?.conversationEvents).toMatchObject({ __typename: 'GroupChanged', changed: ['LISTED'] });
    await update({ joinPolicy: 'INVITE_ONLY' });
    expect((await events.next()).value?.data?.conversationEvents).toMatchObject({ changed: ['JOIN_POLICY', 'LISTED'] });
    expect(refusals((await update({ listed: true })).errors)).toEqual(['INVALID_INPUT input.listed']);
  });
});

describe('a group preview', () => {
  it('is found by id unless the group is invite-only, and fails unless exactly one of id and code is given', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const [open, secret] = [await made(ann, { joinPolicy: 'OPEN' }), await made(ann, {})];
    expect(await preview(ben, { id: open })).toMatchObject({ groupId: open, name: 'Walks', joinPolicy: 'OPEN', viewerIsMember: false });
    expect(await preview(ben, { id: secret })).toBeNull();
    expect(await preview(ann, { id: secret })).toMatchObject({ viewerIsMember: true });
    expect(await preview(ben, { code: 'nonsense' })).toBeNull();
    for (const name of [{}, { id: open, code: 'x' }, { id: 'nonsense' }, { id: ann.id }]) {
      const { errors } = await chat.post(GroupPreviewDocument, name, ben);
      expect(errors?.map(({ extensions }) => extensions)).toMatchObject([{ code: 'BAD_USER_INPUT', argument: ['id'] }]);
    }
    const { errors } = await chat.post(GroupPreviewDocument, { id: open });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('is throttled with an error of the response, and joining with an error in the payload', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await made(ann, { joinPolicy: 'OPEN' });
    for (let looks = 0; looks < 20; looks += 1) await preview(ben, { id: group });
    const { data, errors } = await chat.post(GroupPreviewDocument, { id: group }, ben);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) });
    expect(data).toMatchObject({ groupPreview: null });
    expect(refusals((await join(ben, { groupId: group })).errors)).toEqual(['RATE_LIMITED']);
  });
});
