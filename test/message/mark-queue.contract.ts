import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { type TalkWorld, talkOn } from '../group/talk-world.ts';

/** What concurrent markers promise, on any database. */
export function promisesOfMarksAtOnce(open: () => Promise<Db>): void {
  let world: TalkWorld;
  let transactions = 0;
  beforeAll(async () => {
    const db = await open();
    world = talkOn({
      ...db,
      transaction(work) {
        transactions += 1;
        return db.transaction(work);
      },
    });
  });
  afterAll(() => world[Symbol.asyncDispose]());

  /** The number of transactions of an act. */
  async function counting(act: () => Promise<unknown>): Promise<number> {
    const before = transactions;
    await act();
    return transactions - before;
  }

  /** A group of so many users, with so many messages of its owner. */
  async function crowd(size: number, said: number) {
    const people: Viewer[] = [];
    for (let n = 0; n < size; n += 1) people.push(await world.person());
    const [owner, ...others] = people;
    if (owner === undefined) throw new Error('a group has an owner');
    const conversationId = await world.group(owner, ...others);
    for (let n = 0; n < said; n += 1) await world.say(owner, conversationId);
    return { owner, others, conversationId };
  }

  async function markers(viewer: Viewer, conversationId: bigint) {
    const access = await world.access(viewer, conversationId);
    return [access?.deliveredSeq, access?.readSeq];
  }

  describe('concurrent markers', () => {
    it('of several members are stored in one transaction', async () => {
      const { others, conversationId } = await crowd(6, 2);
      const marks = others.map((viewer, n) => () => {
        return n % 2 === 0
          ? world.messages.markRead(viewer, { conversationId, seq: 7 })
          : world.messages.markDelivered(viewer, { conversationId, seq: 8 });
      });
      expect(await counting(() => Promise.all(marks.map((mark) => mark())))).toBe(1);
      for (const [n, viewer] of others.entries()) expect(await markers(viewer, conversationId)).toEqual(n % 2 === 0 ? [7, 7] : [8, 0]);
    });

    it('that arrive during a transaction wait for it and share the next one', async () => {
      const { others, conversationId } = await crowd(4, 3);
      const [bob, cy, dan] = others;
      if (!bob || !cy || !dan) throw new Error('there are three others');
      const taken = await counting(async () => {
        const first = world.messages.markRead(bob, { conversationId, seq: 5 });
        // By then the first is in progress.
        await new Promise(setImmediate);
        await new Promise(setImmediate);
        await Promise.all([
          first,
          ...[5, 6, 7].flatMap((seq) => [bob, cy, dan].map((viewer) => world.messages.markRead(viewer, { conversationId, seq }))),
        ]);
      });
      expect(taken).toBe(2);
      for (const viewer of [bob, cy, dan]) expect(await markers(viewer, conversationId)).toEqual([7, 7]);
    });

    it('are stored in batches of COMMIT_BATCH', async () => {
      const { others, conversationId } = await crowd(7, 1);
      const { messages } = world.node({ commitBatch: 2 });
      expect(await counting(() => Promise.all(others.map((viewer) => messages.markRead(viewer, { conversationId, seq: 8 }))))).toBe(3);
    });

    it('are refused one by one', async () => {
      const { owner, others, conversationId } = await crowd(3, 1);
      const stranger = await world.person();
      const [bob, cy] = others;
      if (!bob || !cy) throw new Error('there are two others');
      const outcomes = await Promise.allSettled([
        world.messages.markRead(bob, { conversationId, seq: 4 }),
        world.messages.markRead(stranger, { conversationId, seq: 4 }),
        world.messages.markRead(cy, { conversationId, seq: 5 }),
        world.messages.markDelivered(owner, { conversationId: 9_000_000_000n, seq: 0 }),
        world.messages.markDelivered(cy, { conversationId, seq: 4 }),
      ]);
      expect(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? null : [outcome.reason.code, outcome.reason.field]))).toEqual([
        null,
        ['NOT_FOUND', ['conversationId']],
        ['INVALID_INPUT', ['seq']],
        ['NOT_FOUND', ['conversationId']],
        null,
      ]);
      expect(await markers(bob, conversationId)).toEqual([4, 4]);
      expect(await markers(cy, conversationId)).toEqual([4, 0]);
    });

    it('are stored one by one, all but the faulty one, if one of them breaks the transaction', async () => {
      const { others, conversationId } = await crowd(4, 1);
      const [spoilt] = others;
      if (!spoilt) throw new Error('there is a first');
      // An id that no column holds: the statement fails for all rows.
      const outcomes = await Promise.allSettled([
        ...others.map((viewer) => world.messages.markRead(viewer, { conversationId, seq: 5 })),
        world.messages.markRead({ ...spoilt, userId: 2n ** 70n }, { conversationId, seq: 5 }),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected']);
      for (const viewer of others) expect(await markers(viewer, conversationId)).toEqual([5, 5]);
    });

    it('are announced once per member, and counted once per conversation of a member', async () => {
      const [ada, bob] = await world.people();
      const rooms = [await world.group(ada, bob), await world.group(ada, bob)];
      const heard: unknown[] = [];
      const topics = [...rooms, bob.userId].map((id) => `stream:${id}`);
      const stops = await Promise.all(
        topics.map((topic, place) =>
          world.bus.subscribe(topic, (text) => heard.push([place, JSON.parse(text).kind, JSON.parse(text).count])),
        ),
      );
      await Promise.all(
        [1, 2].flatMap((seq) =>
          rooms.flatMap((conversationId) => [
            world.messages.markDelivered(bob, { conversationId, seq }),
            world.messages.markRead(bob, { conversationId, seq }),
          ]),
        ),
      );
      for (const stop of stops) stop();
      expect(heard.toSorted()).toEqual([
        [0, 'receipt', undefined],
        [1, 'receipt', undefined],
        [2, 'markers', 1],
        [2, 'markers', 2],
      ]);
    });
  });

  describe('the queue of markers', () => {
    it('refuses at once what it has no room for, and stores what it has accepted', async () => {
      const { others, conversationId } = await crowd(6, 1);
      const { messages } = world.node({ commitQueue: 3 });
      const outcomes = await Promise.allSettled(others.map((viewer) => messages.markDelivered(viewer, { conversationId, seq: 7 })));
      expect(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? null : outcome.reason))).toEqual([
        ...[null, null, null],
        ...Array.from({ length: 2 }, () => expect.objectContaining({ code: 'UNAVAILABLE', retryAfterMs: 1_000 })),
      ]);
      const [bob] = others;
      if (!bob) throw new Error('there is a first');
      await messages.markRead(bob, { conversationId, seq: 7 });
      expect(await markers(bob, conversationId)).toEqual([7, 7]);
    });

    it('is finished when the node closes, and accepts no more', async () => {
      const { others, conversationId } = await crowd(4, 1);
      const { messages } = world.node({ commitBatch: 1 });
      const accepted = others.map((viewer) => messages.markRead(viewer, { conversationId, seq: 5 }));
      await messages[Symbol.asyncDispose]();
      for (const viewer of others) expect(await markers(viewer, conversationId)).toEqual([5, 5]);
      await Promise.all(accepted);
      const [bob] = others;
      if (!bob) throw new Error('there is a first');
      await expect(messages.markRead(bob, { conversationId, seq: 5 })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    });
  });
}
