import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import { parseHint, streamTopic } from '../../src/log/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { type TalkNode, type TalkWorld, talkOn } from '../group/talk-world.ts';
import { usersOn } from '../user/users-world.ts';

/** What receipts promise, on any database. */
export function promisesOfReceipts(open: () => Promise<Db>): void {
  let world: TalkWorld;
  beforeAll(async () => {
    world = talkOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  async function reach(conversationId: bigint, { groups, messages }: TalkNode = world) {
    const [conversation] = await groups.byIds([conversationId]);
    if (!conversation) throw new Error('no conversation');
    const [[all], [readers]] = await Promise.all([messages.reach([conversation]), messages.readers([conversation])]);
    return { all: all && [all.deliveredToAllSeq, all.readByAllSeq], readers: readers?.map(({ userId, readSeq }) => [userId, readSeq]) };
  }

  /** Sets whether others see a user's read markers. */
  async function showing(viewer: Viewer, readReceipts: boolean): Promise<void> {
    await usersOn(world.db).users.updateSettings(viewer, { readReceipts });
  }

  describe('what all members have reached', () => {
    it('is the lowest marker, and a sender has their own messages', async () => {
      const [ada, bob, cy] = await world.people();
      const conversationId = await world.group(ada, bob, cy);
      expect((await reach(conversationId)).all).toEqual([0, 0]);
      // 4 and 5 by Ada, who has nothing to read.
      await world.say(ada, conversationId);
      await world.say(ada, conversationId);
      await world.messages.markRead(bob, { conversationId, seq: 5 });
      expect((await reach(conversationId)).all).toEqual([0, 0]);
      await world.messages.markDelivered(cy, { conversationId, seq: 4 });
      expect((await reach(conversationId)).all).toEqual([4, 0]);
      await world.messages.markRead(cy, { conversationId, seq: 5 });
      expect(await reach(conversationId)).toEqual({ all: [5, 5], readers: [ada, bob, cy].map(({ userId }) => [userId, 5]) });
      // 6 by Cy: the others have yet to get it.
      await world.say(cy, conversationId);
      expect((await reach(conversationId)).all).toEqual([5, 5]);
      await world.messages.markRead(ada, { conversationId, seq: 6 });
      await world.messages.markDelivered(bob, { conversationId, seq: 6 });
      expect((await reach(conversationId)).all).toEqual([6, 5]);
    });

    it('is the head in a conversation of one member', async () => {
      const [ada] = await world.people();
      const conversationId = await world.direct(ada, ada);
      const { seq } = await world.say(ada, conversationId);
      expect((await reach(conversationId)).all).toEqual([seq, seq]);
    });

    it('is 0 if the direct conversation was not shown to the other side yet', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.direct(ada, bob);
      expect((await reach(conversationId)).all).toEqual([0, 0]);
    });

    it('counts a new member only from their join on, and a former member not at all', async () => {
      const [ada, bob, cy] = await world.people();
      const conversationId = await world.group(ada, bob);
      await world.say(ada, conversationId);
      await world.messages.markRead(bob, { conversationId, seq: 3 });
      await world.groups.addMembers(ada, { groupId: conversationId, userIds: [cy.userId] });
      expect((await reach(conversationId)).all).toEqual([3, 3]);
      const { seq } = await world.say(ada, conversationId);
      await world.messages.markRead(bob, { conversationId, seq });
      expect((await reach(conversationId)).all).toEqual([3, 3]);
      await world.groups.leave(cy, { groupId: conversationId });
      expect((await reach(conversationId)).all).toEqual([seq, seq]);
    });

    it('is read for several conversations at once, in order', async () => {
      const [ada, bob] = await world.people();
      const ids = [await world.group(ada, bob), await world.direct(ada, bob), await world.group(ada)];
      for (const conversationId of ids) await world.say(ada, conversationId);
      await world.messages.markRead(bob, { conversationId: ids[0] ?? 0n, seq: 3 });
      const conversations = (await world.groups.byIds(ids)).filter((one) => one !== null);
      const asked = [...conversations, { id: 9_000_000_000n, memberCount: 1 }];
      expect(await world.messages.reach(asked)).toEqual([
        { deliveredToAllSeq: 3, readByAllSeq: 3 },
        { deliveredToAllSeq: 0, readByAllSeq: 0 },
        { deliveredToAllSeq: 2, readByAllSeq: 2 },
        null,
      ]);
      expect((await world.messages.readers(asked)).map((readers) => readers.map(({ userId }) => userId))).toEqual([
        [ada.userId, bob.userId],
        [ada.userId, bob.userId],
        [ada.userId],
        [],
      ]);
    });
  });

  describe('in a group too large for receipts', () => {
    it('nothing is announced, the delivered marker is not stored, and the read marker is', async () => {
      const [ada, bob, cy] = await world.people();
      const conversationId = await world.group(ada, bob, cy);
      const node = world.node({ receiptMembers: 2 });
      const { seq } = await world.say(ada, conversationId);
      const hints: unknown[] = [];
      const stop = await world.bus.subscribe(streamTopic(conversationId), (text) => hints.push(parseHint(conversationId, text)));
      await node.messages.markDelivered(bob, { conversationId, seq });
      expect(await world.access(bob, conversationId)).toMatchObject({ deliveredSeq: 0, readSeq: 0 });
      await node.messages.markRead(bob, { conversationId, seq });
      expect(await world.access(bob, conversationId)).toMatchObject({ deliveredSeq: seq, readSeq: seq });
      stop();
      expect(hints).toEqual([]);
      expect(await reach(conversationId, node)).toEqual({ all: null, readers: [] });
      // Once the group is small enough, receipts are returned.
      await world.groups.leave(cy, { groupId: conversationId });
      expect((await reach(conversationId, node)).all).toEqual([seq, seq]);
    });

    it('an invalid marker is still refused', async () => {
      const [ada, bob, cy] = await world.people();
      const conversationId = await world.group(ada, bob, cy);
      const { messages } = world.node({ receiptMembers: 2 });
      await expect(messages.markDelivered(bob, { conversationId, seq: 99 })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      await expect(messages.markDelivered(await world.person(), { conversationId, seq: 1 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });
  });

  describe('of a user who hides their read markers', () => {
    it('nothing is announced while they are hidden, and everything is shown afterwards', async () => {
      const [ada, bob, cy] = await world.people();
      const conversationId = await world.group(ada, bob, cy);
      const { seq } = await world.say(ada, conversationId);
      await world.messages.markRead(bob, { conversationId, seq });
      await showing(cy, false);
      const hints: unknown[] = [];
      const stops = await Promise.all(
        [conversationId, cy.userId].map((id) => world.bus.subscribe(streamTopic(id), (text) => hints.push(parseHint(id, text)?.kind))),
      );
      await world.messages.markDelivered(cy, { conversationId, seq });
      await world.messages.markRead(cy, { conversationId, seq });
      for (const stop of stops) stop();
      // Only their own devices.
      expect(hints).toEqual(['markers']);
      expect(await world.access(cy, conversationId)).toMatchObject({ deliveredSeq: seq, readSeq: seq });
      // Without the marker of one member nothing is known of all members.
      expect(await reach(conversationId)).toEqual({ all: null, readers: [ada, bob].map(({ userId }) => [userId, seq]) });
      await showing(cy, true);
      expect(await reach(conversationId)).toEqual({ all: [seq, seq], readers: [ada, bob, cy].map(({ userId }) => [userId, seq]) });
    });

    it('a change of the setting is announced to members, except in groups too large for receipts', async () => {
      const [ada, bob, cy] = await world.people();
      const conversations = [
        await world.group(ada, cy),
        await world.direct(ada, cy),
        await world.group(ada, bob, cy),
        await world.direct(cy, bob),
      ];
      await world.say(ada, conversations[1] ?? 0n);
      const unseen = await world.direct(bob, ada);
      const hints: unknown[] = [];
      const topics = [...conversations, unseen];
      const stops = await Promise.all(
        topics.map((id) => world.bus.subscribe(streamTopic(id), (text) => hints.push([id, parseHint(id, text)]))),
      );
      const tell = await world.node({ receiptMembers: 2 }).messages.receiptsTelling(cy);
      expect(hints).toEqual([]);
      tell();
      await expect.poll(() => hints.length).toBeGreaterThan(2);
      for (const stop of stops) stop();
      const told = [0, 1, 3].map((place) => conversations[place]);
      expect(hints).toEqual(
        told.map((id) => [id, { kind: 'receipt', conversationId: id, userId: cy.userId, ownOnly: false, othersOnly: false }]),
      );
    });
  });
}
