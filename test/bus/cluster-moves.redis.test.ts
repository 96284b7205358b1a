import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cpuMsOf } from '../support/bound.ts';
import { type RedisCluster, startRedisCluster } from '../support/redis-cluster.ts';
import { listen, modes, nextGap, oftenMs, openClusterBus, reach, topicsAt } from './cluster-bus.ts';

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await startRedisCluster();
});
afterAll(() => cluster[Symbol.asyncDispose]());

describe.each(modes)('when slots move (%s)', (mode) => {
  test('the topics of a moved slot are received from the new master after a gap, each message once', async () => {
    const namespace = randomUUID();
    await using bus = await openClusterBus(cluster.url, { mode, namespace });
    await using other = await openClusterBus(cluster.url, { mode, namespace });
    const [from, to] = cluster.masters;
    const topics = [...(await topicsAt(cluster, from, namespace, 3)), ...(await topicsAt(cluster, to, namespace, 3))];
    const ears = await Promise.all(topics.map((topic) => listen(bus, topic)));
    const [moved = ''] = topics;
    const gap = nextGap(bus);
    await cluster.move(`${namespace}:${moved}`, to);
    await gap;
    await reach(bus, ears);
    const kind = mode === 'auto' ? 'SHARDCHANNELS' : 'CHANNELS';
    expect(await cluster.admin(to).call('PUBSUB', kind, `${namespace}:${moved}`)).toEqual([`${namespace}:${moved}`]);
    await expect.poll(() => cluster.admin(from).call('PUBSUB', kind, `${namespace}:${moved}`)).toEqual([]);
    await other.publish(moved, 'from a node that has not heard of the move');
    await expect.poll(() => ears[0]?.messages.at(-1)).toBe('from a node that has not heard of the move');
    for (const { messages } of ears) expect(new Set(messages).size).toBe(messages.length);
    await expect.poll(() => bus.healthy).toBe(true);
  });

  test('topics that are joined and left meanwhile are correct after it', async () => {
    const namespace = randomUUID();
    await using bus = await openClusterBus(cluster.url, { mode, namespace, timeoutMs: 5_000 });
    const topics = await topicsAt(cluster, cluster.masters[0], namespace, 24);
    const [here, joining] = [topics.slice(0, 12), topics.slice(12)];
    for (const topic of here) await bus.subscribe(topic, () => {});
    const heardThere = new Map<string, string[]>();
    const joins = joining.map(async (topic) => {
      const messages: string[] = [];
      heardThere.set(topic, messages);
      return bus.subscribe(topic, (message) => void messages.push(message));
    });
    for (const topic of [...here.slice(0, 6), ...joining.slice(0, 6)]) await cluster.move(`${namespace}:${topic}`, cluster.masters[1]);
    const leaves = await Promise.all(joins);
    for (const leave of leaves.filter((_, at) => at % 2 === 1)) leave();
    await expect.poll(() => bus.healthy).toBe(true);
    await expect
      .poll(async () => {
        for (const messages of heardThere.values()) messages.length = 0;
        for (const topic of joining) await bus.publish(topic, topic);
        return joining.map((topic) => heardThere.get(topic)?.length);
      })
      .toEqual(joining.map((_, at) => (at % 2 === 1 ? 0 : 1)));
  });

  test('lost messages of a slot without a master are reported as a gap when it has one again, even if another master is down', async () => {
    const [away, owner, third] = cluster.masters;
    const namespace = randomUUID();
    await using bus = await openClusterBus(cluster.url, { mode, namespace, calmMs: oftenMs });
    const [topic = ''] = await topicsAt(cluster, owner, namespace, 1);
    const slot = String(await cluster.admin(owner).call('CLUSTER', 'KEYSLOT', `${namespace}:${topic}`));
    // Its owner first: the others would otherwise learn of it again.
    for (const master of [owner, away, third]) await cluster.admin(master).call('CLUSTER', 'DELSLOTS', slot);
    await expect.poll(() => bus.healthy).toBe(false);
    await bus.publish(topic, 'lost');
    await away.kill();
    const gap = nextGap(bus);
    await cluster.admin(owner).call('CLUSTER', 'ADDSLOTS', slot);
    await gap;
    expect(bus.healthy).toBe(false);
    await away.restart();
    await expect.poll(() => bus.healthy).toBe(true);
    await reach(bus, [await listen(bus, topic)]);
  });
});

/** Returns the CPU time of this process when a slot with this many topics moves, in ms. */
async function cpuOfMove(topics: number): Promise<number> {
  const name = `{${randomUUID()}}`;
  await using bus = await openClusterBus(cluster.url, { timeoutMs: 5_000 });
  await Promise.all(Array.from({ length: topics }, (_, at) => bus.subscribe(`${name}:${at}`, () => {})));
  const gap = nextGap(bus);
  const from = await cluster.ownerOf(name);
  return await cpuMsOf(async () => {
    await cluster.move(name, from === cluster.masters[0] ? cluster.masters[1] : cluster.masters[0]);
    await gap;
    await expect.poll(() => bus.healthy).toBe(true);
  });
}

test('moving a slot with thousands of topics takes time in proportion to their number', async () => {
  // The first move is a warm-up.
  await cpuOfMove(2_000);
  const few = await cpuOfMove(2_000);
  // Ten times the topics take four to seven times as long. Quadratic growth would take more than two seconds more, about twenty times as
  // long.
  expect(await cpuOfMove(20_000)).toBeLessThan(12 * few);
});

test('messages of a moved slot wait for the new slots within a limit, and others are dropped and reported as a gap', async () => {
  const [from, hanging, to] = cluster.masters;
  const namespace = randomUUID();
  await using bus = await openClusterBus(cluster.url, { namespace });
  const [topic = ''] = await topicsAt(cluster, from, namespace, 1);
  await cluster.move(`${namespace}:${topic}`, to);
  const gap = nextGap(bus);
  await hanging.pause();
  try {
    let settled = 0;
    const megabyte = 'x'.repeat(1024 * 1024);
    const sent = Array.from({ length: 12 }, () => bus.publish(topic, megabyte).then(() => (settled += 1)));
    await expect.poll(() => settled).toBe(4);
    await Promise.all(sent);
  } finally {
    hanging.resume();
  }
  await gap;
});

test('a takeover is noticed at once, even if nothing was wrong before', async () => {
  const [, dying] = cluster.masters;
  const replica = await cluster.addReplica(dying);
  const namespace = randomUUID();
  await using bus = await openClusterBus(cluster.url, { namespace });
  const [topic = ''] = await topicsAt(cluster, dying, namespace, 1);
  const ear = await listen(bus, topic);
  const gap = nextGap(bus);
  await dying.kill();
  const began = performance.now();
  await cluster.admin(replica).call('CLUSTER', 'FAILOVER', 'TAKEOVER');
  await gap;
  expect(performance.now() - began).toBeLessThan(3_000);
  await reach(bus, [ear]);
});

// The last test: two masters are gone after it.
test('a reset master does not mislead the bus about where topics are', async () => {
  // The first master: of slot maps with the same epoch, its own comes first.
  const [leaving, , staying] = cluster.masters;
  const namespace = randomUUID();
  await using bus = await openClusterBus(cluster.url, { namespace });
  const [topic = ''] = await topicsAt(cluster, leaving, namespace, 1);
  const ear = await listen(bus, topic);
  const slot = String(await cluster.admin(staying).call('CLUSTER', 'KEYSLOT', `${namespace}:${topic}`));
  const stayingId = await cluster.admin(staying).call('CLUSTER', 'MYID');
  await cluster.admin(staying).call('CLUSTER', 'SETSLOT', slot, 'NODE', String(stayingId));
  const gap = nextGap(bus);
  await cluster.admin(leaving).call('CLUSTER', 'RESET', 'SOFT');
  await gap;
  await reach(bus, [ear]);
});
