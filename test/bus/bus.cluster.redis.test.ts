import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { slotOf } from '../../src/bus/slot.ts';
import { within } from '../support/bound.ts';
import { type RedisCluster, startRedisCluster } from '../support/redis-cluster.ts';
import { freePort, startRedis } from '../support/services.ts';
import { type ClusterBusOptions, listen, modes, nextGap, openClusterBus, reach, topicsAt } from './cluster-bus.ts';
import { describeBus } from './contract.ts';
import { startSilent } from './network.ts';
import { startError } from './start-error.ts';

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await startRedisCluster();
});
afterAll(() => cluster[Symbol.asyncDispose]());

const openBus = (options?: ClusterBusOptions) => openClusterBus(cluster.url, options);

for (const mode of modes) describeBus(`the bus on a Redis Cluster (${mode})`, (namespace) => openBus({ mode, namespace }));

test('the slot of a name equals the one that Redis computes', async () => {
  const names = [
    '',
    'a',
    '123456789',
    'ä🎉',
    '{a}b',
    'x{a}y{b}',
    '{}a',
    'a{b',
    '}{a}',
    'a}b{c}',
    ...Array.from({ length: 50 }, () => randomUUID()),
  ];
  const admin = cluster.admin(cluster.masters[0]);
  const theirs = await Promise.all(names.map((name) => admin.call('CLUSTER', 'KEYSLOT', name)));
  expect(names.map(slotOf)).toEqual(theirs);
});

test.each([
  ['auto', 'SHARDCHANNELS', 'CHANNELS'],
  ['plain', 'CHANNELS', 'SHARDCHANNELS'],
] as const)('in mode %s a topic is subscribed only at the master of its slot, as %s', async (mode, kind, other) => {
  const namespace = randomUUID();
  await using bus = await openBus({ mode, namespace });
  for (const master of cluster.masters)
    for (const topic of await topicsAt(cluster, master, namespace, 2)) await bus.subscribe(topic, () => {});
  for (const master of cluster.masters) {
    const names = (await topicsAt(cluster, master, namespace, 2)).map((topic) => `${namespace}:${topic}`);
    expect(((await cluster.admin(master).call('PUBSUB', kind, `${namespace}*`)) as string[]).toSorted()).toEqual(names.toSorted());
    expect(await cluster.admin(master).call('PUBSUB', other, `${namespace}*`)).toEqual([]);
  }
});

describe.each(modes)('two nodes on one cluster (%s)', (mode) => {
  test('receive each other’s messages, each topic in order, on every master', async () => {
    const namespace = randomUUID();
    await using one = await openBus({ mode, namespace });
    await using two = await openBus({ mode, namespace });
    const topics = Array.from({ length: 30 }, (_, id) => `stream:${id}`);
    const ears = await Promise.all(topics.map((topic) => listen(two, topic)));
    const sent = Array.from({ length: 20 }, (_, count) => String(count));
    await Promise.all(sent.flatMap((message) => topics.map((topic) => one.publish(topic, message))));
    await expect.poll(() => ears.every(({ messages }) => messages.length >= 20)).toBe(true);
    expect(ears.map(({ messages }) => messages)).toEqual(topics.map(() => sent));
  });

  test('of different systems receive nothing of each other', async () => {
    await using one = await openBus({ mode });
    await using two = await openBus({ mode });
    const [atOne, atTwo] = [await listen(one, 'stream:1'), await listen(two, 'stream:1')];
    await one.publish('stream:1', 'for one');
    await expect.poll(() => atOne.messages).toEqual(['for one']);
    await two.publish('stream:1', 'for two');
    await expect.poll(() => atTwo.messages).toEqual(['for two']);
    expect(atOne.messages).toEqual(['for one']);
  });
});

describe('closing', () => {
  test('closes every connection and does not wait for a master that hangs', async () => {
    const bus = await openBus({ timeoutMs: 1_000 });
    await listen(bus, 'stream:1');
    const [hanging, ...others] = cluster.masters;
    await hanging.pause();
    try {
      await within(4_000, bus[Symbol.asyncDispose]());
    } finally {
      hanging.resume();
    }
    for (const master of [hanging, ...others]) {
      await expect.poll(async () => String(await cluster.admin(master).client('LIST'))).not.toContain('name=mpim-');
    }
  });

  test('closes a connection to a node that hangs when asked for the slots', async () => {
    using silent = await startSilent();
    const bus = await openClusterBus(`redis+cluster://127.0.0.1:${silent.port},127.0.0.1:${cluster.masters[2].port}`);
    await expect.poll(() => silent.sockets.size).toBe(0);
    await Promise.all(cluster.masters.map((master) => master.kill()));
    try {
      await expect.poll(() => silent.sockets.size).toBe(1);
      await within(1_000, bus[Symbol.asyncDispose]());
      await expect.poll(() => silent.sockets.size, { timeout: 1_000 }).toBe(0);
    } finally {
      await Promise.all(cluster.masters.map((master) => master.restart()));
    }
  });
});

describe('at the start', () => {
  test('one available node of the URL is enough, and connections to hanging ones are closed', async () => {
    using silent = await startSilent();
    const ports = [await freePort(), silent.port, cluster.masters[2].port];
    await using bus = await openClusterBus(`redis+cluster://${ports.map((port) => `127.0.0.1:${port}`).join(',')}`);
    await expect.poll(() => silent.sockets.size, { timeout: 1_000 }).toBe(0);
    const { messages } = await listen(bus, 'stream:1');
    await bus.publish('stream:1', 'x');
    await expect.poll(() => messages).toEqual(['x']);
  });

  test.each(modes)('the bus waits for an unavailable master in the background, and the others serve (%s)', async (mode) => {
    const namespace = randomUUID();
    const [away, here] = cluster.masters;
    const [[late = ''], [topic = '']] = [await topicsAt(cluster, away, namespace, 1), await topicsAt(cluster, here, namespace, 1)];
    await away.kill();
    await using bus = await openBus({ mode, namespace, timeoutMs: 400 });
    await reach(bus, [await listen(bus, topic)]);
    expect(bus.healthy).toBe(false);
    await expect(bus.subscribe(late, () => {})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await away.restart();
    await expect.poll(() => bus.healthy).toBe(true);
    await reach(bus, [await listen(bus, late)]);
  });

  test('an unreachable cluster, and a server without cluster mode, give an error in one line without the password', async () => {
    const nobody = await startError(
      openClusterBus(`redis+cluster://someone:secret@127.0.0.1:${await freePort()},127.0.0.1:${await freePort()}`),
    );
    expect(nobody).toMatch(/^REDIS_URL: no Redis can be used at 127\.0\.0\.1:\d+ \(.*ECONNREFUSED/);
    expect(nobody).not.toContain('secret');
    await using single = await startRedis();
    expect(await startError(openClusterBus(`redis+cluster://127.0.0.1:${single.port}`))).toMatch(
      /^REDIS_URL: Redis at .* does not describe a cluster \(ERR/,
    );
  });

  test('a cluster without slots gives an error in one line', async () => {
    await using alone = await startRedis({ args: ['--cluster-enabled', 'yes', '--cluster-port', String(await freePort())] });
    expect(await startError(openClusterBus(`redis+cluster://127.0.0.1:${alone.port}`))).toMatch(
      /^REDIS_URL: the Redis Cluster .* has no slots/,
    );
  });

  test('a user without access to COMMAND gives an error in one line', async () => {
    const admins = cluster.masters.map(cluster.admin);
    await Promise.all(admins.map((admin) => admin.call('ACL', 'SETUSER', 'default', '-command')));
    try {
      expect(await startError(openClusterBus(cluster.url))).toMatch(/^REDIS_URL: Redis at .* does not describe its commands \(NOPERM/);
    } finally {
      await Promise.all(admins.map((admin) => admin.call('ACL', 'SETUSER', 'default', '+command')));
    }
  });

  test('plain Pub/Sub is used if one server has no sharded Pub/Sub', async () => {
    // Like a Redis 6.
    await using mixed = await startRedisCluster((at) => (at === 2 ? ['--rename-command', 'SSUBSCRIBE', ''] : []));
    const namespace = randomUUID();
    await using bus = await openClusterBus(mixed.url, { namespace });
    for (const master of mixed.masters) {
      const [topic = ''] = await topicsAt(mixed, master, namespace, 1);
      await reach(bus, [await listen(bus, topic)]);
      expect(await mixed.admin(master).call('PUBSUB', 'CHANNELS', `${namespace}*`)).toEqual([`${namespace}:${topic}`]);
    }
  });
});

// The last test: the first master is gone after it.
describe('when a master dies for good', () => {
  test('its replica takes over: the bus reports a gap, and its topics are delivered from there', async () => {
    const namespace = randomUUID();
    await using sharded = await openBus({ mode: 'auto', namespace, timeoutMs: 5_000 });
    await using plain = await openBus({ mode: 'plain', namespace, timeoutMs: 5_000 });
    await cluster.addReplica(cluster.masters[0]);
    const [topic = ''] = await topicsAt(cluster, cluster.masters[0], namespace, 1);
    const buses = await Promise.all([sharded, plain].map(async (bus) => ({ bus, ear: await listen(bus, topic) })));
    const gaps = buses.map(({ bus }) => nextGap(bus));
    await cluster.masters[0].kill();
    await Promise.all(gaps);
    for (const { bus, ear } of buses) await reach(bus, [ear]);
    for (const { bus } of buses) await expect.poll(() => bus.healthy).toBe(true);
  });
});
