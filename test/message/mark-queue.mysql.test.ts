import { describe, expect, it } from 'vitest';
import { moveHeads, raiseMarkers } from '../../src/db/index.ts';
import type { Message } from '../../src/message/index.ts';
import { talkOn } from '../group/talk-world.ts';
import { mysqlDb } from '../support/db.ts';
import { lockWait } from '../support/lock-wait.ts';
import { promisesOfMarksAtOnce } from './mark-queue.contract.ts';

describe('on MariaDB', () => promisesOfMarksAtOnce(mysqlDb));

it('messages and marks raise markers in the same order, whatever the order of the messages, so there is no deadlock', async () => {
  await using world = talkOn(await mysqlDb());
  const { db } = world;
  const [ada, bob] = await world.people();
  const one = await world.say(bob, await world.group(ada, bob));
  const two = await world.say(bob, await world.group(ada, bob));
  const upTo = ({ conversationId, seq }: Message) => ({ conversationId, userId: ada.userId, deliveredSeq: seq, readSeq: seq, onlyFrom: 0 });
  const ids = [one.conversationId, two.conversationId];
  const heads = await db.client.stream.findMany({ where: { id: { in: ids } }, orderBy: { id: 'desc' } });
  let runs = 0;
  let sending: Promise<void> | undefined;
  await db.transaction(async (tx) => {
    runs += 1;
    await raiseMarkers(db, tx, [upTo(one)]);
    sending ??= db.transaction(async (other) => {
      runs += 1;
      await moveHeads(db, other, heads, [upTo(two), upTo(one)]);
    });
    await lockWait(db);
    await raiseMarkers(db, tx, [upTo(two)]);
  });
  await sending;
  // One of two transactions in a deadlock is run again.
  expect(runs).toBe(2);
});

describe('while another transaction holds a member’s account', () => {
  /** Holds the account until the returned function is called. */
  async function holding(world: ReturnType<typeof talkOn>, userId: bigint): Promise<() => Promise<void>> {
    const held = Promise.withResolvers<void>();
    const letGo = Promise.withResolvers<void>();
    const over = world.db.transaction(async (tx) => {
      await world.db.lockStreams(tx, [userId]);
      held.resolve();
      await letGo.promise;
    });
    await held.promise;
    return () => {
      letGo.resolve();
      return over;
    };
  }

  it('the read marker of that member waits, and no other marker does', async () => {
    await using world = talkOn(await mysqlDb());
    const [ada, bob, cy] = await world.people();
    const conversationId = await world.group(ada, bob, cy);
    const release = await holding(world, bob.userId);
    let isStored = false;
    const waits = world.messages.markRead(bob, { conversationId, seq: 3 }).then(() => {
      isStored = true;
    });
    await world.messages.markDelivered(bob, { conversationId, seq: 2 });
    for (const seq of [1, 2, 3]) await world.messages.markRead(cy, { conversationId, seq });
    expect(isStored).toBe(false);
    await release();
    await waits;
    expect(await world.access(bob, conversationId)).toMatchObject({ deliveredSeq: 3, readSeq: 3 });
    expect(await world.access(cy, conversationId)).toMatchObject({ readSeq: 3 });
  });

  it('markers of other members are stored at once, even if one of them fails', async () => {
    const db = await mysqlDb();
    const spoilt = new Set<bigint>();
    await using world = talkOn({
      ...db,
      lockStreams(tx, ids, how) {
        if (ids.some((id) => spoilt.has(id))) throw new Error('this account cannot be locked');
        return db.lockStreams(tx, ids, how);
      },
    });
    const [ada, bob, cy] = await world.people();
    const conversationId = await world.group(ada, bob, cy);
    spoilt.add(ada.userId);
    const release = await holding(world, bob.userId);
    let isStored = false;
    const waits = world.messages.markRead(bob, { conversationId, seq: 3 }).then(() => {
      isStored = true;
    });
    const others = await Promise.allSettled([ada, cy].map((viewer) => world.messages.markRead(viewer, { conversationId, seq: 3 })));
    expect(others.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(isStored).toBe(false);
    await release();
    await waits;
    expect(await world.access(bob, conversationId)).toMatchObject({ readSeq: 3 });
  });

  it('the read marker of that member is UNAVAILABLE at the deadline and can be sent again', async () => {
    await using world = talkOn(await mysqlDb());
    const [ada, bob] = await world.people();
    const conversationId = await world.group(ada, bob);
    const { messages } = world.node({ writeDeadlineMs: 200 });
    const release = await holding(world, bob.userId);
    await expect(messages.markRead(bob, { conversationId, seq: 2 })).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 1_000 });
    await release();
    await messages.markRead(bob, { conversationId, seq: 2 });
    expect(await world.access(bob, conversationId)).toMatchObject({ readSeq: 2 });
  });
});
