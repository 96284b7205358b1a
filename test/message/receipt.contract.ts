import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import { parseHint, streamTopic } from '../../src/log/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { type TalkNode, type TalkWorld, talkOn } from '../group/talk-world.ts';
import { usersOn } from '../user/users-world.ts';

/** What is told of who has received and read what, on any database. */
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

  /** Whether others are shown how far somebody has read. */
  async function showing(viewer: Viewer, readReceipts: boolean): Promise<void> {
    await usersOn(world.db).users.updateSettings(viewer, { readReceipts });
  }

  describe('what all others have', () => {
    it('is what the least of them has; a sender has what they send', async () => {
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
      // 6 by Cy: the others have to get it.
      await world.say(cy, conversationId);
      expect((await reach(conversationId)).all).toEqual([5, 5]);
      await world.messages.markRead(ada, { conversationId, seq: 6 });
      await world.messages.markDelivered(bob, { conversationId, seq: 6 });
      expect((await reach(conversationId)).all).toEqual([6, 5]);
    });

    it('is all there is where nobody else is', async () => {
      const [ada] = await world.people();
      const conversationId = await world.direct(ada, ada);
      const { seq } = await world.say(ada, conversationId);
      expect((await reach(conversationId)).all).toEqual([seq, seq]);
    });

    it('is nothing where the other side has not been shown the conversation', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.direct(ada, bob);
      expect((await reach(conversationId)).all).toEqual([0, 0]);
    });

    it('asks of who joined later only what came later, and nothing of who has left', async () => {
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

    it('comes for many conversations at once, in order', async () => {
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
    it('nothing is told, what has arrived is not kept, and what is read is', async () => {
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
      // Of one that is too small by now all is told.
      await world.groups.leave(cy, { groupId: conversationId });
      expect((await reach(conversationId, node)).all).toEqual([seq, seq]);
    });

    it('a mark that cannot be is refused all the same', async () => {
      const [ada, bob, cy] = await world.people();
      const conversationId = await world.group(ada, bob, cy);
      const { messages } = world.node({ receiptMembers: 2 });
      await expect(messages.markDelivered(bob, { conversationId, seq: 99 })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      await expect(messages.markDelivered(await world.person(), { conversationId, seq: 1 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });
  });

  describe('of who shows nobody how far they have read', () => {
    it('nothing is told from that moment on, and everything once they show it again', async () => {
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
      // Their own devices alone.
      expect(hints).toEqual(['markers']);
      expect(await world.access(cy, conversationId)).toMatchObject({ deliveredSeq: seq, readSeq: seq });
      // What cannot be known of one is claimed of nobody.
      expect(await reach(conversationId)).toEqual({ all: null, readers: [ada, bob].map(({ userId }) => [userId, seq]) });
      await showing(cy, true);
      expect(await reach(conversationId)).toEqual({ all: [seq, seq], readers: [ada, bob, cy].map(({ userId }) => [userId, seq]) });
    });

    it('the members are told where it begins and where it ends, but for groups too large', async () => {
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
