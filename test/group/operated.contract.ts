import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import { ChatError } from '../../src/errors.ts';
import { jobKinds } from '../../src/jobs/job.ts';
import type { Viewer } from '../../src/user/index.ts';
import { chatOver } from '../support/chat.ts';
import { refusal, type TalkWorld, talkOn } from './talk-world.ts';

/** What operators' acts on groups promise, on any database. Nothing here does jobs by itself. */
export function promisesOfOperatedGroups(open: () => Promise<Db>): void {
  let world: TalkWorld;
  beforeAll(async () => {
    world = talkOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  /** Ada's group with Bob and Cy: 3 entries. */
  async function scene() {
    const [ada, bob, cy] = await world.people();
    return { ada, bob, cy, groupId: await world.group(ada, bob, cy) };
  }

  const since = async (groupId: bigint, seq = 3) => (await world.entries(groupId)).slice(seq);
  const roles = async (groupId: bigint, ...who: readonly Viewer[]) =>
    Promise.all(who.map(async (one) => (await world.access(one, groupId))?.role ?? null));
  const lookedAt = async (id: bigint) => (await world.groupAdministration.byIds([id]))[0] ?? null;
  const closed = (conversationId: bigint, reason: string) => ({
    ...{ type: 'ConversationClosed', actorId: null },
    data: { conversationId, reason },
  });
  const nobody = 2n ** 61n;
  // No act leaves a group in this state, so it is written directly.
  const own = (id: bigint, ownerId: bigint | null) =>
    world.db.transaction((tx) => tx.conversation.update({ where: { id }, data: { ownerId } }));

  describe('a group as operators see it', () => {
    it('has its own fields and its members in the order of their joins', async () => {
      const { ada, bob, cy, groupId } = await scene();
      await world.groups.update(ada, { groupId, description: 'All about it.' });
      const until = new Date('2100-01-01T00:00:00Z');
      await world.groups.muteMember(ada, { groupId, userId: cy.userId, until });
      const group = await lookedAt(groupId);
      expect(group).toEqual({
        ...{ id: groupId, name: 'The group', description: 'All about it.', createdAt: expect.any(Date), memberCount: 3 },
        ...{ ownerId: ada.userId, dissolvedAt: null, listed: false },
      });
      if (group === null) throw new Error('it is not shown');
      const first = await world.groupAdministration.members(group, { first: 2 });
      const rest = await world.groupAdministration.members(group, { first: 2, after: first.items[1]?.key });
      expect([first.hasNextPage, rest.hasNextPage]).toEqual([true, false]);
      expect([...first.items, ...rest.items].map(({ member: { userId, role, mutedUntil } }) => [userId, role, mutedUntil])).toEqual([
        [ada.userId, 'OWNER', null],
        [bob.userId, 'MEMBER', null],
        [cy.userId, 'MEMBER', until],
      ]);
    });

    it('is null for a direct conversation, an account or an unknown id', async () => {
      const { ada, bob } = await scene();
      const direct = await world.direct(ada, bob);
      expect(await world.groupAdministration.byIds([direct, ada.userId, nobody])).toEqual([null, null, null]);
    });

    it('remains visible without members once it is dissolved, even before they are notified', async () => {
      const { ada, groupId } = await scene();
      await world.groups.dissolve(ada, { groupId });
      const group = await lookedAt(groupId);
      expect(group).toMatchObject({ name: 'The group', memberCount: 0, ownerId: ada.userId, dissolvedAt: expect.any(Date) });
      if (group === null) throw new Error('it is not shown');
      expect(await world.groupAdministration.members(group, { first: 10 })).toEqual({ items: [], hasNextPage: false });
    });
  });

  describe('the groups of a user', () => {
    it('are existing groups with the user as a member, newest first, in pages', async () => {
      const [ada, bob, cy] = await world.people();
      const made: bigint[] = [];
      for (let times = 0; times < 5; times += 1) made.push(await world.group(ada, bob));
      const [one = 0n, two = 0n, three = 0n, four = 0n, five = 0n] = made;
      await world.direct(bob, cy);
      await world.group(ada, cy);
      await world.groups.leave(bob, { groupId: two });
      await world.groups.dissolve(ada, { groupId: four });
      const first = await world.groupAdministration.of(bob.userId, { first: 2 });
      expect(first).toMatchObject({ items: [{ group: { id: five, name: 'The group' } }, { group: { id: three } }], hasNextPage: true });
      const rest = await world.groupAdministration.of(bob.userId, { first: 2, after: first.items[1]?.key });
      expect(rest).toMatchObject({ items: [{ group: { id: one } }], hasNextPage: false });
      expect(await world.groupAdministration.of(nobody, { first: 2 })).toEqual({ items: [], hasNextPage: false });
    });

    it('that are read together are each user’s and each page’s own', async () => {
      const [ada, bob, cy] = await world.people();
      const [both, hers] = [await world.group(ada, bob), await world.group(ada)];
      const found = await Promise.all([ada, bob, cy].map(({ userId }) => world.groupAdministration.of(userId, { first: 10 })));
      expect(found.map(({ items }) => items.map(({ group }) => group.id))).toEqual([[hers, both], [both], []]);
      const pages = [undefined, String(hers)].map((after) => world.groupAdministration.of(ada.userId, { first: 1, after }));
      expect((await Promise.all(pages)).map(({ items }) => items[0]?.group.id)).toEqual([hers, both]);
    });

    test.each(['', 'x', '-1', '99999999999999999999'])('reject the cursor %j', async (after) => {
      const { ada } = await scene();
      expect(await refusal(world.groupAdministration.of(ada.userId, { first: 2, after }))).toEqual({
        ...{ code: 'BAD_USER_INPUT', field: ['after'] },
      });
    });
  });

  describe('a group that an operator dissolves', () => {
    it('ends with one entry without an actor', async () => {
      const { ada, bob, groupId } = await scene();
      const { before, after } = await world.groupAdministration.dissolve({ groupId });
      expect([before, after]).toEqual([
        { memberCount: 3, dissolvedAt: null },
        { memberCount: 0, dissolvedAt: expect.any(Date) },
      ]);
      expect(await since(groupId)).toMatchObject([
        { type: 'MemberLeft', actorId: null, data: { userId: ada.userId, reason: 'DISSOLVED' }, at: after.dissolvedAt },
      ]);
      expect((await world.told(ada)).at(-1)).toEqual(closed(groupId, 'DISSOLVED'));
      expect(await world.groups.byIds([groupId])).toEqual([null]);
      expect(await refusal(world.say(bob, groupId))).toMatchObject({ code: 'NOT_FOUND' });
      expect(await lookedAt(groupId)).toMatchObject({ dissolvedAt: after.dissolvedAt });
    });

    it('notifies members and requesters by its job', async () => {
      const { ada, bob, cy, groupId } = await scene();
      const dan = await world.person();
      await world.groups.update(ada, { groupId, joinPolicy: 'APPROVAL' });
      await world.joining.join(dan, { groupId });
      await world.groupAdministration.dissolve({ groupId });
      const row = await world.db.client.job.findFirst({ where: { kind: 'GroupDissolved', key: String(groupId) } });
      const job = jobKinds.GroupDissolved.parse(JSON.parse(row?.data ?? ''));
      expect(job).toEqual({ groupId, actorId: null });
      await world.groups.tellDissolved(job);
      await world.joining.tellDissolved(job);
      for (const member of [ada, bob, cy]) expect((await world.told(member)).at(-1)).toEqual(closed(groupId, 'DISSOLVED'));
      expect((await world.entries(dan.userId)).at(-1)).toMatchObject({ type: 'JoinRequestClosed', actorId: null });
    });

    it('notifies its members by a job that an earlier release has stored, which names an actor', async () => {
      const { ada, bob, groupId } = await scene();
      await world.groupAdministration.dissolve({ groupId });
      const stored = { kind: 'GroupDissolved', key: String(groupId) };
      const data = `{"groupId":"${groupId}","actorId":"${ada.userId}"}`;
      expect(await world.db.transaction((tx) => tx.job.updateMany({ where: stored, data: { data } }))).toEqual({ count: 1 });
      await using chat = chatOver(world.db);
      await chat.jobs.doDue();
      expect(await world.db.client.job.count({ where: stored })).toBe(0);
      expect((await world.told(bob)).at(-1)).toEqual({ ...closed(groupId, 'DISSOLVED'), actorId: ada.userId });
    });

    it('is dissolved once, however often the act is repeated', async () => {
      const { groupId } = await scene();
      const { after } = await world.groupAdministration.dissolve({ groupId });
      expect(await world.groupAdministration.dissolve({ groupId })).toEqual({ before: after, after });
      expect(await since(groupId)).toHaveLength(1);
    });

    test.each(['without an owner', 'whose owner has left'])('can be one %s: the entry names the next owner in line', async (how) => {
      const { ada, bob, cy, groupId } = await scene();
      await world.groups.leave(cy, { groupId });
      await own(groupId, how === 'without an owner' ? null : cy.userId);
      await world.groups.setRole(ada, { groupId, userId: bob.userId, role: 'ADMIN' });
      await world.groupAdministration.dissolve({ groupId });
      expect((await since(groupId)).at(-1)).toMatchObject({ type: 'MemberLeft', actorId: null, data: { userId: bob.userId } });
    });
  });

  describe('a member whom an operator removes', () => {
    it('is out at once, logged without an actor, and can be added again', async () => {
      const { ada, bob, groupId } = await scene();
      const { before, after } = await world.groupAdministration.remove({ groupId, userId: bob.userId });
      expect([before, after]).toEqual([
        { state: 'ACTIVE', role: 'MEMBER' },
        { state: 'REMOVED', role: 'MEMBER' },
      ]);
      expect(await since(groupId)).toMatchObject([{ type: 'MemberLeft', actorId: null, data: { userId: bob.userId, reason: 'REMOVED' } }]);
      expect((await world.told(bob)).at(-1)).toEqual(closed(groupId, 'REMOVED'));
      expect(await world.access(bob, groupId)).toBeNull();
      expect((await world.groups.addMembers(ada, { groupId, userIds: [bob.userId] })).errors).toEqual([]);
    });

    it('stays out if banned, until the group ends the ban', async () => {
      const { ada, bob, groupId } = await scene();
      await world.groupAdministration.remove({ groupId, userId: bob.userId, ban: true });
      expect(await since(groupId)).toMatchObject([{ type: 'MemberLeft', actorId: null, data: { reason: 'BANNED' } }]);
      const add = async () => (await world.groups.addMembers(ada, { groupId, userIds: [bob.userId] })).errors;
      expect(await add()).toMatchObject([{ code: 'FORBIDDEN' }]);
      await world.groups.unbanUser(ada, { groupId, userId: bob.userId });
      expect(await add()).toEqual([]);
    });

    it('can be an admin', async () => {
      const { ada, bob, groupId } = await scene();
      await world.groups.setRole(ada, { groupId, userId: bob.userId, role: 'ADMIN' });
      expect(await world.groupAdministration.remove({ groupId, userId: bob.userId })).toMatchObject({ before: { role: 'ADMIN' } });
      expect(await world.access(bob, groupId)).toBeNull();
    });

    it('is removed once, however often the act is repeated, and can be banned afterwards', async () => {
      const { bob, groupId } = await scene();
      const { after } = await world.groupAdministration.remove({ groupId, userId: bob.userId });
      expect(await world.groupAdministration.remove({ groupId, userId: bob.userId })).toEqual({ before: after, after });
      expect(await since(groupId)).toHaveLength(1);
      const banned = await world.groupAdministration.remove({ groupId, userId: bob.userId, ban: true });
      expect(banned).toEqual({ before: after, after: { state: 'BANNED', role: 'MEMBER' } });
      await world.groupAdministration.remove({ groupId, userId: bob.userId, ban: true });
      expect(await since(groupId, 4)).toMatchObject([{ type: 'MemberChanged', actorId: null, data: { fields: ['banned'] } }]);
      // A repeated removal does not end the ban.
      expect(await world.groupAdministration.remove({ groupId, userId: bob.userId })).toMatchObject({ after: { state: 'BANNED' } });
    });

    it('need not be a member to be banned, and the ban declines their join request without an actor', async () => {
      const { ada, groupId } = await scene();
      const dan = await world.person();
      await world.groups.update(ada, { groupId, joinPolicy: 'APPROVAL' });
      await world.joining.join(dan, { groupId });
      const change = await world.groupAdministration.remove({ groupId, userId: dan.userId, ban: true });
      expect(change).toEqual({ before: null, after: { state: 'BANNED', role: 'MEMBER' } });
      expect((await world.entries(ada.userId)).at(-1)).toMatchObject({ type: 'JoinRequestClosed', actorId: null });
    });

    it('cannot be the owner while there are other members', async () => {
      const { ada, bob, groupId } = await scene();
      for (const ban of [false, true]) {
        const refused = refusal(world.groupAdministration.remove({ groupId, userId: ada.userId, ban }));
        expect(await refused).toEqual({ code: 'CONFLICT', field: ['userId'] });
      }
      await world.groupAdministration.setOwner({ groupId, userId: bob.userId });
      expect(await world.groupAdministration.remove({ groupId, userId: ada.userId })).toMatchObject({ after: { state: 'REMOVED' } });
    });

    test.each([false, true])('and who is the last one dissolves the group (ban: %s)', async (ban) => {
      const ada = await world.person();
      const groupId = await world.group(ada);
      const change = await world.groupAdministration.remove({ groupId, userId: ada.userId, ban });
      expect(change).toEqual({ before: { state: 'ACTIVE', role: 'OWNER' }, after: { state: 'DISSOLVED', role: 'OWNER' } });
      expect(await lookedAt(groupId)).toMatchObject({ dissolvedAt: expect.any(Date), memberCount: 0 });
      expect(await since(groupId, 1)).toMatchObject([{ type: 'MemberLeft', actorId: null, data: { reason: 'DISSOLVED' } }]);
    });
  });

  describe('a group that an operator gives to a member', () => {
    it('has the new owner, with the former one as an admin, logged without an actor', async () => {
      const { ada, bob, groupId } = await scene();
      await world.groups.muteMember(ada, { groupId, userId: bob.userId, until: new Date('2100-01-01') });
      const change = await world.groupAdministration.setOwner({ groupId, userId: bob.userId });
      expect(change).toEqual({ before: { ownerId: ada.userId }, after: { ownerId: bob.userId } });
      expect(await since(groupId, 4)).toMatchObject([
        { type: 'MemberChanged', actorId: null, data: { userId: bob.userId, fields: ['role', 'mutedUntil'] } },
        { type: 'GroupChanged', actorId: null, data: { fields: ['ownerId'] } },
        { type: 'MemberChanged', actorId: null, data: { userId: ada.userId, fields: ['role'] } },
      ]);
      expect(await roles(groupId, ada, bob)).toEqual(['ADMIN', 'OWNER']);
      expect(await world.groups.byIds([groupId])).toMatchObject([{ ownerId: bob.userId }]);
    });

    it('is given once, however often the act is repeated', async () => {
      const { bob, groupId } = await scene();
      await world.groupAdministration.setOwner({ groupId, userId: bob.userId });
      const stands = { ownerId: bob.userId };
      expect(await world.groupAdministration.setOwner({ groupId, userId: bob.userId })).toEqual({ before: stands, after: stands });
      expect(await since(groupId)).toHaveLength(3);
    });

    it('never exceeds its number of admins: otherwise the former owner becomes a member', async () => {
      const { ada, bob, cy, groupId } = await scene();
      const { groups, groupAdministration } = world.node({ maxAdmins: 1 });
      await groups.setRole(ada, { groupId, userId: cy.userId, role: 'ADMIN' });
      await groupAdministration.setOwner({ groupId, userId: bob.userId });
      expect(await roles(groupId, ada, bob, cy)).toEqual(['MEMBER', 'OWNER', 'ADMIN']);
      // Here the only admin becomes the owner, which frees that place for the former owner.
      await groupAdministration.setOwner({ groupId, userId: cy.userId });
      expect(await roles(groupId, ada, bob, cy)).toEqual(['MEMBER', 'ADMIN', 'OWNER']);
    });

    it('can be without an owner, or with one who is not a member', async () => {
      const { ada, bob, cy, groupId } = await scene();
      await world.groups.leave(cy, { groupId });
      await own(groupId, null);
      expect(await world.groupAdministration.setOwner({ groupId, userId: bob.userId })).toMatchObject({ before: { ownerId: null } });
      expect((await since(groupId, 4)).map(({ type }) => type)).toEqual(['MemberChanged', 'GroupChanged']);
      for (const former of [nobody, cy.userId]) {
        await own(groupId, former);
        await world.groupAdministration.setOwner({ groupId, userId: ada.userId });
        expect(await lookedAt(groupId)).toMatchObject({ ownerId: ada.userId });
      }
      expect(await world.access(cy, groupId)).toBeNull();
      const told = await since(groupId, 4);
      expect(told.map(({ data }) => data)).not.toContainEqual(expect.objectContaining({ userId: cy.userId }));
    });
  });

  describe('an operator', () => {
    const acts = {
      dissolve: (groupId: bigint, _userId: bigint) => world.groupAdministration.dissolve({ groupId }),
      remove: (groupId: bigint, userId: bigint) => world.groupAdministration.remove({ groupId, userId }),
      'remove and ban': (groupId: bigint, userId: bigint) => world.groupAdministration.remove({ groupId, userId, ban: true }),
      setOwner: (groupId: bigint, userId: bigint) => world.groupAdministration.setOwner({ groupId, userId }),
    } as const;

    test.each(Object.entries(acts))('gets NOT_FOUND on %s of an id that is not a group', async (_name, act) => {
      const { ada, bob } = await scene();
      for (const id of [await world.direct(ada, bob), ada.userId, nobody])
        expect(await refusal(act(id, bob.userId))).toEqual({ code: 'NOT_FOUND', field: ['groupId'] });
    });

    test.each(Object.entries(acts).slice(1))('gets CONFLICT on %s in a dissolved group', async (_name, act) => {
      const { bob, groupId } = await scene();
      await world.groupAdministration.dissolve({ groupId });
      expect(await refusal(act(groupId, bob.userId))).toEqual({ code: 'CONFLICT', field: ['groupId'] });
      expect(await since(groupId)).toHaveLength(1);
    });

    test.each(Object.entries(acts).slice(1))('gets NOT_FOUND on %s of an unknown user', async (_name, act) => {
      const { groupId } = await scene();
      expect(await refusal(act(groupId, nobody))).toEqual({ code: 'NOT_FOUND', field: ['userId'] });
      expect(await since(groupId)).toEqual([]);
    });

    it('cannot remove a user who was never a member, or give the group to a non-member', async () => {
      const { bob, groupId } = await scene();
      const dan = await world.person();
      const field = ['userId'];
      expect(await refusal(acts.remove(groupId, dan.userId))).toEqual({ code: 'NOT_FOUND', field });
      expect(await refusal(acts.setOwner(groupId, dan.userId))).toEqual({ code: 'NOT_FOUND', field });
      await world.groups.leave(bob, { groupId });
      expect(await refusal(acts.setOwner(groupId, bob.userId))).toEqual({ code: 'NOT_FOUND', field });
      await expect(acts.setOwner(groupId, bob.userId)).rejects.toThrow('This user is not a member of the group.');
    });

    it('cannot give the group to a user who is being erased, from whom it would pass on to an admin', async () => {
      const { bob, groupId } = await scene();
      await world.db.transaction((tx) => tx.user.update({ where: { id: bob.userId }, data: { state: 'ERASED' } }));
      expect(await refusal(acts.setOwner(groupId, bob.userId))).toEqual({ code: 'NOT_FOUND', field: ['userId'] });
      expect(await since(groupId)).toEqual([]);
    });
  });

  it('operators’ acts in a race with members leave one owner who is a member and a right memberCount, or a dissolution as the last entry', async () => {
    for (let time = 0; time < 6; time += 1) {
      const { ada, bob, cy, groupId } = await scene();
      const dan = await world.person();
      const acts = await Promise.allSettled([
        world.groups.leave(bob, { groupId }),
        world.groupAdministration.setOwner({ groupId, userId: bob.userId }),
        world.groups.transferOwnership(ada, { groupId, userId: cy.userId }),
        world.groupAdministration.remove({ groupId, userId: ada.userId }),
        world.groups.addMembers(ada, { groupId, userIds: [dan.userId] }),
        world.groupAdministration.remove({ groupId, userId: dan.userId, ban: true }),
        world.groupAdministration.setOwner({ groupId, userId: cy.userId }),
        ...(time % 2 === 0 ? [] : [world.groupAdministration.dissolve({ groupId }), world.groups.dissolve(ada, { groupId })]),
      ]);
      for (const act of acts) if (act.status === 'rejected') expect(act.reason).toBeInstanceOf(ChatError);
      const rows = await world.db.client.membership.findMany({ where: { conversationId: groupId, state: 'ACTIVE' } });
      const group = await lookedAt(groupId);
      if (group?.dissolvedAt === null) {
        expect(rows.filter(({ role }) => role === 'OWNER').map(({ userId }) => userId)).toEqual([group.ownerId]);
        expect(group.memberCount).toBe(rows.length);
      } else {
        const ends = (await since(groupId)).map(({ type, data }) => type === 'MemberLeft' && data.reason === 'DISSOLVED');
        expect(ends.indexOf(true)).toBe(ends.length - 1);
      }
    }
  });
}
