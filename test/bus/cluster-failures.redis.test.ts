import { randomUUID } from 'node:crypto';
import { setInterval as every } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Bus } from '../../src/bus/index.ts';
import { within } from '../support/bound.ts';
import { type RedisCluster, startRedisCluster } from '../support/redis-cluster.ts';
import { type Ear, listen, modes, nextGap, openClusterBus, reach, topicsAt } from './cluster-bus.ts';

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await startRedisCluster();
});
afterAll(() => cluster[Symbol.asyncDispose]());

describe.each(modes)('when a part of the cluster fails (%s)', (mode) => {
  const opened: Bus[] = [];
  afterEach(async () => {
    for (const bus of opened.splice(0)) await bus[Symbol.asyncDispose]();
  });

  async function open(timeoutMs: number): Promise<{ readonly bus: Bus; readonly namespace: string }> {
    const namespace = randomUUID();
    const bus = await openClusterBus(cluster.url, { mode, namespace, timeoutMs });
    opened.push(bus);
    return { bus, namespace };
  }

  /** Opens a bus with subscriptions to topics of the first two masters. */
  async function listening(timeoutMs = 2_000, count = 3) {
    const { bus, namespace } = await open(timeoutMs);
    const ears: (readonly Ear[])[] = [];
    for (const master of [cluster.masters[0], cluster.masters[1]]) {
      const topics = await topicsAt(cluster, master, namespace, count);
      ears.push(await Promise.all(topics.map((topic) => listen(bus, topic))));
    }
    const [here = [], there = []] = ears;
    async function heard(by: readonly Ear[], message: string): Promise<void> {
      for (const { topic } of by) await bus.publish(topic, message);
      await expect.poll(() => by.map(({ messages }) => messages.at(-1))).toEqual(by.map(() => message));
    }
    return { bus, namespace, here, there, heard, gaps: (): number => here[0]?.gaps() ?? 0 };
  }

  test('a killed connection is replaced, and one gap is reported once all of its topics are subscribed again', async () => {
    const { bus, here, there, heard, gaps } = await listening(2_000, 40);
    const gap = nextGap(bus);
    await cluster.admin(cluster.masters[0]).client('KILL', 'TYPE', 'pubsub');
    await gap;
    await Promise.all(here.map(({ topic }) => bus.publish(topic, 'after the gap')));
    await expect.poll(() => here.every(({ messages }) => messages.length === 1)).toBe(true);
    await heard(there, 'as ever');
    expect([gaps(), bus.healthy]).toEqual([1, true]);
  });

  test('when a master is killed and restarted, the others go on, then a gap is reported, then all messages arrive', async () => {
    const { bus, namespace, here, there, heard, gaps } = await listening(5_000);
    const [lost] = here;
    await cluster.masters[0].kill();
    await expect.poll(() => bus.healthy).toBe(false);
    await within(1_000, Promise.all(Array.from({ length: 300 }, () => bus.publish(lost?.topic ?? '', 'lost'))));
    await heard(there, 'meanwhile');
    const [fresh = ''] = (await topicsAt(cluster, cluster.masters[1], namespace, 4)).slice(3);
    await heard([await listen(bus, fresh)], 'x');
    expect(gaps()).toBe(0);
    const gap = nextGap(bus);
    await cluster.masters[0].restart();
    await gap;
    await expect.poll(() => bus.healthy).toBe(true);
    await heard([...here, ...there], 'again');
    expect(lost?.messages).toEqual(['again']);
  });

  test('while a master hangs, only its topics are UNAVAILABLE in time, and all recover with a gap', async () => {
    const { bus, namespace, here, there, heard } = await listening(400);
    const [fresh = ''] = (await topicsAt(cluster, cluster.masters[0], namespace, 4)).slice(3);
    const gap = nextGap(bus);
    await cluster.masters[0].pause();
    try {
      await expect(
        within(
          1_000,
          bus.subscribe(fresh, () => {}),
        ),
      ).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await within(1_000, bus.publish(here[0]?.topic ?? '', 'x'));
      await heard(there, 'as ever');
      await expect.poll(() => bus.healthy).toBe(false);
    } finally {
      cluster.masters[0].resume();
    }
    await gap;
    await expect.poll(() => bus.healthy).toBe(true);
    await heard(here, 'again');
    await heard([await listen(bus, fresh)], 'x');
  });

  test.each([
    ['both connections to a master are killed', () => killConnections()],
    ['a master is killed and restarted', () => cluster.masters[0].restart()],
    ['a master hangs', (bus: Bus) => hang(bus)],
    ['a slot moves', (bus: Bus, namespace: string) => move(bus, namespace)],
  ])('every message published while %s arrives, or a gap is reported after it', async (_what, disturb) => {
    const { bus, namespace, here, there } = await listening(400);
    const ears = [...here, ...there];
    let count = 0;
    let lastTold = -1;
    bus.onGap(() => {
      lastTold = count - 1;
    });
    let over = false;
    const disturbance = disturb(bus, namespace).finally(() => {
      over = true;
    });
    const sent: Promise<boolean>[] = [];
    for await (const _ of every(3)) {
      if (over) break;
      sent.push(...ears.map(({ topic }) => bus.publish(topic, String(count))));
      count += 1;
    }
    await disturbance;
    await Promise.all(sent);
    await reach(bus, ears);
    for (const { messages } of ears) {
      const heard = new Set(messages);
      expect(Array.from({ length: count }, (_, at) => at).filter((at) => at > lastTold && !heard.has(String(at)))).toEqual([]);
    }
  });

  async function killConnections(): Promise<void> {
    for (const type of ['pubsub', 'normal']) await cluster.admin(cluster.masters[0]).client('KILL', 'TYPE', type);
  }

  async function hang(bus: Bus): Promise<void> {
    const gap = nextGap(bus);
    await cluster.masters[0].pause();
    try {
      await expect.poll(() => bus.healthy).toBe(false);
    } finally {
      cluster.masters[0].resume();
    }
    await gap;
  }

  async function move(bus: Bus, namespace: string): Promise<void> {
    const [topic = ''] = await topicsAt(cluster, cluster.masters[0], namespace, 1);
    const gap = nextGap(bus);
    await cluster.move(`${namespace}:${topic}`, cluster.masters[1]);
    await gap;
  }

  test('a refused message is reported as a gap, even if nothing more is published', async () => {
    const { bus, namespace } = await open(400);
    const [topic = ''] = await topicsAt(cluster, cluster.masters[0], namespace, 1);
    const admin = cluster.admin(cluster.masters[0]);
    const command = mode === 'auto' ? 'spublish' : 'publish';
    const gap = nextGap(bus);
    await admin.call('ACL', 'SETUSER', 'default', `-${command}`);
    await bus.publish(topic, 'refused');
    await admin.call('ACL', 'SETUSER', 'default', `+${command}`);
    await gap;
  });
});
