import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import type { Entry } from '../../src/log/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { refusal, type TalkWorld, talkOn } from './talk-world.ts';

/** What roles and ownership promise, on any database. */
export function promisesOfRoles(open: () => Promise<Db>): void {
  let world: TalkWorld;
  beforeAll(async () => {
    world = talkOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  /** Ada's group with Bob and Cy: their joins are entries 1 to 3. */
  async function scene() {
    const [ada, bob, cy] = await world.people();
    return { ada, bob, cy, group: await world.group(ada, bob, cy) };
  }

  const give = (by: Viewer, groupId: bigint, to: Viewer, role: 'ADMIN' | 'MEMBER') =>
    world.groups.setRole(by, { groupId, userId: to.userId, role });
  const transfer = (by: Viewer, groupId: bigint, to: Viewer) => world.groups.transferOwnership(by, { groupId, userId: to.userId });

  async function roles(groupId: bigint): Promise<readonly (readonly [bigint, string])[]> {
    const { items } = await world.groups.members(groupId, { first: 100 });
    return items.map(({ member }) => [member.userId, member.role]);
  }

  async function since(groupId: bigint, seq: number): Promise<readonly Pick<Entry, 'type' | 'data' | 'actorId'>[]> {
    return (await world.entries(groupId)).slice(seq).map(({ type, data, actorId }) => ({ type, data, actorId }));
  }

  const outcomes = async (...acts: readonly Promise<unknown>[]) => (await Promise.allSettled(acts)).map(({ status }) => status);

  describe('a role', () => {
    it('is given by the owner and logged for everybody', async () => {
      const { ada, bob, group } = await scene();
      expect(await give(ada, group, bob, 'ADMIN')).toMatchObject({ userId: bob.userId, role: 'ADMIN' });
      expect(await world.access(bob, group)).toMatchObject({ role: 'ADMIN' });
      expect(await since(group, 3)).toEqual([
        { type: 'MemberChanged', actorId: ada.userId, data: { userId: bob.userId, fields: ['role'] } },
      ]);
    });

    it('given twice has no second effect', async () => {
      const { ada, bob, group } = await scene();
      await give(ada, group, bob, 'ADMIN');
      expect(await give(ada, group, bob, 'ADMIN')).toMatchObject({ role: 'ADMIN' });
      expect(await world.entries(group)).toHaveLength(4);
    });

    it('is given and taken by an admin, also their own, and never the owner’s', async () => {
      const { ada, bob, cy, group } = await scene();
      await give(ada, group, bob, 'ADMIN');
      await give(bob, group, cy, 'ADMIN');
      expect(await refusal(give(cy, group, ada, 'MEMBER'))).toEqual({ code: 'FORBIDDEN', field: undefined });
      await give(cy, group, bob, 'MEMBER');
      await give(cy, group, cy, 'MEMBER');
      expect(await roles(group)).toEqual([
        [ada.userId, 'OWNER'],
        [bob.userId, 'MEMBER'],
        [cy.userId, 'MEMBER'],
      ]);
    });

    it('cannot be given up by the owner, who transfers the group', async () => {
      const { ada, group } = await scene();
      expect(await refusal(give(ada, group, ada, 'MEMBER'))).toEqual({ code: 'FORBIDDEN', field: undefined });
    });

    it('cannot be given by a member', async () => {
      const { bob, cy, group } = await scene();
      expect(await refusal(give(bob, group, cy, 'ADMIN'))).toEqual({ code: 'FORBIDDEN', field: undefined });
      expect(await refusal(give(bob, group, bob, 'ADMIN'))).toEqual({ code: 'FORBIDDEN', field: undefined });
      expect(await world.entries(group)).toHaveLength(3);
    });

    it('is given by members to members only', async () => {
      const { ada, bob, group } = await scene();
      const eve = await world.person();
      expect(await refusal(give(ada, group, eve, 'ADMIN'))).toEqual({ code: 'NOT_FOUND', field: ['userId'] });
      expect(await refusal(give(eve, group, bob, 'ADMIN'))).toEqual({ code: 'NOT_FOUND', field: ['groupId'] });
      expect(await refusal(give(ada, await world.direct(ada, bob), bob, 'ADMIN'))).toEqual({ code: 'NOT_FOUND', field: ['groupId'] });
      await world.groups.removeMember(ada, { groupId: group, userId: bob.userId });
      expect(await refusal(give(ada, group, bob, 'ADMIN'))).toEqual({ code: 'NOT_FOUND', field: ['userId'] });
    });

    it('ends with the membership: a former admin returns as a member', async () => {
      const { ada, bob, group } = await scene();
      await give(ada, group, bob, 'ADMIN');
      await world.groups.leave(bob, { groupId: group });
      await world.groups.addMembers(ada, { groupId: group, userIds: [bob.userId] });
      expect(await world.access(bob, group)).toMatchObject({ role: 'MEMBER' });
    });

    it('taken by two admins from each other is taken by the first only', async () => {
      for (let time = 0; time < 5; time += 1) {
        const { ada, bob, cy, group } = await scene();
        await Promise.all([give(ada, group, bob, 'ADMIN'), give(ada, group, cy, 'ADMIN')]);
        const done = await outcomes(give(bob, group, cy, 'MEMBER'), give(cy, group, bob, 'MEMBER'));
        expect(done.toSorted()).toEqual(['fulfilled', 'rejected']);
        expect((await roles(group)).map(([, role]) => role).toSorted()).toEqual(['ADMIN', 'MEMBER', 'OWNER']);
      }
    });

    it('of an admin is limited in number, also in a race', async () => {
      const { ada, bob, cy, group } = await scene();
      const { groups } = world.node({ maxAdmins: 1 });
      const both = [bob, cy].map(({ userId }) => groups.setRole(ada, { groupId: group, userId, role: 'ADMIN' }));
      const settled = await Promise.allSettled(both);
      expect(settled.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      const [left, made] = settled[0]?.status === 'fulfilled' ? [cy, bob] : [bob, cy];
      const again = () => groups.setRole(ada, { groupId: group, userId: left.userId, role: 'ADMIN' });
      expect(await refusal(again())).toEqual({ code: 'LIMIT_REACHED', field: ['role'] });
      await groups.setRole(ada, { groupId: group, userId: made.userId, role: 'MEMBER' });
      expect(await again()).toMatchObject({ role: 'ADMIN' });
      await world.groups.removeMember(ada, { groupId: group, userId: left.userId });
      expect(await groups.setRole(ada, { groupId: group, userId: made.userId, role: 'ADMIN' })).toMatchObject({ role: 'ADMIN' });
    });
  });

  describe('a group', () => {
    it('is transferred by its owner, who becomes an admin', async () => {
      const { ada, bob, cy, group } = await scene();
      const given = await transfer(ada, group, bob);
      expect(given.group).toMatchObject({ id: group, ownerId: bob.userId, memberCount: 3 });
      expect(given.members).toMatchObject([
        { userId: ada.userId, role: 'ADMIN' },
        { userId: bob.userId, role: 'OWNER' },
      ]);
      expect(await since(group, 3)).toEqual([
        { type: 'MemberChanged', actorId: ada.userId, data: { userId: bob.userId, fields: ['role'] } },
        { type: 'GroupChanged', actorId: ada.userId, data: { fields: ['ownerId'] } },
        { type: 'MemberChanged', actorId: ada.userId, data: { userId: ada.userId, fields: ['role'] } },
      ]);
      expect(await roles(group)).toEqual([
        [ada.userId, 'ADMIN'],
        [bob.userId, 'OWNER'],
        [cy.userId, 'MEMBER'],
      ]);
      // Then she may leave.
      await world.groups.leave(ada, { groupId: group });
    });

    it('transferred twice to the same member changes once', async () => {
      const { ada, bob, group } = await scene();
      await transfer(ada, group, ada);
      await transfer(ada, group, bob);
      expect((await transfer(ada, group, bob)).group).toMatchObject({ ownerId: bob.userId });
      expect(await world.entries(group)).toHaveLength(6);
    });

    it('is transferred only by its owner and only to a member', async () => {
      const { ada, bob, cy, group } = await scene();
      const eve = await world.person();
      await give(ada, group, bob, 'ADMIN');
      expect(await refusal(transfer(bob, group, bob))).toEqual({ code: 'FORBIDDEN', field: undefined });
      expect(await refusal(transfer(cy, group, bob))).toEqual({ code: 'FORBIDDEN', field: undefined });
      expect(await refusal(transfer(cy, group, ada))).toEqual({ code: 'FORBIDDEN', field: undefined });
      expect(await refusal(transfer(ada, group, eve))).toEqual({ code: 'NOT_FOUND', field: ['userId'] });
      expect(await refusal(transfer(eve, group, bob))).toEqual({ code: 'NOT_FOUND', field: ['groupId'] });
    });

    it('transferred to a muted member ends the mute', async () => {
      const { ada, bob, group } = await scene();
      await world.groups.muteMember(ada, { groupId: group, userId: bob.userId, until: new Date(Date.now() + 60_000) });
      await transfer(ada, group, bob);
      expect(await world.access(bob, group)).toMatchObject({ role: 'OWNER', mutedUntil: null });
      expect((await since(group, 4))[0]).toMatchObject({ data: { userId: bob.userId, fields: ['role', 'mutedUntil'] } });
      await world.say(bob, group);
    });

    it('is not transferred if its owner would be one admin too many, except to an admin', async () => {
      const { ada, bob, cy, group } = await scene();
      const { groups } = world.node({ maxAdmins: 1 });
      await give(ada, group, bob, 'ADMIN');
      expect(await refusal(groups.transferOwnership(ada, { groupId: group, userId: cy.userId }))).toEqual({
        code: 'LIMIT_REACHED',
        field: ['userId'],
      });
      expect((await groups.transferOwnership(ada, { groupId: group, userId: bob.userId })).group).toMatchObject({ ownerId: bob.userId });
    });

    it('transferred to two members at once goes to one of them', async () => {
      for (let time = 0; time < 5; time += 1) {
        const { ada, bob, cy, group } = await scene();
        const done = await outcomes(transfer(ada, group, bob), transfer(ada, group, cy));
        expect(done.toSorted()).toEqual(['fulfilled', 'rejected']);
        const [stands] = await world.groups.byIds([group]);
        const owners = (await roles(group)).filter(([, role]) => role === 'OWNER');
        expect(owners).toEqual([[stands?.ownerId, 'OWNER']]);
      }
    });

    it('transferred to a member who leaves at the same time has an owner who is a member', async () => {
      for (let time = 0; time < 5; time += 1) {
        const { ada, bob, group } = await scene();
        const done = await outcomes(transfer(ada, group, bob), world.groups.leave(bob, { groupId: group }));
        expect(done.toSorted()).toEqual(['fulfilled', 'rejected']);
        const [stands] = await world.groups.byIds([group]);
        expect((await roles(group)).filter(([, role]) => role === 'OWNER')).toEqual([[stands?.ownerId, 'OWNER']]);
      }
    });
  });
}
