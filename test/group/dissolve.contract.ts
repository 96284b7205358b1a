import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import { readSnapshot } from '../../src/feed/snapshot.ts';
import type { Viewer } from '../../src/user/index.ts';
import { freshKey, refusal, type TalkWorld, talkOn } from './talk-world.ts';

/**
 * What dissolving a group promises, on any database. Nothing here does jobs by itself, so the state between the act and the end of its job
 * stays visible.
 */
export function promisesOfDissolving(open: () => Promise<Db>): void {
  let world: TalkWorld;
  beforeAll(async () => {
    world = talkOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  /** Ada's group with Bob and Cy, each of whom has sent a message: 6 entries. */
  async function scene() {
    const [ada, bob, cy] = await world.people();
    const group = await world.group(ada, bob, cy);
    const [first] = [await world.say(ada, group, 'one'), await world.say(bob, group, 'two'), await world.say(cy, group, 'three')];
    return { ada, bob, cy, group, first };
  }

  const dissolve = (viewer: Viewer, groupId: bigint) => world.groups.dissolve(viewer, { groupId });
  const doJob = (groupId: bigint, { userId }: Viewer) => world.groups.tellDissolved({ groupId, actorId: userId });
  const job = (groupId: bigint) => world.db.client.job.findFirst({ where: { kind: 'GroupDissolved', key: String(groupId) } });
  const states = async (conversationId: bigint) =>
    (await world.db.client.membership.findMany({ where: { conversationId }, orderBy: { userId: 'asc' } })).map(
      ({ state, untilSeq }) => [state, untilSeq] as const,
    );

  it('dissolving appends the group’s last entry and notifies the owner’s devices with it', async () => {
    const { ada, bob, group } = await scene();
    await dissolve(ada, group);
    expect((await world.entries(group)).slice(6)).toMatchObject([
      { seq: 7, type: 'MemberLeft', actorId: ada.userId, data: { userId: ada.userId, reason: 'DISSOLVED' } },
    ]);
    const closed = { type: 'ConversationClosed', actorId: ada.userId, data: { conversationId: group, reason: 'DISSOLVED' } };
    expect((await world.told(ada)).at(-1)).toEqual(closed);
    expect((await world.told(bob)).map(({ type }) => type)).toEqual(['ConversationOpened']);
    expect(await job(group)).toMatchObject({ state: 'PENDING' });
    expect(await states(group)).toEqual([
      ['DISSOLVED', 7],
      ['ACTIVE', null],
      ['ACTIVE', null],
    ]);
  });

  it('dissolving ends every read at once, though the members’ rows follow later', async () => {
    const { ada, bob, cy, group } = await scene();
    const kept = await world.group(bob, cy);
    await world.say(bob, kept);
    expect((await world.messages.unreadTotals(cy)).messages).toBe(3);
    await dissolve(ada, group);
    expect(await world.groups.byIds([group])).toEqual([null]);
    for (const member of [bob, cy]) {
      expect((await world.groups.shown(member)).map(({ conversationId }) => conversationId)).toEqual([kept]);
      const { items, hasNextPage } = await world.groups.list(member, { first: 1 });
      expect([items.map(({ conversation }) => conversation.id), hasNextPage]).toEqual([[kept], false]);
      const { conversations } = await readSnapshot(world.db, member.userId);
      expect(conversations.map(({ streamId }) => streamId)).toEqual([kept]);
      expect((await readSnapshot(world.db, member.userId, group)).conversations).toEqual([]);
      const stays = await world.groups.stays(member.userId, { first: 10, after: 0n });
      expect(stays.map(({ conversationId, state, name }) => [conversationId, state, name])).toEqual([
        [group, 'DISSOLVED', null],
        [kept, 'ACTIVE', 'The group'],
      ]);
    }
    expect(await world.messages.unreadTotals(cy)).toMatchObject({ messages: 1, conversations: 1 });
  });

  it('dissolving leaves no unread replies in the group’s threads', async () => {
    const { ada, bob, cy, group, first } = await scene();
    for (const sayer of [bob, cy]) {
      await world.messages.send(sayer, { conversationId: group, threadRoot: first, text: 'a reply', clientMessageId: freshKey() });
    }
    expect((await world.messages.unreadTotals(bob)).threads).toBe(1);
    await dissolve(ada, group);
    expect((await world.messages.unreadTotals(bob)).threads).toBe(0);
  });

  it('dissolving ends every act', async () => {
    const { ada, bob, cy, group, first } = await scene();
    await dissolve(ada, group);
    const userId = cy.userId;
    const groupAct = { code: 'NOT_FOUND', field: ['groupId'] };
    for (const viewer of [ada, bob]) {
      expect(await refusal(world.groups.update(viewer, { groupId: group, name: 'x' }))).toEqual(groupAct);
      expect(await refusal(world.groups.addMembers(viewer, { groupId: group, userIds: [userId] }))).toEqual(groupAct);
      expect(await refusal(world.groups.removeMember(viewer, { groupId: group, userId }))).toEqual(groupAct);
      expect(await refusal(world.groups.removeMember(viewer, { groupId: group, userId, ban: true }))).toEqual(groupAct);
      expect(await refusal(world.groups.unbanUser(viewer, { groupId: group, userId }))).toEqual(groupAct);
      expect(await refusal(world.groups.setRole(viewer, { groupId: group, userId, role: 'ADMIN' }))).toEqual(groupAct);
      expect(await refusal(world.groups.transferOwnership(viewer, { groupId: group, userId }))).toEqual(groupAct);
      expect(await refusal(world.groups.muteMember(viewer, { groupId: group, userId, until: new Date('2100-01-01') }))).toEqual(groupAct);
      expect(await refusal(world.groups.leave(viewer, { groupId: group }))).toEqual(groupAct);
      expect(await refusal(dissolve(viewer, group))).toEqual(groupAct);
      const act = { code: 'NOT_FOUND', field: ['conversationId'] };
      expect(await refusal(world.say(viewer, group))).toEqual(act);
      expect(await refusal(world.groups.updateOwnPart(viewer, { conversationId: group, nickname: 'x' }))).toEqual(act);
      expect(await refusal(world.messages.markRead(viewer, { conversationId: group, seq: 6 }))).toEqual(act);
      expect(await refusal(world.messages.markUnread(viewer, { conversationId: group, fromSeq: 1 }))).toEqual(act);
      expect(await refusal(world.messages.setTyping(viewer, { conversationId: group, typing: true }))).toEqual(act);
      expect(await refusal(world.messages.clear(viewer, { conversationId: group }))).toEqual(act);
      const onMessage = { code: 'NOT_FOUND', field: ['messageId'] };
      expect(await refusal(world.messages.edit(viewer, { message: first, text: 'x' }))).toEqual(onMessage);
      expect(await refusal(world.messages.recall(viewer, first))).toEqual(onMessage);
      expect(await refusal(world.messages.pin(viewer, first))).toEqual(onMessage);
      expect(await refusal(world.messages.hide(viewer, first))).toEqual(onMessage);
      expect(await refusal(world.messages.addReaction(viewer, { message: first, emoji: '👍' }))).toEqual(onMessage);
      const forward = { message: first, conversationId: await world.direct(viewer, viewer), clientMessageId: freshKey() };
      expect(await refusal(world.messages.forward(viewer, forward))).toEqual(onMessage);
    }
    expect(await world.entries(group)).toHaveLength(7);
  });

  it('dissolving makes room at once for another group', async () => {
    const { ada, bob, group } = await scene();
    const { groups } = world.node({ maxGroupsPerUser: 1 });
    const makes = () => groups.create(bob, { name: 'Next' });
    expect(await refusal(makes())).toMatchObject({ code: 'LIMIT_REACHED' });
    await dissolve(ada, group);
    expect(await makes()).toMatchObject({ name: 'Next' });
  });

  it('the job of dissolving notifies every account once, however often it runs', async () => {
    const { ada, bob, cy, group } = await scene();
    await dissolve(ada, group);
    await Promise.all([doJob(group, ada), doJob(group, ada)]);
    await doJob(group, ada);
    for (const member of [ada, bob, cy]) {
      expect((await world.told(member)).filter(({ type }) => type === 'ConversationClosed')).toEqual([
        { type: 'ConversationClosed', actorId: ada.userId, data: { conversationId: group, reason: 'DISSOLVED' } },
      ]);
    }
    expect(await states(group)).toEqual([1, 2, 3].map(() => ['DISSOLVED', 7]));
    expect(await world.entries(group)).toHaveLength(7);
  });

  it('dissolving is for the owner alone', async () => {
    const { ada, bob, group } = await scene();
    await world.groups.setRole(ada, { groupId: group, userId: bob.userId, role: 'ADMIN' });
    expect(await refusal(dissolve(bob, group))).toEqual({ code: 'FORBIDDEN', field: undefined });
    expect(await refusal(dissolve(await world.person(), group))).toEqual({ code: 'NOT_FOUND', field: ['groupId'] });
    expect(await refusal(dissolve(ada, await world.direct(ada, bob)))).toEqual({ code: 'NOT_FOUND', field: ['groupId'] });
    expect(await job(group)).toBeNull();
  });

  it('dissolving concurrently with other acts leaves no entry after its own', async () => {
    for (let time = 0; time < 5; time += 1) {
      const { ada, bob, cy, group, first } = await scene();
      const dan = await world.person();
      const groupId = group;
      await Promise.allSettled([
        world.say(bob, group),
        world.groups.addMembers(ada, { groupId, userIds: [dan.userId] }),
        world.groups.setRole(ada, { groupId, userId: bob.userId, role: 'ADMIN' }),
        world.messages.addReaction(cy, { message: first, emoji: '👍' }),
        dissolve(ada, group),
        world.say(cy, group),
        world.groups.leave(cy, { groupId }),
        world.groups.transferOwnership(ada, { groupId, userId: bob.userId }),
        world.groups.updateOwnPart(bob, { conversationId: group, nickname: 'Bobby' }),
        world.groups.update(ada, { groupId, name: 'Last' }),
        world.say(bob, group),
      ]);
      const entries = await world.entries(group);
      const end = entries.findIndex(({ type, data }) => type === 'MemberLeft' && data.reason === 'DISSOLVED');
      expect(end).toBe(entries.length - 1);
    }
  });
}
