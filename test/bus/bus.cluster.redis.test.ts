import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createClusterBus } from '../../src/bus/bus.cluster.redis.ts';
import type { Bus } from '../../src/bus/index.ts';
import { slotOf } from '../../src/bus/slot.ts';
import { ConfigError } from '../../src/config.ts';
import { parseRedisUrl } from '../../src/redis-url.ts';
import { type RedisCluster, startRedisCluster } from '../support/redis-cluster.ts';
import { freePort, type Service, startRedis } from '../support/services.ts';
import { describeBus } from './contract.ts';

const logger = pino({ level: 'silent' });
const modes = ['auto', 'plain'] as const;
let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await startRedisCluster();
});
afterAll(() => cluster[Symbol.asyncDispose]());

type Options = { readonly mode?: 'auto' | 'plain'; readonly namespace?: string; readonly timeoutMs?: number };

function openBus({ mode = 'auto', namespace = randomUUID(), timeoutMs = 2_000 }: Options = {}, url = cluster.url): Promise<Bus> {
  const place = parseRedisUrl(url);
  if (place === undefined) throw new Error(`${url} is no URL of a Redis`);
  return createClusterBus({ urls: place.urls, namespace, timeoutMs, mode, logger });
}

for (const mode of modes) describeBus(`the bus on a Redis Cluster (${mode})`, () => openBus({ mode }));

/** Topics of a namespace that belong to one master. */
async function topicsAt(master: Service, namespace: string, count: number): Promise<readonly string[]> {
  const found: string[] = [];
  for (let id = 1; found.length < count; id += 1) {
    const topic = `stream:${id}`;
    if ((await cluster.ownerOf(`${namespace}:${topic}`)) === master) found.push(topic);
  }
  return found;
}

interface Ear {
  readonly messages: readonly string[];
  /** How many gaps the bus has reported since. */
  readonly gaps: () => number;
}

async function listen(bus: Bus, topic: string): Promise<Ear> {
  const messages: string[] = [];
  let gaps = 0;
  bus.onGap(() => {
    gaps += 1;
  });
  await bus.subscribe(topic, (message) => void messages.push(message));
  return { messages, gaps: () => gaps };
}

/** Resolves at the next gap that the bus reports. */
function nextGap(bus: Bus): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = bus.onGap(() => {
    stop();
    resolve();
  });
  return promise;
}

test('the slot of a name is the one that Redis computes', async () => {
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
] as const)('in mode %s a topic is subscribed at the master of its slot alone, as %s', async (mode, kind, other) => {
  const namespace = randomUUID();
  await using bus = await openBus({ mode, namespace });
  for (const master of cluster.masters) for (const topic of await topicsAt(master, namespace, 2)) await bus.subscribe(topic, () => {});
  for (const master of cluster.masters) {
    const names = (await topicsAt(master, namespace, 2)).map((topic) => `${namespace}:${topic}`);
    expect(((await cluster.admin(master).call('PUBSUB', kind, `${namespace}*`)) as string[]).toSorted()).toEqual(names.toSorted());
    expect(await cluster.admin(master).call('PUBSUB', other, `${namespace}*`)).toEqual([]);
  }
});

describe.each(modes)('two nodes on one cluster (%s)', (mode) => {
  test('hear each other, each topic in order, wherever it is', async () => {
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

  test('of different systems hear nothing of each other', async () => {
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

describe.each(modes)('when a part of the cluster fails (%s)', (mode) => {
  const opened: Bus[] = [];
  afterEach(async () => {
    for (const bus of opened.splice(0)) await bus[Symbol.asyncDispose]();
  });
  /** A bus that listens to topics of each master. */
  async function listening(timeoutMs = 2_000, count = 3) {
    const namespace = randomUUID();
    const bus = await openBus({ mode, namespace, timeoutMs });
    opened.push(bus);
    const [here, there] = [await topicsAt(cluster.masters[0], namespace, count), await topicsAt(cluster.masters[1], namespace, count)];
    const ears = new Map<string, Ear>();
    for (const topic of [...here, ...there]) ears.set(topic, await listen(bus, topic));
    async function heard(topics: readonly string[], message: string): Promise<void> {
      for (const topic of topics) await bus.publish(topic, message);
      await expect.poll(() => topics.map((topic) => ears.get(topic)?.messages.at(-1))).toEqual(topics.map(() => message));
    }
    const gaps = (): number => ears.get(here[0] ?? '')?.gaps() ?? 0;
    const messages = (topic: string): readonly string[] => ears.get(topic)?.messages ?? [];
    return { bus, namespace, here, there, heard, gaps, messages };
  }

  test('a connection that is killed is made anew: one gap, when all of its topics are heard again', async () => {
    const { bus, here, there, heard, gaps, messages } = await listening(2_000, 40);
    const gap = nextGap(bus);
    await cluster.admin(cluster.masters[0]).client('KILL', 'TYPE', 'pubsub');
    await gap;
    await Promise.all(here.map((topic) => bus.publish(topic, 'after the gap')));
    await expect.poll(() => here.every((topic) => messages(topic).length === 1)).toBe(true);
    await heard(there, 'as ever');
    expect([gaps(), bus.healthy]).toEqual([1, true]);
  });

  test('a master that is killed and restarted: the others go on, then a gap, then all is heard', async () => {
    const { bus, namespace, here, there, heard, gaps, messages } = await listening(5_000);
    await cluster.masters[0].kill();
    await expect.poll(() => bus.healthy).toBe(false);
    const began = performance.now();
    await Promise.all(Array.from({ length: 300 }, () => bus.publish(here[0] ?? '', 'lost')));
    expect(performance.now() - began).toBeLessThan(1_000);
    await heard(there, 'meanwhile');
    const [fresh = ''] = (await topicsAt(cluster.masters[1], namespace, 4)).filter((topic) => !there.includes(topic));
    const late = await listen(bus, fresh);
    await bus.publish(fresh, 'x');
    await expect.poll(() => late.messages).toEqual(['x']);
    expect(gaps()).toBe(0);
    const gap = nextGap(bus);
    await cluster.masters[0].restart();
    await gap;
    await expect.poll(() => bus.healthy).toBe(true);
    await heard([...here, ...there], 'again');
    expect(messages(here[0] ?? '')).toEqual(['again']);
  });

  test('while a master hangs its topics are UNAVAILABLE in time, the others are not; then all comes back with a gap', async () => {
    const { bus, namespace, here, there, heard } = await listening(400);
    const [fresh = ''] = (await topicsAt(cluster.masters[0], namespace, 4)).filter((topic) => !here.includes(topic));
    const gap = nextGap(bus);
    cluster.masters[0].pause();
    try {
      const began = performance.now();
      await expect(bus.subscribe(fresh, () => {})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await bus.publish(here[0] ?? '', 'x');
      expect(performance.now() - began).toBeLessThan(2_000);
      await heard(there, 'as ever');
      await expect.poll(() => bus.healthy).toBe(false);
    } finally {
      cluster.masters[0].resume();
    }
    await gap;
    await expect.poll(() => bus.healthy).toBe(true);
    await heard(here, 'again');
    const ear = await listen(bus, fresh);
    await bus.publish(fresh, 'x');
    await expect.poll(() => ear.messages).toEqual(['x']);
  });

  test('a slot that moves to another master: its topics are heard there after a gap, each message once', async () => {
    const { bus, namespace, here, there, heard, messages } = await listening();
    await using other = await openBus({ mode, namespace });
    const [moved = '', ...stayed] = here;
    const [from, to] = [cluster.masters[0], cluster.masters[1]];
    const gap = nextGap(bus);
    await cluster.move(`${namespace}:${moved}`, to);
    await gap;
    await heard([moved, ...stayed, ...there], 'after the move');
    const kind = mode === 'auto' ? 'SHARDCHANNELS' : 'CHANNELS';
    expect(await cluster.admin(to).call('PUBSUB', kind, `${namespace}:${moved}`)).toEqual([`${namespace}:${moved}`]);
    await expect.poll(() => cluster.admin(from).call('PUBSUB', kind, `${namespace}:${moved}`)).toEqual([]);
    await other.publish(moved, 'from a node that has not heard of the move');
    await expect.poll(() => messages(moved)).toEqual(['after the move', 'from a node that has not heard of the move']);
    await expect.poll(() => bus.healthy).toBe(true);
  });

  test('topics that are joined and left while slots move are as they should be after it', async () => {
    const { bus, namespace, here } = await listening(5_000, 12);
    const joining = (await topicsAt(cluster.masters[0], namespace, 24)).filter((topic) => !here.includes(topic));
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
});

test('closing lets go of every connection and waits for no master that hangs', async () => {
  const bus = await openBus({ timeoutMs: 1_000 });
  await listen(bus, 'stream:1');
  const [hanging, ...others] = cluster.masters;
  hanging.pause();
  try {
    const began = performance.now();
    await bus[Symbol.asyncDispose]();
    expect(performance.now() - began).toBeLessThan(4_000);
  } finally {
    hanging.resume();
  }
  for (const master of [hanging, ...others]) {
    await expect.poll(async () => String(await cluster.admin(master).client('LIST'))).not.toContain('name=mpim-');
  }
});

describe('at the start', () => {
  async function startError(url: string): Promise<string> {
    const began = performance.now();
    const error = await openBus({}, url).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(performance.now() - began).toBeLessThan(15_000);
    expect(error).toBeInstanceOf(ConfigError);
    const message = error instanceof ConfigError ? error.message : '';
    expect(message).not.toContain('\n');
    return message;
  }

  test('one of the named nodes that is there is enough', async () => {
    await using bus = await openBus({}, `redis+cluster://127.0.0.1:${await freePort()},127.0.0.1:${cluster.masters[2].port}`);
    const { messages } = await listen(bus, 'stream:1');
    await bus.publish('stream:1', 'x');
    await expect.poll(() => messages).toEqual(['x']);
  });

  test('nobody there, and a server that is no cluster, are said in one line', async () => {
    expect(await startError(`redis+cluster://127.0.0.1:${await freePort()}`)).toMatch(/^REDIS_URL: no Redis can be used at .*ECONNREFUSED/);
    await using single = await startRedis();
    expect(await startError(`redis+cluster://127.0.0.1:${single.port}`)).toMatch(/^REDIS_URL: Redis at .* tells of no cluster \(ERR/);
  });

  test('a cluster that serves no slots is said in one line', async () => {
    await using alone = await startRedis({ args: ['--cluster-enabled', 'yes', '--cluster-port', String(await freePort())] });
    expect(await startError(`redis+cluster://127.0.0.1:${alone.port}`)).toMatch(/^REDIS_URL: the cluster .* has given no slots/);
  });
});

// The last: the first master is its replica's replica after it.
describe('when a master dies for good', () => {
  test('its replica takes over: a gap, then its topics are heard from there', async () => {
    const namespace = randomUUID();
    await using bus = await openBus({ namespace, timeoutMs: 5_000 });
    await cluster.addReplica(cluster.masters[0]);
    const [topic = ''] = await topicsAt(cluster.masters[0], namespace, 1);
    const { messages } = await listen(bus, topic);
    await cluster.masters[0].kill();
    const gap = nextGap(bus);
    await gap;
    await bus.publish(topic, 'at the replica');
    await expect.poll(() => messages).toEqual(['at the replica']);
    await expect.poll(() => bus.healthy).toBe(true);
  });
});
