import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import { conversationKey, memberKey } from '../../src/group/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { groupsAmid, refusal, type TalkWorld, talkOn } from './talk-world.ts';

/** What reads of conversations and members promise, on any database. */
export function promisesOfGroupLists(open: () => Promise<Db>): void {
  let world: TalkWorld;
  beforeAll(async () => {
    world = talkOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  async function listed(viewer: Viewer, first: number, after?: string) {
    const { items, hasNextPage } = await world.groups.list(viewer, { first, after });
    return { ids: items.map(({ conversation }) => conversation.id), key: items.at(-1)?.key, hasNextPage };
  }

  describe('a viewer’s conversations', () => {
    it('are ordered by latest activity, in pages', async () => {
      const [ada, bob] = await world.people();
      const made: bigint[] = [];
      for (let n = 0; n < 5; n += 1) {
        made.push(await world.group(ada));
        await world.tick();
      }
      const [g0, g1, g2, g3, g4] = made;
      const direct = await world.direct(ada, bob);
      await world.tick();
      await world.say(ada, g1 ?? 0n);
      const one = await listed(ada, 2);
      expect(one).toMatchObject({ ids: [g1, direct], hasNextPage: true });
      const two = await listed(ada, 2, one.key);
      expect(two).toMatchObject({ ids: [g4, g3], hasNextPage: true });
      expect(await listed(ada, 2, two.key)).toMatchObject({ ids: [g2, g0], hasNextPage: false });
      expect(await listed(ada, 6)).toMatchObject({ hasNextPage: false });
    });

    it('have the keys that conversationKey computes', async () => {
      const ada = await world.person();
      await world.group(ada);
      const { items } = await world.groups.list(ada, { first: 1 });
      expect(items.map(({ key }) => key)).toEqual(items.map(({ conversation }) => conversationKey(conversation)));
    });

    it('with activity in the same ms are ordered by id, and none is lost between pages', async () => {
      const ada = await world.person();
      const made = [await world.group(ada), await world.group(ada), await world.group(ada)];
      await world.db.transaction((tx) =>
        tx.stream.updateMany({ where: { id: { in: made } }, data: { activeAt: new Date(1_800_000_000_123) } }),
      );
      const one = await listed(ada, 1);
      const two = await listed(ada, 1, one.key);
      const three = await listed(ada, 1, two.key);
      expect([one, two, three].flatMap(({ ids }) => ids)).toEqual(made.toReversed());
      expect(three.hasNextPage).toBe(false);
    });

    it('have no empty page with more to come, if all on it are dissolved while it is read', async () => {
      const ada = await world.person();
      const made = [await world.group(ada), await world.group(ada), await world.group(ada)];
      const groups = groupsAmid(world, () => world.groups.dissolve(ada, { groupId: made[2] ?? 0n }));
      const { items, hasNextPage } = await groups.list(ada, { first: 1 });
      expect(items.map(({ conversation }) => conversation.id)).toEqual([made[1]]);
      expect(hasNextPage).toBe(true);
    });

    it.each([
      '',
      'x',
      '1',
      '1:',
      '-1:2',
      '1:2:3',
      '1e3:2',
      '1:9999999999999999999',
      '999999999999999:1',
    ])('reject the cursor %j', async (after) => {
      const ada = await world.person();
      expect(await refusal(world.groups.list(ada, { first: 1, after }))).toEqual({ code: 'BAD_USER_INPUT', field: ['after'] });
    });
  });

  describe('the members of a group', () => {
    it('are in the order of their joins, in pages', async () => {
      const [ada, bob, cy] = await world.people();
      const [dan, eve] = await world.people();
      const id = await world.group(ada, cy, bob);
      await world.groups.addMembers(ada, { groupId: id, userIds: [eve.userId] });
      await world.groups.addMembers(ada, { groupId: id, userIds: [dan.userId] });
      await world.groups.removeMember(ada, { groupId: id, userId: cy.userId });
      const one = await world.groups.members(id, { first: 3 });
      expect(one.items.map(({ member }) => member.userId)).toEqual([ada.userId, bob.userId, eve.userId]);
      expect(one.hasNextPage).toBe(true);
      expect(one.items.map(({ key }) => key)).toEqual(one.items.map(({ member }) => memberKey(member)));
      const two = await world.groups.members(id, { first: 3, after: one.items[1]?.key });
      expect(two.items.map(({ member }) => member.userId)).toEqual([eve.userId, dan.userId]);
      expect(two.hasNextPage).toBe(false);
    });
  });

  describe('reading by id', () => {
    it('returns conversations in the order of the ids, and null for other ids', async () => {
      const [ada, bob] = await world.people();
      const group = await world.group(ada);
      const direct = await world.direct(ada, bob);
      const found = await world.groups.byIds([direct, 9_000_000_000n, group, ada.userId, direct]);
      expect(found.map((conversation) => conversation?.id ?? null)).toEqual([direct, null, group, null, direct]);
      expect(await world.groups.byIds([])).toEqual([]);
    });

    it('reads thousands at once', async () => {
      const [ada, bob] = await world.people();
      const group = await world.group(ada, bob);
      const many = Array.from({ length: 2_500 }, (_, n) => (n === 1_700 ? group : 8_000_000_000n + BigInt(n)));
      expect((await world.groups.byIds(many)).findIndex((found) => found?.id === group)).toBe(1_700);
      const refs = many.map((conversationId) => ({ conversationId, userId: bob.userId }));
      expect((await world.groups.memberships(refs)).findIndex((found) => found?.userId === bob.userId)).toBe(1_700);
    });

    it('reads memberships of many users in many conversations', async () => {
      const [ada, bob, cy] = await world.people();
      const one = await world.group(ada, bob);
      const two = await world.group(bob, cy);
      const refs = [one, two].flatMap((conversationId) => [ada, bob, cy].map(({ userId }) => ({ conversationId, userId })));
      const found = await world.groups.memberships(refs);
      expect(found.map((membership) => membership?.role ?? null)).toEqual(['OWNER', 'MEMBER', null, null, 'OWNER', 'MEMBER']);
      expect(found[3]).toBeNull();
    });
  });
}
