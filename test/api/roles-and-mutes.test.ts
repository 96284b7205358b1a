import { describe, expect, it } from 'vitest';
import { subscribe } from '../support/client.ts';
import {
  AccountEventsDocument,
  AddMembersDocument,
  BansDocument,
  DissolveGroupDocument,
  LeaveGroupDocument,
  MuteMemberDocument,
  type NotificationLevel,
  RemoveMemberDocument,
  RuleDocument,
  SendMessageDocument,
  SetRoleDocument,
  SetTypingDocument,
  TransferOwnershipDocument,
  UnbanUserDocument,
  UnmuteMemberDocument,
  UpdateGroupDocument,
  type UpdateGroupInput,
  UpdateMembershipDocument,
  WatchRuleDocument,
} from '../support/generated/graphql.ts';
import type { Listening } from '../support/listening.ts';
import { refusals } from '../support/refusal.ts';
import { given, type Person, world } from '../support/world.ts';

const chat = world();
const someDay = '2999-01-01T00:00:00.000Z';

/** Ann’s group with Ben, whom she has made an admin, and Cat. */
async function scene() {
  const [ann, ben, cat] = await chat.people('ann', 'ben', 'cat');
  const group = await chat.group(ann, ben, cat);
  await setRole(ann, group, ben, 'ADMIN');
  return { ann, ben, cat, group };
}

const setRole = async (as: Person, groupId: string, { id: userId }: Person, role: 'ADMIN' | 'MEMBER') =>
  (await chat.ask(SetRoleDocument, { input: { groupId, userId, role } }, as)).setRole;
const transfer = async (as: Person, groupId: string, { id: userId }: Person) =>
  (await chat.ask(TransferOwnershipDocument, { input: { groupId, userId } }, as)).transferOwnership;
const mute = async (as: Person, groupId: string, { id: userId }: Person, until = someDay) =>
  (await chat.ask(MuteMemberDocument, { input: { groupId, userId, until } }, as)).muteMember;
const unmute = async (as: Person, groupId: string, { id: userId }: Person) =>
  (await chat.ask(UnmuteMemberDocument, { input: { groupId, userId } }, as)).unmuteMember;
const ban = async (as: Person, groupId: string, { id: userId }: Person) =>
  (await chat.ask(RemoveMemberDocument, { input: { groupId, userId, ban: true } }, as)).removeMember;
const unban = async (as: Person, groupId: string, { id: userId }: Person) =>
  (await chat.ask(UnbanUserDocument, { input: { groupId, userId } }, as)).unbanUser;
const dissolve = async (as: Person, groupId: string) => (await chat.ask(DissolveGroupDocument, { input: { groupId } }, as)).dissolveGroup;
const update = async (as: Person, groupId: string, change: Omit<UpdateGroupInput, 'groupId'>) =>
  (await chat.ask(UpdateGroupDocument, { input: { groupId, ...change } }, as)).updateGroup;
const settle = async (as: Person, conversationId: string, part: { nickname?: string | null; notificationLevel?: NotificationLevel }) =>
  (await chat.ask(UpdateMembershipDocument, { input: { conversationId, ...part } }, as)).updateMembership;
const send = async (as: Person, conversationId: string) =>
  (await chat.ask(SendMessageDocument, { input: { conversationId, clientMessageId: crypto.randomUUID(), text: 'said' } }, as)).sendMessage;

async function type(as: Person, conversationId: string, typing = true): Promise<void> {
  expect((await chat.ask(SetTypingDocument, { input: { conversationId, typing } }, as)).setTyping).toEqual({ errors: [] });
}

/** The users that are shown as typing or not, up to one that is enough. */
async function typedUntil(listening: Listening, enough: (event: { readonly typing: boolean }) => boolean) {
  const events = await listening.until((event) => event.__typename === 'TypingChanged' && enough(event));
  return events.flatMap((event) => (event.__typename === 'TypingChanged' ? [[event.user?.id, event.typing]] : []));
}

async function rule(as: Person, id: string) {
  const { conversation } = await chat.ask(RuleDocument, { id }, as);
  if (conversation?.__typename !== 'Group') return null;
  const members = new Map(conversation.members.edges.map(({ node }) => [node.user.id, node]));
  return { ...conversation, members };
}

async function bans(as: Person, id: string): Promise<readonly string[] | null> {
  const { conversation } = await chat.ask(BansDocument, { id }, as);
  if (conversation === null || !('viewerBans' in conversation)) return null;
  return conversation.viewerBans.edges.map(({ node }) => node.id);
}

describe('roles', () => {
  it('can be set, and all members see them', async () => {
    const { ann, ben, cat, group } = await scene();
    const { membership, errors } = await setRole(ann, group, cat, 'ADMIN');
    expect([membership, errors]).toMatchObject([{ role: 'ADMIN', user: { id: cat.id } }, []]);
    const seen = await rule(ben, group);
    expect([ann, ben, cat].map(({ id }) => seen?.members.get(id)?.role)).toEqual(['OWNER', 'ADMIN', 'ADMIN']);
  });

  it('are events with who changed them and whose they are', async () => {
    const { ann, ben, cat, group } = await scene();
    const events = subscribe(chat.socket(cat), WatchRuleDocument, { conversationId: group });
    await events.next();
    await setRole(ben, group, cat, 'ADMIN');
    expect((await events.next()).value?.data?.conversationEvents).toMatchObject({
      ...{ __typename: 'MemberChanged', seq: 5, actor: { id: ben.id }, user: { id: cat.id }, changedFields: ['ROLE'] },
      membership: { role: 'ADMIN', viewerMay: ['SET_ROLES'] },
    });
    await transfer(ann, group, cat);
    const told = [await events.next(), await events.next(), await events.next()].map(({ value }) => value?.data?.conversationEvents);
    expect(told).toMatchObject([
      { seq: 6, user: { id: cat.id }, membership: { role: 'OWNER' } },
      { seq: 7, changed: ['OWNER'], group: { owner: { id: cat.id } } },
      { seq: 8, user: { id: ann.id }, membership: { role: 'ADMIN' } },
    ]);
  });

  it('cannot be set by a member, nor for a user who is not a member', async () => {
    const { ann, ben, cat, group } = await scene();
    const [eve] = await chat.people('eve');
    expect(await setRole(cat, group, ben, 'MEMBER')).toMatchObject({ membership: null, errors: [{ code: 'FORBIDDEN', field: null }] });
    expect(refusals((await setRole(ann, group, eve, 'ADMIN')).errors)).toEqual(['NOT_FOUND input.userId']);
    expect(refusals((await setRole(eve, group, ben, 'MEMBER')).errors)).toEqual(['NOT_FOUND input.groupId']);
  });
});

describe('a group', () => {
  it('can be transferred to another owner, and the former owner may leave then', async () => {
    const { ann, cat, group } = await scene();
    const leave = async () => (await chat.ask(LeaveGroupDocument, { input: { groupId: group } }, ann)).leaveGroup.errors;
    expect((await leave()).map(({ code }) => code)).toEqual(['OWNER_MUST_TRANSFER']);
    const done = await transfer(ann, group, cat);
    expect(done).toMatchObject({ group: { owner: { id: cat.id } }, errors: [] });
    expect(done.memberships.map(({ role, user }) => [role, user.id])).toEqual([
      ['ADMIN', ann.id],
      ['OWNER', cat.id],
    ]);
    expect(refusals((await transfer(ann, group, ann)).errors)).toEqual(['FORBIDDEN']);
    expect(await leave()).toEqual([]);
    expect(await rule(cat, group)).toMatchObject({ owner: { id: cat.id }, memberCount: 2 });
  });

  it('can be dissolved: it ends for all members at once, and the account of each gets the event', async () => {
    const { ann, ben, cat, group } = await scene();
    await chat.say(ben, group, 'unread');
    const listening = subscribe(chat.socket(cat), WatchRuleDocument, { conversationId: group });
    await listening.next();
    expect(refusals((await dissolve(ben, group)).errors)).toEqual(['FORBIDDEN']);
    expect(await dissolve(ann, group)).toEqual({ groupId: group, errors: [] });
    for (const person of [ann, ben, cat]) {
      expect(await rule(person, group)).toBeNull();
      expect(refusals((await send(person, group)).errors)).toEqual(['NOT_FOUND input.conversationId']);
      const account = async () =>
        given((await chat.ask(AccountEventsDocument, {}, person)).viewer, []).events.edges.map(({ node }) => node);
      await expect
        .poll(account)
        .toContainEqual(expect.objectContaining({ __typename: 'ConversationClosed', conversationId: group, leaveReason: 'DISSOLVED' }));
    }
    await expect(listening.next()).rejects.toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
    expect(refusals((await dissolve(ann, group)).errors)).toEqual(['NOT_FOUND input.groupId']);
  });
});

describe('a muted member', () => {
  it('is refused with the time that remains, and all members see the end of the mute', async () => {
    const { ann, ben, cat, group } = await scene();
    expect(await mute(ben, group, cat)).toMatchObject({ membership: { mutedUntil: someDay }, errors: [] });
    expect((await rule(ann, group))?.members.get(cat.id)).toMatchObject({ mutedUntil: someDay });
    expect(await send(cat, group)).toMatchObject({
      messageEdge: null,
      errors: [{ code: 'MUTED', field: ['input', 'conversationId'], retryAfterMs: 2_147_483_647 }],
    });
    expect((await rule(cat, group))?.viewerMay).toEqual(['LEAVE_GROUP']);
    expect(await unmute(ann, group, cat)).toMatchObject({ membership: { mutedUntil: null }, errors: [] });
    expect((await send(cat, group)).errors).toEqual([]);
  });

  it('cannot be muted until a time in the past, nor by a member of a lower role', async () => {
    const { ann, ben, cat, group } = await scene();
    expect(refusals((await mute(ann, group, cat, '2020-01-01T00:00:00Z')).errors)).toEqual(['INVALID_INPUT input.until']);
    expect(refusals((await mute(ben, group, ann)).errors)).toEqual(['FORBIDDEN']);
    expect(refusals((await unmute(cat, group, cat)).errors)).toEqual(['FORBIDDEN']);
  });

  it('is not shown as typing', async () => {
    const { ann, ben, cat, group } = await scene();
    await mute(ann, group, cat);
    const atAnns = chat.listenTo(ann, group);
    await atAnns.ready();
    await type(cat, group);
    await type(ben, group);
    expect(await typedUntil(atAnns, ({ typing }) => typing)).toEqual([[ben.id, true]]);
  });
});

describe('a group’s settings', () => {
  it('limit who may send, how often, and until when members may not', async () => {
    const { ann, ben, cat, group } = await scene();
    const all = { postPolicy: 'EVERYONE', slowModeSeconds: 3_600, mutedUntil: null } as const;
    expect((await update(ben, group, { slowModeSeconds: 3_600 })).errors).toEqual([]);
    expect(await rule(cat, group)).toMatchObject(all);
    expect((await send(cat, group)).errors).toEqual([]);
    const [slowed] = (await send(cat, group)).errors;
    expect(slowed).toMatchObject({ code: 'RATE_LIMITED', field: ['input', 'conversationId'] });
    expect(slowed?.retryAfterMs).toBeGreaterThan(3_000_000);
    await update(ann, group, { slowModeSeconds: null, mutedUntil: someDay });
    expect(refusals((await send(cat, group)).errors)).toEqual(['MUTED input.conversationId']);
    expect((await send(ben, group)).errors).toEqual([]);
    await update(ann, group, { mutedUntil: null, postPolicy: 'OWNER' });
    expect(refusals((await send(ben, group)).errors)).toEqual(['FORBIDDEN input.conversationId']);
    expect(await rule(ann, group)).toMatchObject({ postPolicy: 'OWNER', slowModeSeconds: 0, mutedUntil: null });
  });

  it('say for how long its history is kept, to every member, and only the owner and admins change it', async () => {
    const { ann, ben, cat, group } = await scene();
    expect(await rule(cat, group)).toMatchObject({ historyDays: null });
    const events = subscribe(chat.socket(cat), WatchRuleDocument, { conversationId: group });
    await events.next();
    expect((await update(ben, group, { historyDays: 30 })).errors).toEqual([]);
    expect((await events.next()).value?.data?.conversationEvents).toMatchObject({ changed: ['HISTORY_DAYS'] });
    expect(await rule(cat, group)).toMatchObject({ historyDays: 30 });
    expect(refusals((await update(cat, group, { historyDays: 1 })).errors)).toEqual(['FORBIDDEN']);
    await update(ann, group, { historyDays: null });
    expect(await rule(cat, group)).toMatchObject({ historyDays: null });
  });

  it.each([
    ['because of the policy', { postPolicy: 'ADMINS' }],
    ['because all are muted', { mutedUntil: someDay }],
  ] as const)('do not show a member as typing who may not send, %s', async (_, change) => {
    const { ann, ben, cat, group } = await scene();
    const atAnns = chat.listenTo(ann, group);
    await atAnns.ready();
    await type(cat, group);
    await type(cat, group, false);
    expect(await typedUntil(atAnns, ({ typing }) => !typing)).toEqual([
      [cat.id, true],
      [cat.id, false],
    ]);
    expect((await update(ann, group, change)).errors).toEqual([]);
    await type(cat, group);
    await type(ben, group);
    expect(await typedUntil(atAnns, ({ typing }) => typing)).toEqual([[ben.id, true]]);
  });
});

describe('a ban', () => {
  it('removes the user, keeps them out, is listed for admins only, and can be ended', async () => {
    const { ann, ben, cat, group } = await scene();
    const [dan] = await chat.people('dan');
    expect(await ban(ben, group, cat)).toMatchObject({ user: { id: cat.id }, group: { memberCount: 2 }, errors: [] });
    expect(await ban(ben, group, dan)).toMatchObject({ user: { id: dan.id }, group: { memberCount: 2 }, errors: [] });
    expect(await bans(ann, group)).toEqual([cat.id, dan.id]);
    const add = async () => (await chat.ask(AddMembersDocument, { input: { groupId: group, userIds: [dan.id, cat.id] } }, ann)).addMembers;
    expect(refusals((await add()).errors)).toEqual(['FORBIDDEN input.userIds.0', 'FORBIDDEN input.userIds.1']);
    expect(await rule(cat, group)).toBeNull();
    expect(await unban(ben, group, dan)).toEqual({ user: { id: dan.id }, errors: [] });
    expect(refusals((await add()).errors)).toEqual(['FORBIDDEN input.userIds.1']);
    expect(await bans(dan, group)).toEqual([]);
    expect(await bans(ann, group)).toEqual([cat.id]);
  });

  it('is listed in pages', async () => {
    const { ann, ben, cat, group } = await scene();
    for (const person of [ben, cat]) await ban(ann, group, person);
    const page = async (after?: string | null) => {
      const { conversation } = await chat.ask(BansDocument, { id: group, first: 1, after: after ?? null }, ann);
      if (conversation === null || !('viewerBans' in conversation)) throw new Error('it is hers');
      return conversation.viewerBans;
    };
    const first = await page();
    const second = await page(first.edges[0]?.cursor);
    expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    expect(second.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    // Both joined together, so they are listed in the order of their sign-up, which is not known here.
    const listed = [...first.edges, ...second.edges].map(({ node }) => node.id);
    expect(listed.toSorted()).toEqual([ben.id, cat.id].toSorted());
  });
});

describe('one’s own membership', () => {
  it('has a nickname that all members see, and a notification level that only oneself sees', async () => {
    const { ann, cat, group } = await scene();
    const { membership, errors } = await settle(cat, group, { nickname: 'Kitty', notificationLevel: 'MENTIONS' });
    expect([membership, errors]).toMatchObject([{ nickname: 'Kitty', viewerNotificationLevel: 'MENTIONS' }, []]);
    expect((await rule(ann, group))?.members.get(cat.id)).toMatchObject({ nickname: 'Kitty', viewerNotificationLevel: null });
    expect((await rule(cat, group))?.members.get(cat.id)).toMatchObject({ nickname: 'Kitty', viewerNotificationLevel: 'MENTIONS' });
    const account = given((await chat.ask(AccountEventsDocument, {}, cat)).viewer, []).events.edges.map(({ node }) => node);
    expect(account.at(-1)).toMatchObject({ __typename: 'MembershipSettled', membership: { viewerNotificationLevel: 'MENTIONS' } });
  });

  it('has no nickname in a direct conversation', async () => {
    const { ann, ben } = await scene();
    const direct = await chat.direct(ann, ben);
    expect(refusals((await settle(ann, direct, { nickname: 'Annie' })).errors)).toEqual(['INVALID_INPUT input.nickname']);
    expect((await settle(ann, direct, { notificationLevel: 'NONE' })).membership).toMatchObject({ viewerNotificationLevel: 'NONE' });
  });
});

describe('viewerMay', () => {
  it('is the viewer’s rights in the group, and towards each member', async () => {
    const { ann, ben, cat, group } = await scene();
    const [owners, admins, members] = [await rule(ann, group), await rule(ben, group), await rule(cat, group)];
    expect(owners?.viewerMay).toContain('DISSOLVE_GROUP');
    expect(owners?.viewerMay).not.toContain('LEAVE_GROUP');
    expect(admins?.viewerMay).toContain('LEAVE_GROUP');
    expect(admins?.viewerMay).not.toContain('TRANSFER_OWNERSHIP');
    expect(members?.viewerMay).toEqual(['POST', 'LEAVE_GROUP']);
    const to = (seen: typeof owners) => [ann, ben, cat].map(({ id }) => seen?.members.get(id)?.viewerMay);
    const below = ['REMOVE_MEMBERS', 'BAN_MEMBERS', 'MUTE_MEMBERS', 'SET_ROLES'];
    expect(to(owners)).toEqual([[], [...below, 'TRANSFER_OWNERSHIP'], [...below, 'TRANSFER_OWNERSHIP']]);
    expect(to(admins)).toEqual([[], ['SET_ROLES'], below]);
    expect(to(members)).toEqual([[], [], []]);
  });

  it('follows the group’s settings, and an act that is not in it is refused', async () => {
    const { ann, cat, group } = await scene();
    await update(ann, group, { postPolicy: 'ADMINS', invitePolicy: 'EVERYONE' });
    expect((await rule(cat, group))?.viewerMay).toEqual(['ADD_MEMBERS', 'LEAVE_GROUP']);
    expect(refusals((await send(cat, group)).errors)).toEqual(['FORBIDDEN input.conversationId']);
  });

  it('is empty for members of a direct conversation', async () => {
    const { ann, ben } = await scene();
    const direct = await chat.direct(ann, ben);
    const { conversation } = await chat.ask(RuleDocument, { id: direct }, ann);
    expect(conversation?.members.edges.map(({ node }) => node.viewerMay)).toEqual([[], []]);
  });
});
