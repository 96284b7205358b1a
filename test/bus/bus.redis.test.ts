import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { createRedisBus } from '../../src/bus/bus.redis.ts';
import { type Bus, withLocalEcho } from '../../src/bus/index.ts';
import { within } from '../support/bound.ts';
import { freePort, type Service, startRedis } from '../support/services.ts';
import { describeBus } from './contract.ts';
import { startNetwork, startSilent } from './network.ts';
import { startError } from './start-error.ts';

const logger = pino({ level: 'silent' });

function openBus(url: string, options: { namespace?: string; timeoutMs?: number } = {}): Promise<Bus> {
  return createRedisBus({ url, namespace: options.namespace ?? randomUUID(), timeoutMs: options.timeoutMs ?? 2_000, logger });
}

describeBus('the bus on Redis', (namespace) => openBus(inject('redisUrl'), { namespace }));

/** Subscribes, and collects the messages and the gaps that the bus reports. */
async function listen(bus: Bus, topic: string): Promise<{ readonly messages: string[]; readonly gaps: () => number }> {
  const messages: string[] = [];
  let gaps = 0;
  bus.onGap(() => {
    gaps += 1;
  });
  await bus.subscribe(topic, (message) => void messages.push(message));
  return { messages, gaps: () => gaps };
}

describe('two nodes on one Redis', () => {
  test('receive each other’s messages in order', async () => {
    const namespace = randomUUID();
    await using one = await openBus(inject('redisUrl'), { namespace });
    await using two = await openBus(inject('redisUrl'), { namespace });
    const atOne = await listen(one, 'stream:1');
    const atTwo = await listen(two, 'stream:1');
    for (let count = 0; count < 100; count += 1) await one.publish('stream:1', String(count));
    await expect.poll(() => [atOne.messages.length, atTwo.messages.length]).toEqual([100, 100]);
    expect(atTwo.messages).toEqual(Array.from({ length: 100 }, (_, count) => String(count)));
  });

  test('of different systems receive nothing of each other', async () => {
    await using one = await openBus(inject('redisUrl'));
    await using two = await openBus(inject('redisUrl'));
    const atOne = await listen(one, 'stream:1');
    const atTwo = await listen(two, 'stream:1');
    await one.publish('stream:1', 'for one');
    await expect.poll(() => atOne.messages).toEqual(['for one']);
    await two.publish('stream:1', 'for two');
    await expect.poll(() => atTwo.messages).toEqual(['for two']);
    expect(atOne.messages).toEqual(['for one']);
  });
});

describe('when Redis fails', () => {
  let redis: Service;
  let admin: Redis;
  const opened: Bus[] = [];
  beforeAll(async () => {
    redis = await startRedis();
    admin = new Redis(redis.url);
    admin.on('error', () => {});
  });
  afterEach(async () => {
    for (const bus of opened.splice(0)) await bus[Symbol.asyncDispose]();
  });
  afterAll(async () => {
    admin.disconnect();
    await redis.stop();
  });
  async function bus(timeoutMs?: number): Promise<Bus> {
    const fresh = await openBus(redis.url, timeoutMs === undefined ? {} : { timeoutMs });
    opened.push(fresh);
    return fresh;
  }

  test('a killed connection is replaced, and one gap is reported once every topic is subscribed again', async () => {
    const node = await bus();
    const ears = await Promise.all(Array.from({ length: 1_200 }, (_, index) => listen(node, `stream:${index}`)));
    const { promise: gap, resolve: reportGap } = Promise.withResolvers<void>();
    node.onGap(reportGap);
    await admin.client('KILL', 'TYPE', 'pubsub');
    await gap;
    await Promise.all(ears.map((_, index) => node.publish(`stream:${index}`, 'after the gap')));
    await expect.poll(() => ears.every(({ messages }) => messages.length === 1)).toBe(true);
    expect(ears[0]?.gaps()).toBe(1);
    expect(node.healthy).toBe(true);
  });

  test('topics that are left, joined and joined again during an outage are correct after it, each with one subscription', async () => {
    const namespace = randomUUID();
    const node = await openBus(redis.url, { namespace, timeoutMs: 5_000 });
    opened.push(node);
    const kept = await listen(node, 'kept');
    const left: string[] = [];
    const leave = await node.subscribe('left', (message) => void left.push(message));
    const leaveFirst = await node.subscribe('again', () => left.push('an old listener'));
    await admin.client('KILL', 'TYPE', 'pubsub');
    await expect.poll(() => node.healthy).toBe(false);
    leave();
    leaveFirst();
    const [fresh, again] = await Promise.all([listen(node, 'joined'), listen(node, 'again')]);
    await expect.poll(() => node.healthy).toBe(true);
    for (const topic of ['left', 'kept', 'joined', 'again']) await node.publish(topic, topic);
    await expect.poll(() => [kept.messages, fresh.messages, again.messages]).toEqual([['kept'], ['joined'], ['again']]);
    expect(left).toEqual([]);
    expect(await admin.pubsub('NUMSUB', `${namespace}:left`, `${namespace}:kept`)).toEqual([
      `${namespace}:left`,
      0,
      `${namespace}:kept`,
      1,
    ]);
  });

  test('during a restart, messages are dropped at once, then a gap is reported, then messages arrive again', async () => {
    const node = await bus(5_000);
    const { messages, gaps } = await listen(node, 'stream:1');
    await redis.kill();
    await expect.poll(() => node.healthy).toBe(false);
    const taken = Promise.all(Array.from({ length: 1_000 }, () => node.publish('stream:1', 'lost')));
    expect(new Set(await within(500, taken))).toEqual(new Set([false]));
    await redis.restart();
    await expect.poll(() => node.healthy).toBe(true);
    await expect.poll(() => gaps()).toBeGreaterThan(0);
    await node.publish('stream:1', 'heard');
    await expect.poll(() => messages).toEqual(['heard']);
  });

  test('while Redis is down, a subscribe fails with UNAVAILABLE in time, leaves nothing behind, and works later', async () => {
    const node = await bus(400);
    await redis.kill();
    await expect(node.subscribe('stream:1', () => {})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await redis.restart();
    await expect.poll(() => node.healthy).toBe(true);
    const { messages } = await listen(node, 'stream:1');
    await node.publish('stream:1', 'x');
    await expect.poll(() => messages).toEqual(['x']);
  });

  test('while Redis hangs, subscribing is UNAVAILABLE in time, publishing gives up, and unsubscribing and closing do not wait', async () => {
    const node = await bus(300);
    const unsubscribe = await node.subscribe('held', () => {});
    await redis.pause();
    try {
      await expect(
        within(
          1_000,
          node.subscribe('stream:1', () => {}),
        ),
      ).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await within(1_000, node.publish('held', 'x'));
      unsubscribe();
      await expect.poll(() => node.healthy).toBe(false);
      await within(1_000, node[Symbol.asyncDispose]());
    } finally {
      redis.resume();
    }
  });

  test('while Redis hangs, a message that may have gone out is echoed, but not one that must not arrive twice', async () => {
    const node = withLocalEcho(await bus(300));
    const { messages } = await listen(node, 'stream:1');
    await redis.pause();
    try {
      await Promise.all([node.publish('stream:1', 'state'), node.publish('stream:1', 'signal', { once: true })]);
      expect(messages).toEqual(['state']);
    } finally {
      redis.resume();
    }
    await expect.poll(() => node.healthy).toBe(true);
    await node.publish('stream:1', 'end');
    await expect.poll(() => messages).toContain('end');
    expect(messages.filter((message) => message === 'signal').length).toBeLessThan(2);
  });

  test('while there is no connection, a message that must not arrive twice is echoed at once', async () => {
    const node = withLocalEcho(await bus(300));
    const { messages } = await listen(node, 'stream:1');
    await redis.kill();
    await expect.poll(() => node.healthy).toBe(false);
    await node.publish('stream:1', 'signal', { once: true });
    expect(messages).toEqual(['signal']);
    await redis.restart();
    await expect.poll(() => node.healthy).toBe(true);
    await node.publish('stream:1', 'end');
    await expect.poll(() => messages).toEqual(['signal', 'end']);
  });

  test('after Redis hung, the bus recovers by itself and reports the gap', async () => {
    const node = await bus(300);
    const { messages, gaps } = await listen(node, 'stream:1');
    await redis.pause();
    await expect.poll(() => node.healthy).toBe(false);
    redis.resume();
    await expect.poll(() => node.healthy).toBe(true);
    expect(gaps()).toBeGreaterThan(0);
    await node.publish('stream:1', 'x');
    await expect.poll(() => messages).toEqual(['x']);
  });

  test('a refused message is reported as a gap, even if nothing more is published', async () => {
    const node = await bus(300);
    const { promise: gap, resolve: reportGap } = Promise.withResolvers<void>();
    node.onGap(reportGap);
    await admin.call('ACL', 'SETUSER', 'default', '-publish');
    await node.publish('stream:1', 'refused');
    await admin.call('ACL', 'SETUSER', 'default', '+publish');
    await gap;
  });

  test('a subscribe that timed out leaves no subscription in Redis', async () => {
    const namespace = randomUUID();
    const node = await openBus(redis.url, { namespace, timeoutMs: 300 });
    opened.push(node);
    await redis.pause();
    await expect(node.subscribe('stream:1', () => {})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    redis.resume();
    await expect.poll(() => node.healthy).toBe(true);
    await expect.poll(() => admin.pubsub('NUMSUB', `${namespace}:stream:1`)).toEqual([`${namespace}:stream:1`, 0]);
  });
});

test('a subscribe that is under way when the connection breaks is acknowledged later, and delivers once', async () => {
  await using network = await startNetwork(Number(new URL(inject('redisUrl')).port));
  await using node = await openBus(network.url, { timeoutMs: 5_000 });
  network.cut();
  const subscribing = listen(node, 'stream:1');
  network.break();
  network.mend();
  const { messages } = await subscribing;
  await expect.poll(() => node.healthy).toBe(true);
  await node.publish('stream:1', 'x');
  await node.publish('stream:1', 'y');
  await expect.poll(() => messages).toEqual(['x', 'y']);
});

test('a connection whose other end is silently gone is noticed and replaced, with a gap', async () => {
  await using network = await startNetwork(Number(new URL(inject('redisUrl')).port));
  await using node = await openBus(network.url, { timeoutMs: 300 });
  const { messages, gaps } = await listen(node, 'stream:1');
  network.cut();
  await expect.poll(() => node.healthy).toBe(false);
  network.mend();
  await expect.poll(() => node.healthy).toBe(true);
  expect(gaps()).toBeGreaterThan(0);
  await node.publish('stream:1', 'x');
  await expect.poll(() => messages).toEqual(['x']);
});

test('a server that has become a replica is left, although it takes messages: its name may lead to the new master', async () => {
  await using former = await startRedis();
  await using master = await startRedis();
  const [formerPort, masterPort] = [former, master].map(({ url }) => Number(new URL(url).port)) as [number, number];
  await using network = await startNetwork(formerPort);
  const namespace = randomUUID();
  await using one = await openBus(network.url, { namespace, timeoutMs: 300 });
  const atOne = await listen(one, 'stream:1');
  const admin = new Redis(former.url);
  await admin.replicaof('127.0.0.1', masterPort);
  admin.disconnect();
  network.lead(masterPort);
  await using two = await openBus(network.url, { namespace });
  const atTwo = await listen(two, 'stream:1');
  await expect.poll(() => atOne.gaps()).toBeGreaterThan(0);
  await expect.poll(() => one.healthy).toBe(true);
  await one.publish('stream:1', 'x');
  await expect.poll(() => [atOne.messages, atTwo.messages]).toEqual([['x'], ['x']]);
});

describe('at the start', () => {
  test('a password, a user and a database number in the URL are used', async () => {
    await using redis = await startRedis({ args: ['--requirepass', 'p@ss/word'] });
    const { host } = new URL(redis.url);
    await using node = await openBus(`redis://default:${encodeURIComponent('p@ss/word')}@${host}/3`);
    const { messages } = await listen(node, 'stream:1');
    await node.publish('stream:1', 'x');
    await expect.poll(() => messages).toEqual(['x']);
    expect(await startError(openBus(`redis://:wrong-secret@${host}`))).toMatch(/REDIS_URL: Redis at .* refuses the user or password/);
    expect(await startError(openBus(`redis://:wrong-secret@${host}`))).not.toContain('wrong-secret');
    expect(await startError(openBus(`redis://${host}`))).toMatch(/refuses the user or password/);
    expect(await startError(openBus(`redis://:${encodeURIComponent('p@ss/word')}@${host}/99`))).toMatch(/out of range/);
  });

  test('a closed port, an unknown host and another server give an error in one line', async () => {
    expect(await startError(openBus(`redis://127.0.0.1:${await freePort()}`))).toMatch(/^REDIS_URL: .*ECONNREFUSED/);
    expect(await startError(openBus('redis://no-such-host.invalid:6379'))).toMatch(/^REDIS_URL: .*no-such-host\.invalid:6379/);
    const port = Number(new URL(inject('mysqlUrl')).port);
    expect(await startError(openBus(`redis://127.0.0.1:${port}`))).toBe(
      `REDIS_URL: nothing at 127.0.0.1:${port} answers as Redis does: check host and port, and whether it speaks TLS (rediss)`,
    );
  });

  test('a server that accepts the connection and stays silent is given up within the time limit', async () => {
    using silent = await startSilent();
    const [plain, tls] = await Promise.all(
      ['redis', 'rediss'].map((protocol) => startError(openBus(`${protocol}://127.0.0.1:${silent.port}`))),
    );
    expect(plain).toMatch(/^REDIS_URL: no Redis can be used at .* ms\)$/);
    expect(tls).toMatch(/^REDIS_URL: no Redis can be used at .*: does it speak TLS\?\)$/);
  });
});
