import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import type { Role } from '../../src/group/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { freshKey, refusal, type TalkWorld, talkOn } from './talk-world.ts';

/** What groups promise, on any database. */
export function promisesOfGroups(open: () => Promise<Db>): void {
  let world: TalkWorld;
  beforeAll(async () => {
    world = talkOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  async function appoint(member: Viewer, conversationId: bigint, role: Role): Promise<void> {
    const where = { conversationId_userId: { conversationId, userId: member.userId } };
    await world.db.transaction((tx) => tx.membership.update({ where, data: { role } }));
  }

  async function allow(conversationId: bigint, invitePolicy: 'EVERYONE' | 'ADMINS' | 'OWNER'): Promise<void> {
    await world.db.transaction((tx) => tx.conversation.update({ where: { id: conversationId }, data: { invitePolicy } }));
  }

  async function memberIds(conversationId: bigint): Promise<readonly bigint[]> {
    const { items } = await world.groups.members(conversationId, { first: 100 });
    return items.map(({ member }) => member.userId);
  }

  const ids = (...viewers: readonly Viewer[]) => viewers.map(({ userId }) => userId);

  describe('creating a group', () => {
    it('logs a join of each member, the owner first, and notifies each account', async () => {
      const [ada, bob, cy] = await world.people();
      const made = await world.groups.create(ada, { name: 'Chess 👑', description: 'Tuesdays\nat six', memberIds: ids(cy, bob) });
      expect(made).toMatchObject({ kind: 'GROUP', name: 'Chess 👑', description: 'Tuesdays\nat six', ownerId: ada.userId });
      expect(made).toMatchObject({ memberCount: 3, lastSeq: 3, lastOrdinal: 0, sides: null });
      const entries = await world.entries(made.id);
      expect(entries.map(({ seq, type, data, actorId }) => ({ seq, type, data, actorId }))).toEqual(
        ids(ada, cy, bob).map((userId, place) => ({ seq: place + 1, type: 'MemberJoined', data: { userId }, actorId: ada.userId })),
      );
      for (const member of [ada, bob, cy]) {
        const role = member === ada ? 'OWNER' : 'MEMBER';
        expect(await world.access(member, made.id)).toMatchObject({ role, fromSeq: 1, readSeq: 0, deliveredSeq: 0, shown: true });
        expect(await world.told(member)).toEqual([
          { type: 'ConversationOpened', data: { conversationId: made.id, seq: 0 }, actorId: ada.userId },
        ]);
      }
    });

    it('adds nobody twice, nor its creator', async () => {
      const [ada, bob] = await world.people();
      const { id, memberCount } = await world.groups.create(ada, { name: 'Pair', memberIds: ids(bob, ada, bob) });
      expect(memberCount).toBe(2);
      expect(await memberIds(id)).toEqual(ids(ada, bob));
    });

    it.each([
      ['an empty name', { name: '' }, ['name']],
      ['a name of spaces and fillers', { name: ' \u3164\u200b ' }, ['name']],
      ['a name of 101 characters', { name: '𝒳'.repeat(101) }, ['name']],
      ['a name with a line break', { name: 'one\ntwo' }, ['name']],
      ['a name with half a character', { name: 'half \ud83d' }, ['name']],
      ['a description of 1,001 characters', { name: 'x', description: 'd'.repeat(1_001) }, ['description']],
      ['a description with NUL', { name: 'x', description: 'a\0b' }, ['description']],
      ['an empty clientGroupId', { name: 'x', clientGroupId: '' }, ['clientGroupId']],
      ['a clientGroupId of 65 characters', { name: 'x', clientGroupId: 'k'.repeat(65) }, ['clientGroupId']],
      ['a clientGroupId beyond ASCII', { name: 'x', clientGroupId: 'ключ' }, ['clientGroupId']],
      ['101 members', { name: 'x', memberIds: Array.from({ length: 101 }, (_, n) => BigInt(n + 1)) }, ['memberIds']],
    ])('refuses %s', async (_, options, field) => {
      const ada = await world.person();
      expect(await refusal(world.groups.create(ada, options))).toEqual({ code: 'INVALID_INPUT', field });
    });

    it('accepts a name of 100 characters beyond the basic plane', async () => {
      const ada = await world.person();
      const name = '𝒳'.repeat(100);
      expect(await world.groups.create(ada, { name })).toMatchObject({ name });
    });

    it('is refused as a whole for an unknown member and leaves nothing', async () => {
      const [ada, bob] = await world.people();
      const act = world.groups.create(ada, { name: 'x', memberIds: [bob.userId, 9_000_000_000n] });
      expect(await refusal(act)).toEqual({ code: 'NOT_FOUND', field: ['memberIds', '1'] });
      expect((await world.groups.list(ada, { first: 10 })).items).toEqual([]);
      expect(await world.told(bob)).toEqual([]);
    });

    it('respects MAX_GROUP_MEMBERS', async () => {
      const [ada, bob, cy] = await world.people();
      const { groups } = world.node({ maxGroupMembers: 2 });
      const act = groups.create(ada, { name: 'x', memberIds: ids(bob, cy) });
      expect(await refusal(act)).toEqual({ code: 'LIMIT_REACHED', field: ['memberIds'] });
      expect(await groups.create(ada, { name: 'x', memberIds: ids(bob) })).toMatchObject({ memberCount: 2 });
    });

    it('does not limit the groups of a bot, whether it creates them or is added', async () => {
      const [ada, bot] = await world.people();
      await world.db.transaction((tx) => tx.user.update({ where: { id: bot.userId }, data: { bot: true } }));
      const { groups } = world.node({ maxGroupsPerUser: 1 });
      for (const name of ['x', 'y']) await groups.create(bot, { name });
      expect(await groups.create(ada, { name: 'z', memberIds: ids(bot) })).toMatchObject({ memberCount: 2 });
      expect(await refusal(groups.create(bot, { name: 'w', memberIds: ids(ada) }))).toEqual({
        code: 'LIMIT_REACHED',
        field: ['memberIds', '0'],
      });
    });

    it('respects MAX_GROUPS_PER_USER, not counting direct conversations and groups that the user has left', async () => {
      const [ada, bob, cy] = await world.people();
      const { groups } = world.node({ maxGroupsPerUser: 1 });
      await groups.openDirect(ada, { userId: bob.userId });
      const { id } = await groups.create(ada, { name: 'x' });
      expect(await refusal(groups.create(ada, { name: 'y' }))).toEqual({ code: 'LIMIT_REACHED', field: undefined });
      const act = groups.create(bob, { name: 'y', memberIds: ids(cy, ada) });
      expect(await refusal(act)).toEqual({ code: 'LIMIT_REACHED', field: ['memberIds', '1'] });
      await groups.leave(ada, { groupId: id });
      expect(await groups.create(bob, { name: 'y', memberIds: ids(cy, ada) })).toMatchObject({ memberCount: 3 });
    });

    it('creates no second group for a retry, not even for ten at once', async () => {
      const [ada, bob] = await world.people();
      const group = { name: 'Once', memberIds: ids(bob), clientGroupId: freshKey() };
      const made = await Promise.all(Array.from({ length: 10 }, () => world.groups.create(ada, group)));
      expect(new Set(made.map(({ id }) => id)).size).toBe(1);
      expect(await world.told(bob)).toHaveLength(1);
    });

    it('keeps the clientGroupIds of two users apart', async () => {
      const [ada, bob] = await world.people();
      const clientGroupId = freshKey();
      const one = await world.groups.create(ada, { name: 'x', clientGroupId });
      const other = await world.groups.create(bob, { name: 'x', clientGroupId });
      expect(one.id).not.toBe(other.id);
    });

    it('is a conflict under the clientGroupId of a group that the creator has left', async () => {
      const ada = await world.person();
      const group = { name: 'x', clientGroupId: freshKey() };
      const { id } = await world.groups.create(ada, group);
      await world.groups.leave(ada, { groupId: id });
      expect(await refusal(world.groups.create(ada, group))).toEqual({ code: 'CONFLICT', field: ['clientGroupId'] });
    });
  });

  describe('adding members', () => {
    it('lets them read from the act on, including its own entries', async () => {
      const [ada, bob, cy] = await world.people();
      const groupId = await world.group(ada);
      await world.say(ada, groupId, 'before');
      const { group, members, errors } = await world.groups.addMembers(ada, { groupId, userIds: ids(cy, bob) });
      expect(errors).toEqual([]);
      expect(group).toMatchObject({ memberCount: 3, lastSeq: 4 });
      expect(members.map(({ userId }) => userId)).toEqual(ids(cy, bob));
      for (const member of members) expect(member).toMatchObject({ role: 'MEMBER', fromSeq: 3, readSeq: 2, deliveredSeq: 2, shown: true });
      const joined = (await world.entries(groupId)).slice(2);
      expect(joined.map(({ type, data }) => ({ type, data }))).toEqual(
        ids(cy, bob).map((userId) => ({ type: 'MemberJoined', data: { userId } })),
      );
      expect(await world.told(bob)).toEqual([
        { type: 'ConversationOpened', data: { conversationId: groupId, seq: 2 }, actorId: ada.userId },
      ]);
      expect(await memberIds(groupId)).toEqual([ada.userId, ...ids(bob, cy).toSorted((a, b) => Number(a - b))]);
    });

    it('reports who cannot be added and adds the others while there is room', async () => {
      const [ada, member, banned] = await world.people();
      const [busy, welcome, late] = await world.people();
      const { groups } = world.node({ maxGroupMembers: 3, maxGroupsPerUser: 1 });
      const { id: groupId } = await groups.create(ada, { name: 'x', memberIds: ids(member) });
      await groups.create(busy, { name: 'elsewhere' });
      const out = { conversationId: groupId, userId: banned.userId, state: 'BANNED', role: 'MEMBER', fromSeq: 1, untilSeq: 1 };
      await world.db.transaction((tx) => tx.membership.create({ data: { ...out, joinedSeq: 1, joinedAt: new Date() } }));
      const userIds = [...ids(member, banned), 9_000_000_000n, ...ids(busy, welcome, welcome, late)];
      const { members, errors, group } = await groups.addMembers(ada, { groupId, userIds });
      expect(members.map(({ userId }) => userId)).toEqual(ids(welcome));
      expect(group.memberCount).toBe(3);
      expect(errors.map(({ code, field }) => ({ code, field }))).toEqual([
        { code: 'CONFLICT', field: ['userIds', '0'] },
        { code: 'FORBIDDEN', field: ['userIds', '1'] },
        { code: 'NOT_FOUND', field: ['userIds', '2'] },
        { code: 'LIMIT_REACHED', field: ['userIds', '3'] },
        { code: 'LIMIT_REACHED', field: ['userIds', '6'] },
      ]);
    });

    it('logs nothing if nobody can be added', async () => {
      const [ada, bob] = await world.people();
      const groupId = await world.group(ada, bob);
      const { members, errors, group } = await world.groups.addMembers(ada, { groupId, userIds: ids(bob) });
      expect({ members, codes: errors.map(({ code }) => code), lastSeq: group.lastSeq }).toEqual({
        members: [],
        codes: ['CONFLICT'],
        lastSeq: 2,
      });
      expect((await world.groups.addMembers(ada, { groupId, userIds: [] })).errors).toEqual([]);
    });

    it('adds a former member as a new member', async () => {
      const [ada, bob] = await world.people();
      const groupId = await world.group(ada, bob);
      await appoint(bob, groupId, 'ADMIN');
      await world.groups.leave(bob, { groupId });
      await world.say(ada, groupId, 'not for Bob');
      const { members } = await world.groups.addMembers(ada, { groupId, userIds: ids(bob) });
      expect(members).toMatchObject([{ role: 'MEMBER', fromSeq: 5, readSeq: 4, deliveredSeq: 4 }]);
      expect((await world.told(bob)).map(({ type, data }) => ({ type, data }))).toEqual([
        { type: 'ConversationOpened', data: { conversationId: groupId, seq: 0 } },
        { type: 'ConversationClosed', data: { conversationId: groupId, reason: 'LEFT' } },
        { type: 'ConversationOpened', data: { conversationId: groupId, seq: 4 } },
      ]);
    });

    it.each([
      ['EVERYONE', ['OWNER', 'ADMIN', 'MEMBER']],
      ['ADMINS', ['OWNER', 'ADMIN']],
      ['OWNER', ['OWNER']],
    ] as const)('is allowed to the roles that the policy %s names', async (policy, roles) => {
      const [ada, admin, member] = await world.people();
      const groupId = await world.group(ada, admin, member);
      await appoint(admin, groupId, 'ADMIN');
      await allow(groupId, policy);
      const adders = { OWNER: ada, ADMIN: admin, MEMBER: member };
      for (const [role, adder] of Object.entries(adders)) {
        const act = world.groups.addMembers(adder, { groupId, userIds: ids(await world.person()) });
        if ((roles as readonly string[]).includes(role)) expect((await act).members).toHaveLength(1);
        else expect(await refusal(act)).toEqual({ code: 'FORBIDDEN', field: undefined });
      }
    });

    it('answers the same NOT_FOUND for a group of others and for none', async () => {
      const [ada, bob, cy] = await world.people();
      const foreign = await world.group(bob);
      const direct = await world.direct(ada, bob);
      const left = await world.group(bob, ada);
      await world.groups.leave(ada, { groupId: left });
      for (const groupId of [9_000_000_000n, foreign, direct, left, ada.userId]) {
        const outcome = await refusal(world.groups.addMembers(ada, { groupId, userIds: ids(cy) }));
        expect(outcome).toEqual({ code: 'NOT_FOUND', field: ['groupId'] });
      }
    });

    it('adds a user once in a race', async () => {
      const [ada, bob] = await world.people();
      const groupId = await world.group(ada);
      const acts = await Promise.all(Array.from({ length: 8 }, () => world.groups.addMembers(ada, { groupId, userIds: ids(bob) })));
      expect(acts.flatMap(({ members }) => members)).toHaveLength(1);
      expect(acts.flatMap(({ errors }) => errors.map(({ code }) => code))).toEqual(Array.from({ length: 7 }, () => 'CONFLICT'));
      expect(acts.at(-1)?.group.memberCount).toBe(2);
    });
  });

  describe('removing a member', () => {
    it('ends their access with its entry and notifies their account', async () => {
      const [ada, bob] = await world.people();
      const groupId = await world.group(ada, bob);
      const group = await world.groups.removeMember(ada, { groupId, userId: bob.userId });
      expect(group).toMatchObject({ memberCount: 1, lastSeq: 3 });
      expect(await world.access(bob, groupId)).toBeNull();
      expect((await world.entries(groupId)).at(-1)).toMatchObject({
        ...{ type: 'MemberLeft', data: { userId: bob.userId, reason: 'REMOVED' }, actorId: ada.userId },
      });
      expect((await world.told(bob)).at(-1)).toEqual({
        ...{ type: 'ConversationClosed', data: { conversationId: groupId, reason: 'REMOVED' }, actorId: ada.userId },
      });
      const [row] = await world.db.client.membership.findMany({ where: { conversationId: groupId, userId: bob.userId } });
      expect(row).toMatchObject({ state: 'REMOVED', fromSeq: 1, untilSeq: 3 });
    });

    it.each([
      ['the owner', 'an admin', null],
      ['the owner', 'a member', null],
      ['an admin', 'a member', null],
      ['an admin', 'the owner', 'FORBIDDEN'],
      ['an admin', 'another admin', 'FORBIDDEN'],
      ['a member', 'another member', 'FORBIDDEN'],
      ['a member', 'the owner', 'FORBIDDEN'],
    ] as const)('by %s of %s is refused with %s', async (remover, removed, code) => {
      const [ada, admin, member] = await world.people();
      const [admin2, member2] = await world.people();
      const groupId = await world.group(ada, admin, member, admin2, member2);
      await appoint(admin, groupId, 'ADMIN');
      await appoint(admin2, groupId, 'ADMIN');
      const who = { 'the owner': ada, 'an admin': admin, 'a member': member, 'another admin': admin2, 'another member': member2 };
      const act = world.groups.removeMember(who[remover], { groupId, userId: who[removed].userId });
      if (code === null) expect(await act).toMatchObject({ memberCount: 4 });
      else expect(await refusal(act)).toEqual({ code, field: undefined });
    });

    it('is refused for the viewer themselves, a non-member, a group of others and a direct conversation', async () => {
      const [ada, bob, cy] = await world.people();
      const groupId = await world.group(ada, bob);
      expect(await refusal(world.groups.removeMember(ada, { groupId, userId: ada.userId }))).toEqual({
        code: 'INVALID_INPUT',
        field: ['userId'],
      });
      expect(await refusal(world.groups.removeMember(ada, { groupId, userId: cy.userId }))).toEqual({
        code: 'NOT_FOUND',
        field: ['userId'],
      });
      expect(await refusal(world.groups.removeMember(cy, { groupId, userId: bob.userId }))).toEqual({
        code: 'NOT_FOUND',
        field: ['groupId'],
      });
      const direct = await world.direct(ada, bob);
      expect(await refusal(world.groups.removeMember(ada, { groupId: direct, userId: bob.userId }))).toEqual({
        code: 'NOT_FOUND',
        field: ['groupId'],
      });
    });

    it('happens once in a race', async () => {
      const [ada, bob] = await world.people();
      const groupId = await world.group(ada, bob);
      const acts = await Promise.allSettled(
        Array.from({ length: 6 }, () => world.groups.removeMember(ada, { groupId, userId: bob.userId })),
      );
      expect(acts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect((await world.entries(groupId)).filter(({ type }) => type === 'MemberLeft')).toHaveLength(1);
    });
  });

  describe('leaving a group', () => {
    it('ends the viewer’s access', async () => {
      const [ada, bob] = await world.people();
      const groupId = await world.group(ada, bob);
      await world.groups.leave(bob, { groupId });
      expect(await world.access(bob, groupId)).toBeNull();
      expect((await world.entries(groupId)).at(-1)).toMatchObject({ type: 'MemberLeft', data: { userId: bob.userId, reason: 'LEFT' } });
      expect((await world.groups.list(bob, { first: 10 })).items).toEqual([]);
      expect(await refusal(world.groups.leave(bob, { groupId }))).toEqual({ code: 'NOT_FOUND', field: ['groupId'] });
    });

    it('is refused to an owner while there are other members', async () => {
      const [ada, bob] = await world.people();
      const groupId = await world.group(ada, bob);
      expect(await refusal(world.groups.leave(ada, { groupId }))).toEqual({ code: 'OWNER_MUST_TRANSFER', field: undefined });
      await world.groups.leave(bob, { groupId });
      await world.groups.leave(ada, { groupId });
    });

    it('as the last member dissolves the group, which nobody finds then', async () => {
      const [ada, bob] = await world.people();
      const groupId = await world.group(ada);
      await world.groups.leave(ada, { groupId });
      expect((await world.entries(groupId)).at(-1)).toMatchObject({
        type: 'MemberLeft',
        data: { userId: ada.userId, reason: 'DISSOLVED' },
      });
      expect((await world.told(ada)).at(-1)).toMatchObject({
        type: 'ConversationClosed',
        data: { conversationId: groupId, reason: 'DISSOLVED' },
      });
      expect(await world.groups.byIds([groupId])).toEqual([null]);
      expect(await refusal(world.groups.addMembers(ada, { groupId, userIds: ids(bob) }))).toEqual({
        code: 'NOT_FOUND',
        field: ['groupId'],
      });
    });

    it('is not possible in direct conversations', async () => {
      const [ada, bob] = await world.people();
      const groupId = await world.direct(ada, bob);
      expect(await refusal(world.groups.leave(ada, { groupId }))).toEqual({ code: 'NOT_FOUND', field: ['groupId'] });
    });
  });

  it('memberCount is the number of active members after any race', async () => {
    const [ada, bob, cy] = await world.people();
    const others = [...(await world.people()), bob, cy];
    const groupId = await world.group(ada, bob, cy);
    const acts = others.flatMap((other) => [
      world.groups.addMembers(ada, { groupId, userIds: ids(other) }),
      world.groups.leave(other, { groupId }),
      world.groups.removeMember(ada, { groupId, userId: other.userId }),
      world.groups.addMembers(ada, { groupId, userIds: ids(other) }),
    ]);
    await Promise.allSettled(acts);
    const [group] = await world.groups.byIds([groupId]);
    expect((await memberIds(groupId)).length).toBe(group?.memberCount);
    const log = await world.entries(groupId);
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, place) => place + 1));
    const came = log.filter(({ type }) => type === 'MemberJoined').length;
    expect(came - log.filter(({ type }) => type === 'MemberLeft').length).toBe(group?.memberCount);
  });
}
