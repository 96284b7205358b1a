import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import type { Groups } from '../../src/group/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { refusal, type TalkWorld, talkOn } from './talk-world.ts';

type Part = Omit<Parameters<Groups['updateOwnPart']>[1], 'conversationId'>;

/** What a member's own settings in a conversation promise, on any database. */
export function promisesOfOwnParts(open: () => Promise<Db>): void {
  let world: TalkWorld;
  beforeAll(async () => {
    world = talkOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  /** Ada's group with Bob: their joins are entries 1 and 2. */
  async function scene() {
    const [ada, bob, cy] = await world.people();
    return { ada, bob, cy, group: await world.group(ada, bob) };
  }

  const settle = (viewer: Viewer, conversationId: bigint, part: Part) => world.groups.updateOwnPart(viewer, { conversationId, ...part });

  async function settled({ userId }: Viewer): Promise<number> {
    return (await world.entries(userId)).filter(({ type }) => type === 'MembershipSettled').length;
  }

  it('a new member has the notification level ALL and no nickname', async () => {
    const { bob, group } = await scene();
    expect(await world.access(bob, group)).toMatchObject({ notificationLevel: 'ALL', nickname: null, mutedUntil: null });
  });

  describe('the notification level', () => {
    it('is set for oneself, and only one’s own devices are notified', async () => {
      const { ada, bob, group } = await scene();
      expect(await settle(bob, group, { notificationLevel: 'MENTIONS' })).toMatchObject({ notificationLevel: 'MENTIONS' });
      expect((await world.entries(bob.userId)).at(-1)).toMatchObject({
        ...{ type: 'MembershipSettled', actorId: bob.userId },
        data: { conversationId: group },
      });
      expect(await world.entries(group)).toHaveLength(2);
      expect([await settled(ada), await settled(bob)]).toEqual([0, 1]);
      await settle(bob, group, { notificationLevel: 'MENTIONS' });
      expect(await settled(bob)).toBe(1);
    });

    it('can be set in direct conversations, also with oneself', async () => {
      const { ada, bob } = await scene();
      for (const other of [ada, bob]) {
        expect(await settle(ada, await world.direct(ada, other), { notificationLevel: 'NONE' })).toMatchObject({
          notificationLevel: 'NONE',
        });
      }
    });

    it('cannot be null', async () => {
      const { bob, group } = await scene();
      expect(await refusal(settle(bob, group, { notificationLevel: null, nickname: 'x' }))).toEqual({
        code: 'INVALID_INPUT',
        field: ['notificationLevel'],
      });
    });
  });

  describe('the place in one’s list', () => {
    it('is set for oneself, and one’s own devices are notified once', async () => {
      const { ada, bob, group } = await scene();
      expect(await world.access(bob, group)).toMatchObject({ pinned: false, archived: false });
      for (let times = 0; times < 2; times += 1) {
        expect(await settle(bob, group, { pinned: true })).toMatchObject({ pinned: true, archived: false });
      }
      expect([await settled(ada), await settled(bob), (await world.entries(group)).length]).toEqual([0, 1, 2]);
      expect(await settle(bob, group, { pinned: false, archived: true })).toMatchObject({ pinned: false, archived: true });
      expect(await world.access(ada, group)).toMatchObject({ pinned: false, archived: false });
    });

    it('filters the list, in pages, and stays while others send', async () => {
      const { ada, bob } = await scene();
      const made: bigint[] = [];
      for (let n = 0; n < 5; n += 1) made.push(await world.group(ada, bob));
      const [first, second, third, fourth] = made as [bigint, bigint, bigint, bigint];
      for (const id of [first, second, third]) await settle(bob, id, { archived: true });
      for (const id of [third, fourth]) await settle(bob, id, { pinned: true });
      await world.say(ada, first);
      async function listed(marks: { readonly pinned?: boolean; readonly archived?: boolean }) {
        const ids: bigint[] = [];
        for (let after: string | undefined; ; ) {
          const { items, hasNextPage } = await world.groups.list(bob, { first: 2, after, marks });
          ids.push(...items.map(({ conversation }) => conversation.id));
          after = items.at(-1)?.key;
          if (!hasNextPage) return ids.filter((id) => made.includes(id));
        }
      }
      expect(await listed({ archived: true })).toEqual([first, third, second]);
      expect(await listed({ archived: true, pinned: true })).toEqual([third]);
      expect(await listed({ pinned: true })).toEqual([fourth, third]);
      expect(await listed({ archived: false, pinned: false })).toEqual([made[4]]);
      expect(await listed({})).toHaveLength(5);
    });

    it('is reset for a member who returns', async () => {
      const { ada, bob, group } = await scene();
      await settle(bob, group, { pinned: true, archived: true });
      await world.groups.leave(bob, { groupId: group });
      await world.groups.addMembers(ada, { groupId: group, userIds: [bob.userId] });
      expect(await world.access(bob, group)).toMatchObject({ pinned: false, archived: false });
    });

    it('cannot be null', async () => {
      const { bob, group } = await scene();
      for (const field of ['pinned', 'archived']) {
        expect(await refusal(settle(bob, group, { [field]: null }))).toEqual({ code: 'INVALID_INPUT', field: [field] });
      }
    });
  });

  describe('the time without notifications', () => {
    const moment = new Date('2999-01-01T00:00:00.000Z');

    it('is set for oneself, one’s own devices are notified once, and null ends it', async () => {
      const { ada, bob, group } = await scene();
      for (let times = 0; times < 2; times += 1) {
        expect(await settle(bob, group, { silentUntil: moment })).toMatchObject({ silentUntil: moment, notificationLevel: 'ALL' });
      }
      expect([await settled(ada), await settled(bob), (await world.entries(group)).length]).toEqual([0, 1, 2]);
      expect(await settle(bob, group, { silentUntil: null })).toMatchObject({ silentUntil: null });
      expect(await settled(bob)).toBe(2);
    });

    it('must be in the future', async () => {
      const { bob, group } = await scene();
      expect(await refusal(settle(bob, group, { silentUntil: new Date(0) }))).toEqual({ code: 'INVALID_INPUT', field: ['silentUntil'] });
    });

    it('is reset for a member who returns', async () => {
      const { ada, bob, group } = await scene();
      await settle(bob, group, { silentUntil: moment });
      await world.groups.leave(bob, { groupId: group });
      await world.groups.addMembers(ada, { groupId: group, userIds: [bob.userId] });
      expect(await world.access(bob, group)).toMatchObject({ silentUntil: null });
    });
  });

  describe('a nickname', () => {
    it('is visible to everybody and logged', async () => {
      const { bob, group } = await scene();
      expect(await settle(bob, group, { nickname: 'Bobby 👑' })).toMatchObject({ nickname: 'Bobby 👑' });
      expect((await world.entries(group)).slice(2)).toMatchObject([
        { type: 'MemberChanged', actorId: bob.userId, data: { userId: bob.userId, fields: ['nickname'] } },
      ]);
      expect(await settled(bob)).toBe(0);
      await settle(bob, group, { nickname: 'Bobby 👑' });
      expect(await world.entries(group)).toHaveLength(3);
    });

    it.each([null, ''])('is cleared by %j', async (nickname) => {
      const { bob, group } = await scene();
      await settle(bob, group, { nickname: 'Bobby' });
      expect(await settle(bob, group, { nickname })).toMatchObject({ nickname: null });
    });

    it('has up to 64 characters, also beyond the basic plane', async () => {
      const { bob, group } = await scene();
      expect(await settle(bob, group, { nickname: '𝒳'.repeat(64) })).toMatchObject({ nickname: '𝒳'.repeat(64) });
    });

    it.each([
      ['of 65 characters', 'x'.repeat(65)],
      ['that nobody can see', ' \u200b\u3164'],
      ['of two lines', 'a\nb'],
      ['with a bell', 'a\u0007'],
      ['with half a character', '\ud83d'],
    ])('%s is refused, with everything else in the request', async (_, nickname) => {
      const { bob, group } = await scene();
      expect(await refusal(settle(bob, group, { nickname, notificationLevel: 'NONE' }))).toEqual({
        code: 'INVALID_INPUT',
        field: ['nickname'],
      });
      expect(await world.access(bob, group)).toMatchObject({ nickname: null, notificationLevel: 'ALL' });
    });

    it('is refused in direct conversations, where null is accepted', async () => {
      const { ada, bob } = await scene();
      const direct = await world.direct(ada, bob);
      expect(await refusal(settle(ada, direct, { nickname: 'Ada' }))).toEqual({ code: 'INVALID_INPUT', field: ['nickname'] });
      expect(await settle(ada, direct, { nickname: null })).toMatchObject({ nickname: null });
    });

    it('ends with the membership', async () => {
      const { ada, bob, group } = await scene();
      await settle(bob, group, { nickname: 'Bobby', notificationLevel: 'NONE' });
      await world.groups.leave(bob, { groupId: group });
      await world.groups.addMembers(ada, { groupId: group, userIds: [bob.userId] });
      expect(await world.access(bob, group)).toMatchObject({ nickname: null, notificationLevel: 'ALL' });
    });
  });

  it('nickname and notification level in one request make one entry each', async () => {
    const { bob, group } = await scene();
    await settle(bob, group, { nickname: 'Bobby', notificationLevel: 'NONE' });
    expect([(await world.entries(group)).length, await settled(bob)]).toEqual([3, 1]);
  });

  it('an empty change is answered and makes no entry', async () => {
    const { bob, group } = await scene();
    expect(await settle(bob, group, {})).toMatchObject({ userId: bob.userId });
    expect([(await world.entries(group)).length, await settled(bob)]).toEqual([2, 0]);
  });

  it('settings are for members to whom the conversation is shown', async () => {
    const { ada, bob, cy, group } = await scene();
    const unseen = { code: 'NOT_FOUND', field: ['conversationId'] };
    const part: Part = { notificationLevel: 'NONE' };
    expect(await refusal(settle(cy, group, part))).toEqual(unseen);
    expect(await refusal(settle(ada, 9_000_000_000n, part))).toEqual(unseen);
    expect(await refusal(settle(ada, ada.userId, part))).toEqual(unseen);
    expect(await refusal(settle(bob, await world.direct(ada, bob), part))).toEqual(unseen);
    await world.groups.leave(bob, { groupId: group });
    expect(await refusal(settle(bob, group, part))).toEqual(unseen);
  });
}
