import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { refusal, type TalkWorld, talkOn } from './talk-world.ts';

/** What invites promise, on any database. */
export function promisesOfInvites(open: () => Promise<Db>): void {
  let world: TalkWorld;
  beforeAll(async () => {
    world = talkOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  /** A group of Ada, who owns it, Bob, its admin, and Cy. */
  async function scene() {
    const [ada, bob, cy] = await world.people();
    const groupId = await world.group(ada, bob, cy);
    await world.db.transaction((tx) =>
      tx.membership.updateMany({ where: { conversationId: groupId, userId: bob.userId }, data: { role: 'ADMIN' } }),
    );
    return { ada, bob, cy, groupId };
  }

  async function toldOfInvites({ userId }: Viewer): Promise<number> {
    return (await world.entries(userId)).filter(({ type }) => type === 'InvitesChanged').length;
  }

  async function soon(ms: number): Promise<Date> {
    return new Date((await world.db.now()).getTime() + ms);
  }

  async function good(groupId: bigint): Promise<readonly string[]> {
    const [invites = []] = await world.joining.invites([groupId]);
    return invites.map(({ code }) => code);
  }

  it('each invite has an unguessable code that admits its bearer to a group that is not public', async () => {
    const { ada, groupId } = await scene();
    const invites = await Promise.all(Array.from({ length: 10 }, () => world.joining.createInvite(ada, { groupId })));
    expect(new Set(invites.map(({ code }) => code)).size).toBe(10);
    for (const { code } of invites) expect(code).toMatch(/^[\w-]{20}$/);
    const dan = await world.person();
    const { group } = await world.joining.join(dan, { code: invites[3]?.code });
    expect(group).toMatchObject({ id: groupId, memberCount: 4 });
    expect(await world.access(dan, groupId)).toMatchObject({ role: 'MEMBER' });
  });

  it('members who can see invites are notified when one is created, used or revoked, and others are not', async () => {
    const { ada, bob, cy, groupId } = await scene();
    const { code, id } = await world.joining.createInvite(ada, { groupId, maxUses: 2 });
    const forever = await world.joining.createInvite(bob, { groupId });
    expect([await toldOfInvites(ada), await toldOfInvites(bob), await toldOfInvites(cy)]).toEqual([2, 2, 0]);
    await world.joining.join(await world.person(), { code });
    // An invite without a limit of uses does not change by a use.
    await world.joining.join(await world.person(), { code: forever.code });
    expect([await toldOfInvites(ada), await toldOfInvites(bob), await toldOfInvites(cy)]).toEqual([3, 3, 0]);
    await world.joining.revokeInvite(bob, id);
    await world.joining.revokeInvite(ada, id);
    expect([await toldOfInvites(ada), await toldOfInvites(bob), await toldOfInvites(cy)]).toEqual([4, 4, 0]);
  });

  it('creating, revoking and notifying follow the invitePolicy', async () => {
    const { ada, bob, cy, groupId } = await scene();
    const stranger = await world.person();
    const { id } = await world.joining.createInvite(bob, { groupId });
    expect(await refusal(world.joining.createInvite(cy, { groupId }))).toEqual({ code: 'FORBIDDEN', field: undefined });
    expect(await refusal(world.joining.createInvite(stranger, { groupId }))).toEqual({ code: 'NOT_FOUND', field: ['groupId'] });
    expect(await refusal(world.joining.revokeInvite(cy, id))).toEqual({ code: 'NOT_FOUND', field: ['inviteId'] });
    expect(await refusal(world.joining.revokeInvite(stranger, id))).toEqual({ code: 'NOT_FOUND', field: ['inviteId'] });
    await world.groups.update(ada, { groupId, invitePolicy: 'OWNER' });
    expect(await refusal(world.joining.createInvite(bob, { groupId }))).toMatchObject({ code: 'FORBIDDEN' });
    await world.joining.createInvite(ada, { groupId });
    expect([await toldOfInvites(ada), await toldOfInvites(bob)]).toEqual([2, 1]);
  });

  it.each<[string, (people: Awaited<ReturnType<typeof scene>>) => Promise<unknown>]>([
    ['is demoted', ({ ada, bob, groupId }) => world.groups.setRole(ada, { groupId, userId: bob.userId, role: 'MEMBER' })],
    ['is removed', ({ ada, bob, groupId }) => world.groups.removeMember(ada, { groupId, userId: bob.userId })],
    ['is erased', ({ bob }) => world.groups.leaveAll(bob.userId, new AbortController().signal)],
  ])('an invite whose creator %s stays valid until it is revoked', async (_how, end) => {
    const one = await scene();
    const { ada, bob, groupId } = one;
    const { code, id } = await world.joining.createInvite(bob, { groupId });
    await end(one);
    expect((await world.joining.join(await world.person(), { code })).group?.id).toBe(groupId);
    await world.joining.revokeInvite(ada, id);
    expect(await refusal(world.joining.join(await world.person(), { code }))).toEqual({ code: 'NOT_FOUND', field: ['code'] });
  });

  it('a used, revoked or expired invite is the same NOT_FOUND as an unknown one', async () => {
    const { ada, groupId } = await scene();
    const once = await world.joining.createInvite(ada, { groupId, maxUses: 1 });
    const revoked = await world.joining.createInvite(ada, { groupId });
    const brief = await world.joining.createInvite(ada, { groupId, expiresAt: await soon(1_000) });
    await world.joining.join(await world.person(), { code: once.code });
    await world.joining.revokeInvite(ada, revoked.id);
    await expect.poll(() => good(groupId), { interval: 50, timeout: 5_000 }).toEqual([]);
    const dan = await world.person();
    for (const code of [once.code, revoked.code, brief.code, 'x'.repeat(20)]) {
      expect(await refusal(world.joining.join(dan, { code }))).toEqual({ code: 'NOT_FOUND', field: ['code'] });
      expect(await world.joining.preview(dan, { code })).toBeNull();
    }
    expect(await world.joining.invitesByIds([once.id, revoked.id, brief.id])).toEqual([null, null, null]);
  });

  it('an invite loses no use to a user who is a member already, even by its own last use', async () => {
    const { ada, bob, groupId } = await scene();
    const { code, id } = await world.joining.createInvite(ada, { groupId, maxUses: 1 });
    expect((await world.joining.join(bob, { code })).group?.memberCount).toBe(3);
    expect(await world.joining.invitesByIds([id])).toMatchObject([{ usesLeft: 1 }]);
    const dan = await world.person();
    for (let times = 0; times < 2; times += 1) expect((await world.joining.join(dan, { code })).group?.memberCount).toBe(4);
  });

  it('an invite with three uses left admits three of ten concurrent users and never counts below zero', async () => {
    const { ada, groupId } = await scene();
    const { code } = await world.joining.createInvite(ada, { groupId, maxUses: 3 });
    const ten = await Promise.all(Array.from({ length: 10 }, () => world.person()));
    const outcomes = await Promise.allSettled(ten.map((viewer) => world.joining.join(viewer, { code })));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect((await world.groups.byIds([groupId]))[0]?.memberCount).toBe(6);
    expect(await world.db.client.groupInvite.findMany({ where: { code }, select: { usesLeft: true } })).toEqual([{ usesLeft: 0 }]);
  });

  it('an invite that expires in the past or has no use is refused', async () => {
    const { ada, groupId } = await scene();
    for (const expiresAt of [await soon(0), await soon(-1), new Date(0)])
      expect(await refusal(world.joining.createInvite(ada, { groupId, expiresAt }))).toEqual({
        code: 'INVALID_INPUT',
        field: ['expiresAt'],
      });
    for (const maxUses of [0, -1])
      expect(await refusal(world.joining.createInvite(ada, { groupId, maxUses }))).toEqual({ code: 'INVALID_INPUT', field: ['maxUses'] });
    expect(await good(groupId)).toEqual([]);
  });

  it('a group has a limited number of invites, not counting invalid ones', async () => {
    const { ada, groupId } = await scene();
    const { joining } = world.node({ maxInvites: 3 });
    const first = await joining.createInvite(ada, { groupId });
    const once = await joining.createInvite(ada, { groupId, maxUses: 1 });
    const brief = await joining.createInvite(ada, { groupId, expiresAt: await soon(500) });
    await expect.poll(() => good(groupId), { interval: 50, timeout: 5_000 }).toEqual([once.code, first.code]);
    const third = await joining.createInvite(ada, { groupId });
    expect(await refusal(joining.createInvite(ada, { groupId }))).toEqual({ code: 'LIMIT_REACHED', field: ['groupId'] });
    await joining.join(await world.person(), { code: once.code });
    const fourth = await joining.createInvite(ada, { groupId });
    expect(await good(groupId)).toEqual([fourth.code, third.code, first.code]);
    expect(await joining.invitesByIds([brief.id, first.id])).toMatchObject([null, { code: first.code }]);
    const racing = await Promise.allSettled(Array.from({ length: 5 }, () => joining.createInvite(ada, { groupId })));
    expect(racing.filter(({ status }) => status === 'fulfilled')).toEqual([]);
  });

  describe('an unknown invite', () => {
    it('cannot be revoked', async () => {
      const { ada } = await scene();
      expect(await refusal(world.joining.revokeInvite(ada, '01234567-89ab-7def-8123-456789abcdef'))).toEqual({
        ...{ code: 'NOT_FOUND', field: ['inviteId'] },
      });
    });
  });
}
