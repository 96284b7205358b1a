import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import type { Entry } from '../../src/log/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { refusal, type TalkWorld, talkOn } from './talk-world.ts';

/** What bans promise, on any database. */
export function promisesOfBans(open: () => Promise<Db>): void {
  let world: TalkWorld;
  beforeAll(async () => {
    world = talkOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  /** Ada's group with Bob and Cy: their joins are entries 1 to 3. */
  async function scene() {
    const [ada, bob, cy] = await world.people();
    return { ada, bob, cy, dan: await world.person(), group: await world.group(ada, bob, cy) };
  }

  const ban = (by: Viewer, groupId: bigint, { userId }: Viewer) => world.groups.removeMember(by, { groupId, userId, ban: true });
  const unban = (by: Viewer, groupId: bigint, { userId }: Viewer) => world.groups.unbanUser(by, { groupId, userId });
  const add = (by: Viewer, groupId: bigint, { userId }: Viewer) => world.groups.addMembers(by, { groupId, userIds: [userId] });

  async function banned(groupId: bigint): Promise<readonly bigint[]> {
    return (await world.groups.bans(groupId, { first: 100 })).items.map(({ userId }) => userId);
  }

  async function last(groupId: bigint): Promise<Pick<Entry, 'seq' | 'type' | 'data' | 'actorId'> | undefined> {
    const [entry] = (await world.entries(groupId)).slice(-1);
    return entry && { seq: entry.seq, type: entry.type, data: entry.data, actorId: entry.actorId };
  }

  describe('a ban', () => {
    it('ends a membership, and the user cannot be added again', async () => {
      const { ada, bob, group } = await scene();
      expect(await ban(ada, group, bob)).toMatchObject({ memberCount: 2 });
      expect(await last(group)).toEqual({
        ...{ seq: 4, type: 'MemberLeft', actorId: ada.userId },
        data: { userId: bob.userId, reason: 'BANNED' },
      });
      expect((await world.told(bob)).at(-1)).toMatchObject({ type: 'ConversationClosed', data: { reason: 'BANNED' } });
      expect(await world.access(bob, group)).toBeNull();
      expect((await add(ada, group, bob)).errors).toMatchObject([{ code: 'FORBIDDEN', field: ['userIds', '0'] }]);
      expect(await banned(group)).toEqual([bob.userId]);
    });

    it('of a former member or an outsider keeps them out, notifies them of nothing, and logs a change for the members', async () => {
      const { ada, bob, dan, group } = await scene();
      await world.groups.leave(bob, { groupId: group });
      for (const [place, outsider] of [bob, dan].entries()) {
        expect(await ban(ada, group, outsider)).toMatchObject({ memberCount: 2 });
        expect(await last(group)).toEqual({
          ...{ seq: 5 + place, type: 'MemberChanged', actorId: ada.userId },
          data: { userId: outsider.userId, fields: ['banned'] },
        });
        expect(await world.access(outsider, group)).toBeNull();
        expect((await add(ada, group, outsider)).errors).toMatchObject([{ code: 'FORBIDDEN' }]);
      }
      expect(await banned(group)).toEqual([bob.userId, dan.userId]);
      expect(await world.told(dan)).toEqual([]);
    });

    it('repeated has no effect', async () => {
      const { ada, bob, dan, group } = await scene();
      for (const person of [bob, dan, bob, dan]) await ban(ada, group, person);
      expect(await world.entries(group)).toHaveLength(5);
    });

    it('is for the owner and admins, against members of a lower role', async () => {
      const { ada, bob, cy, dan, group } = await scene();
      expect(await refusal(ban(bob, group, cy))).toEqual({ code: 'FORBIDDEN', field: undefined });
      expect(await refusal(ban(bob, group, dan))).toEqual({ code: 'FORBIDDEN', field: undefined });
      await world.groups.setRole(ada, { groupId: group, userId: bob.userId, role: 'ADMIN' });
      await world.groups.setRole(ada, { groupId: group, userId: cy.userId, role: 'ADMIN' });
      expect(await refusal(ban(bob, group, cy))).toEqual({ code: 'FORBIDDEN', field: undefined });
      expect(await refusal(ban(bob, group, ada))).toEqual({ code: 'FORBIDDEN', field: undefined });
      expect(await refusal(ban(bob, group, bob))).toEqual({ code: 'INVALID_INPUT', field: ['userId'] });
      await ban(bob, group, dan);
      await ban(ada, group, cy);
      expect((await banned(group)).toSorted()).toEqual([cy.userId, dan.userId].toSorted());
    });

    it('is refused for an unknown user, from an outsider, and in a direct conversation', async () => {
      const { ada, bob, dan, group } = await scene();
      expect(await refusal(world.groups.removeMember(ada, { groupId: group, userId: 9_000_000_000n, ban: true }))).toEqual({
        code: 'NOT_FOUND',
        field: ['userId'],
      });
      expect(await refusal(ban(dan, group, bob))).toEqual({ code: 'NOT_FOUND', field: ['groupId'] });
      expect(await refusal(ban(ada, await world.direct(ada, bob), bob))).toEqual({ code: 'NOT_FOUND', field: ['groupId'] });
    });

    it('differs from a removal: a removed member can be added again, and only a member can be removed', async () => {
      const { ada, bob, dan, group } = await scene();
      await world.groups.removeMember(ada, { groupId: group, userId: bob.userId });
      expect(await banned(group)).toEqual([]);
      expect((await add(ada, group, bob)).errors).toEqual([]);
      expect(await refusal(world.groups.removeMember(ada, { groupId: group, userId: dan.userId }))).toEqual({
        code: 'NOT_FOUND',
        field: ['userId'],
      });
    });

    it('that races with an addition keeps the user out, whichever comes first', async () => {
      for (let time = 0; time < 5; time += 1) {
        const { ada, dan, group } = await scene();
        await Promise.all([ban(ada, group, dan), add(ada, group, dan)]);
        expect(await world.access(dan, group)).toBeNull();
        expect(await banned(group)).toEqual([dan.userId]);
        expect((await world.groups.byIds([group]))[0]).toMatchObject({ memberCount: 3 });
      }
    });
  });

  describe('the end of a ban', () => {
    it('allows the user to be added again, and is logged for the members', async () => {
      const { ada, bob, dan, group } = await scene();
      for (const person of [bob, dan]) await ban(ada, group, person);
      for (const person of [bob, dan]) {
        await unban(ada, group, person);
        expect(await last(group)).toMatchObject({ type: 'MemberChanged', data: { userId: person.userId, fields: ['unbanned'] } });
        expect(await world.access(person, group)).toBeNull();
      }
      expect(await banned(group)).toEqual([]);
      const { lastSeq, memberCount } = (await add(ada, group, bob)).group;
      expect(memberCount).toBe(3);
      expect(await world.access(bob, group)).toMatchObject({ role: 'MEMBER', fromSeq: lastSeq });
      expect((await add(ada, group, dan)).group).toMatchObject({ memberCount: 4 });
    });

    it('ends the join request that the ban declined in silence, so that the user can ask again', async () => {
      const { ada, dan, group } = await scene();
      await world.groups.update(ada, { groupId: group, joinPolicy: 'APPROVAL' });
      await world.joining.join(dan, { groupId: group });
      await ban(ada, group, dan);
      expect((await world.joining.ownRequests(dan, { first: 10 })).items).toHaveLength(1);
      await unban(ada, group, dan);
      expect((await world.entries(dan.userId)).slice(-1)).toMatchObject([
        { type: 'JoinRequestClosed', data: { conversationId: group, userId: dan.userId, accepted: false } },
      ]);
      expect((await world.joining.ownRequests(dan, { first: 10 })).items).toEqual([]);
      await world.joining.join(dan, { groupId: group });
      expect((await world.joining.requests(group, { first: 10 })).items).toMatchObject([{ request: { userId: dan.userId, open: true } }]);
    });

    it('of a user who is not banned has no effect', async () => {
      const { ada, bob, dan, group } = await scene();
      for (const person of [bob, dan]) await unban(ada, group, person);
      expect(await world.entries(group)).toHaveLength(3);
      expect(await world.access(bob, group)).toMatchObject({ role: 'MEMBER' });
      expect(await refusal(world.groups.unbanUser(ada, { groupId: group, userId: 9_000_000_000n }))).toEqual({
        code: 'NOT_FOUND',
        field: ['userId'],
      });
    });

    it('is for users who may ban', async () => {
      const { ada, bob, cy, dan, group } = await scene();
      await ban(ada, group, cy);
      expect(await refusal(unban(bob, group, cy))).toEqual({ code: 'FORBIDDEN', field: undefined });
      expect(await refusal(unban(cy, group, cy))).toEqual({ code: 'NOT_FOUND', field: ['groupId'] });
      expect(await refusal(unban(dan, group, cy))).toEqual({ code: 'NOT_FOUND', field: ['groupId'] });
    });
  });

  it('the list of bans has pages, in the order in which users became known to the group', async () => {
    const { ada, bob, cy, dan, group } = await scene();
    for (const person of [dan, cy, bob]) await ban(ada, group, person);
    const first = await world.groups.bans(group, { first: 2 });
    expect([first.items.map(({ userId }) => userId), first.hasNextPage]).toEqual([[bob.userId, cy.userId], true]);
    const rest = await world.groups.bans(group, { first: 2, after: first.items.at(-1)?.key });
    expect([rest.items.map(({ userId }) => userId), rest.hasNextPage]).toEqual([[dan.userId], false]);
  });
}
