import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import type { Membership } from '../../src/group/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { freshKey, type TalkWorld, talkOn } from './talk-world.ts';

/** What a group's history promises to new members, on any database. */
export function promisesOfThePast(open: () => Promise<Db>): void {
  let world: TalkWorld;
  beforeAll(async () => {
    world = talkOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  /**
   * A group of Ada that anybody may join, with three messages of hers (seqs 2 to 4). The second is in a thread of the first; the third is
   * pinned.
   */
  async function talk(history: 'ALL' | 'JOINING') {
    const [ada, bob, cy] = await world.people();
    const { id: groupId } = await world.groups.create(ada, { name: 'x', joinPolicy: 'OPEN', history });
    await world.say(ada, groupId, 'first');
    const threadRoot = { conversationId: groupId, seq: 2 };
    await world.messages.send(ada, { conversationId: groupId, text: 'second', clientMessageId: freshKey(), threadRoot });
    await world.say(ada, groupId, 'third');
    await world.messages.pin(ada, { conversationId: groupId, seq: 4 });
    return { ada, bob, cy, groupId };
  }

  async function joined(viewer: Viewer, groupId: bigint): Promise<Membership> {
    await world.joining.join(viewer, { groupId });
    const access = await world.access(viewer, groupId);
    if (access === null) throw new Error('nobody has joined');
    return access;
  }

  async function read(access: Membership) {
    const { messages } = world;
    const { conversationId } = access;
    const texts = async (page: object) => (await messages.messages(access, page)).items.map(({ text }) => text);
    return {
      pages: await texts({ first: 100 }),
      around: await texts({ around: 2, first: 1, last: 1 }),
      timeline: (await messages.timeline(access, { first: 100 })).items.map(({ seq }) => seq),
      pins: (await messages.pins(access, { first: 5 })).items.map(({ text }) => text),
      replies: (await messages.replies(access, { conversationId, seq: 2 }, { first: 5 })).items.map(({ text }) => text),
      last: (await messages.last([access])).map((message) => message?.text),
    };
  }

  it('history for ALL is visible to a new member in pages, around, timeline, pins, replies and as the newest message', async () => {
    const { bob, groupId } = await talk('ALL');
    expect(await read(await joined(bob, groupId))).toEqual({
      ...{ pages: ['first', 'second', 'third'], around: ['first', 'second'], timeline: [1, 2, 3, 4, 5, 6] },
      ...{ pins: ['third'], replies: ['second'], last: ['third'] },
    });
  });

  it('history from JOINING on hides everything before from a new member', async () => {
    const { bob, groupId } = await talk('JOINING');
    expect(await read(await joined(bob, groupId))).toEqual({
      ...{ pages: [], around: [], timeline: [6], pins: [], replies: [], last: [undefined] },
    });
  });

  it('a new member who sees older messages can reply to, react to, forward and hide them', async () => {
    const { bob, groupId } = await talk('ALL');
    await joined(bob, groupId);
    const message = { conversationId: groupId, seq: 2 };
    const conversationId = groupId;
    await world.messages.send(bob, { conversationId, text: 'quite', clientMessageId: freshKey(), replyTo: message, threadRoot: message });
    await world.messages.addReaction(bob, { message, emoji: '👍' });
    expect((await world.messages.forward(bob, { message, conversationId, clientMessageId: freshKey() })).text).toBe('first');
    await world.messages.hide(bob, message);
  });

  it('messages from before the join are not unread', async () => {
    const { ada, bob, groupId } = await talk('ALL');
    await world.messages.send(ada, { conversationId: groupId, text: 'all!', clientMessageId: freshKey(), mentionsEveryone: true });
    const access = await joined(bob, groupId);
    expect(access).toMatchObject({ fromSeq: 1, joinedSeq: 7, readSeq: 6, deliveredSeq: 6 });
    expect(await world.messages.unreadTotals(bob)).toEqual({ messages: 0, mentions: 0, conversations: 0, threads: 0, badge: 0 });
    await world.say(ada, groupId, 'welcome');
    expect(await world.messages.unreadTotals(bob)).toEqual({ messages: 1, mentions: 0, conversations: 1, threads: 0, badge: 1 });
    await world.messages.markUnread(bob, { conversationId: groupId, fromSeq: 4 });
    expect((await world.messages.unreadTotals(bob)).messages).toBe(3);
  });

  it('a removed member who returns sees everything again, and messages sent meanwhile are not unread, also in threads', async () => {
    const { ada, bob, groupId } = await talk('ALL');
    await joined(bob, groupId);
    const threadRoot = { conversationId: groupId, seq: 2 };
    const reply = (by: Viewer, text: string) =>
      world.messages.send(by, { conversationId: groupId, text, clientMessageId: freshKey(), threadRoot });
    await reply(bob, 'mine');
    await world.groups.removeMember(ada, { groupId, userId: bob.userId });
    await reply(ada, 'behind their back');
    const access = await joined(bob, groupId);
    expect((await read(access)).pages).toEqual(['first', 'second', 'third', 'mine', 'behind their back']);
    expect(await world.messages.unreadTotals(bob)).toEqual({ messages: 0, mentions: 0, conversations: 0, threads: 0, badge: 0 });
    await reply(ada, 'to their face');
    expect(await world.messages.unreadTotals(bob)).toEqual({ messages: 1, mentions: 0, conversations: 1, threads: 1, badge: 1 });
    const [root] = await world.messages.byRefs([threadRoot]);
    expect(root && (await world.messages.threadUnread([{ root, access: { ...access, readSeq: 0 } }]))).toEqual([1]);
  });

  it('the visible history is fixed at the join: a change of the group applies to later members', async () => {
    const { ada, bob, cy, groupId } = await talk('JOINING');
    const before = await joined(bob, groupId);
    await world.groups.update(ada, { groupId, history: 'ALL' });
    expect((await world.access(bob, groupId))?.fromSeq).toBe(before.fromSeq);
    expect((await joined(cy, groupId)).fromSeq).toBe(1);
    await world.groups.update(ada, { groupId, history: 'JOINING' });
    expect((await world.access(cy, groupId))?.fromSeq).toBe(1);
  });

  it('the history is the same after an addition, an accepted request and an invite', async () => {
    const { ada, bob, cy, groupId } = await talk('ALL');
    const { code } = await world.joining.createInvite(ada, { groupId });
    await world.groups.addMembers(ada, { groupId, userIds: [bob.userId] });
    await world.joining.join(cy, { code });
    await world.groups.update(ada, { groupId, joinPolicy: 'APPROVAL' });
    const dan = await world.person();
    await world.joining.join(dan, { groupId });
    await world.joining.answer(ada, { conversationId: groupId, userId: dan.userId }, { accept: true });
    for (const viewer of [bob, cy, dan]) expect((await world.access(viewer, groupId))?.fromSeq).toBe(1);
    expect((await world.told(bob)).map(({ data }) => data)).toEqual([{ conversationId: groupId, seq: 5, fromSeq: 1 }]);
  });

  describe('the members', () => {
    it('are in the order of their joins, and only those who were there when a message was sent count as its readers', async () => {
      const { ada, bob, cy, groupId } = await talk('ALL');
      await joined(cy, groupId);
      await joined(bob, groupId);
      const listed = await world.groups.members(groupId, { first: 1 });
      const rest = await world.groups.members(groupId, { first: 5, after: listed.items[0]?.key });
      expect([...listed.items, ...rest.items].map(({ member }) => member.userId)).toEqual([ada, cy, bob].map(({ userId }) => userId));
      const [group] = await world.groups.byIds([groupId]);
      if (group === null || group === undefined) throw new Error('the group is there');
      const [readers = []] = await world.messages.readers([group]);
      expect(readers.map(({ userId, joinedSeq }) => [userId, joinedSeq])).toEqual([
        [ada.userId, 1],
        [cy.userId, 6],
        [bob.userId, 7],
      ]);
      expect(await world.messages.reach([group])).toEqual([{ deliveredToAllSeq: 4, readByAllSeq: 4 }]);
    });
  });
}
