import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { ConfigError } from '../../src/config/index.ts';
import type { Held, Queue } from '../../src/worker/index.ts';
import { createRedisQueue } from '../../src/worker/queue.redis.ts';
import { within } from '../support/bound.ts';
import { freePort, startRedis } from '../support/services.ts';
import { until } from '../support/until.ts';
import { promisesOfQueues } from './queue.contract.ts';

const never = new AbortController().signal;
const silent = pino({ level: 'silent' });
// Waiting streams are handed out at once, and an empty answer comes soon.
const waitMs = 50;

function open(
  namespace: string = randomUUID(),
  { url = inject('redisUrl'), visibilityMs = 30_000, consumer = randomUUID() as string } = {},
): Promise<Queue> {
  return createRedisQueue({ url, namespace, consumer, visibilityMs, waitMs, logger: silent });
}

let admin: Redis;
beforeAll(() => {
  admin = new Redis(inject('redisUrl'));
});
afterAll(() => admin.disconnect());

/** A namespace that Redis has known for long: a new one hands out nothing for its first second and a half. */
async function grown(): Promise<string> {
  const namespace = randomUUID();
  await admin.set(`{${namespace}:work}:born`, 1);
  return namespace;
}

async function leading(queue: Queue): Promise<Queue> {
  await until(async () => (await queue.lead()) !== null);
  return queue;
}

/** What a queue hands out. A call that fails, as on a machine that stands still for a second, hands out nothing. */
async function handedOut(queue: Queue): Promise<readonly Held[]> {
  try {
    return await queue.take(1, never);
  } catch {
    // While Redis is away calls fail at once, and to repeat them without a turn of the event loop would keep it away.
    await nextTurn();
    return [];
  }
}

async function takeOne(queue: Queue): Promise<Held> {
  for (const end = performance.now() + 15_000; performance.now() < end; ) {
    const [held] = await handedOut(queue);
    if (held !== undefined) return held;
  }
  throw new Error('nothing was handed out within 15 s');
}

/** The ids of the connections that queues have to a Redis. */
async function ownConnections(redis: Redis): Promise<readonly string[]> {
  const names = String(await redis.client('LIST')).split('\n');
  return names.filter((line) => /name=mpim-work/.test(line)).map((line) => /id=(\d+)/.exec(line)?.[1] ?? '');
}

/** Ends all connections of a queue as the death of its process does, without any message. */
async function killConnections(redis: Redis, ids: readonly string[]): Promise<void> {
  for (const id of ids) await redis.call('CLIENT', 'KILL', 'ID', id);
}

promisesOfQueues('the queue in Redis', async () => open(await grown()));

test('of two workers one is the relay, and the other takes over soon after it has left', async () => {
  const namespace = await grown();
  const one = await leading(await open(namespace));
  await using other = await open(namespace);
  expect(await other.lead()).toBeNull();
  await one[Symbol.asyncDispose]();
  expect(await other.lead()).toEqual({ anew: true, waiting: 0 });
});

test('two workers share the waiting streams, and no stream is given to both', async () => {
  const namespace = await grown();
  await using one = await leading(await open(namespace));
  await using other = await open(namespace);
  const ids = Array.from({ length: 40 }, (_, at) => BigInt(at));
  await one.put([...ids, ...ids].map((streamId) => ({ streamId, upTo: 1 })));
  const taken: Held[] = [];
  for (let round = 0; round < 40 && taken.length < 40; round += 1) {
    taken.push(...(await Promise.all([one.take(3, never), other.take(3, never)])).flat());
  }
  expect(taken.map(({ streamId }) => streamId).toSorted((a, b) => Number(a - b))).toEqual(ids);
});

test.each([
  ['no stream', ['x', '1']],
  ['a stream that is none', ['s', 'one', 'u', '1']],
  ['no place', ['s', '1']],
])('a foreign entry with %s is removed from the queue, and the next one is handed out', async (_what, fields) => {
  const namespace = await grown();
  const key = `{${namespace}:work}`;
  await using queue = await leading(await open(namespace));
  await queue.put([]);
  await admin.xadd(key, '*', ...fields);
  await queue.put([{ streamId: 7n, upTo: 3 }]);
  expect(await takeOne(queue)).toMatchObject({ streamId: 7n, upTo: 3 });
  expect(await admin.xlen(key)).toBe(1);
});

test('the streams of a worker that stops in an orderly way are handed out at once', async () => {
  const namespace = await grown();
  const one = await leading(await open(namespace));
  await using other = await open(namespace);
  await one.put([{ streamId: 5n, upTo: 1 }]);
  const held = await takeOne(one);
  await one[Symbol.asyncDispose]();
  expect(held.lost.aborted).toBe(true);
  expect(await takeOne(other)).toMatchObject({ streamId: 5n, upTo: 1 });
});

test('the streams of a dead worker are handed out as soon as its death is reported', async () => {
  const namespace = await grown();
  await using dead = await leading(await open(namespace, { consumer: 'dead' }));
  await using other = await open(namespace);
  await dead.put([{ streamId: 5n, upTo: 1 }]);
  await takeOne(dead);
  expect(await other.take(1, never)).toEqual([]);
  await other.inherit('dead');
  expect(await takeOne(other)).toMatchObject({ streamId: 5n, upTo: 1 });
  expect(await other.lead()).toMatchObject({ anew: true });
});

test('a worker whose process was paused does not keep others from a stream that it has lost meanwhile', async () => {
  const visibilityMs = 1_000;
  const namespace = await grown();
  await using queue = await leading(await open(namespace, { visibilityMs }));
  await queue.put([{ streamId: 5n, upTo: 1 }]);
  const held = await takeOne(queue);
  const lost = once(held.lost, 'abort');
  // Nothing in this process runs meanwhile, including its renewals.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0.9 * visibilityMs);
  await lost;
  expect(await admin.pttl(`{${namespace}:work}:held:5`)).toBeLessThan(0.5 * visibilityMs);
});

// Each test waits for its own Redis or for time to pass, and does not affect the others.
describe.concurrent('with a Redis of its own', () => {
  test('a stream that is renewed stays held beyond the visibility time, and one that is not renewed is handed out', async ({ expect }) => {
    const namespace = randomUUID();
    // On a busy machine a process may be delayed by three quarters of this, and then takes what it holds for lost.
    const visibilityMs = 4_000;
    await using redis = await startRedis();
    await using one = await leading(await open(namespace, { url: redis.url, visibilityMs }));
    await using other = await open(namespace, { url: redis.url, visibilityMs });
    await one.put([{ streamId: 5n, upTo: 1 }]);
    const held = await takeOne(one);
    // Nothing is handed out for more than the visibility time.
    for (const end = performance.now() + 1.25 * visibilityMs; performance.now() < end; ) expect(await handedOut(other)).toEqual([]);
    expect(held.lost.aborted).toBe(false);
    // Gives the entry and the hold to a consumer that does not renew them, as if it had died.
    const observer = new Redis(redis.url);
    const key = `{${namespace}:work}`;
    const [[entryId = '']] = (await observer.xpending(key, 'workers', '-', '+', 1)) as [[string]];
    await observer.xclaim(key, 'workers', 'dead', 0, entryId);
    await observer.set(`${key}:held:5`, 'dead', 'PX', visibilityMs);
    await expect.poll(() => held.lost.aborted).toBe(true);
    // As if that had been a visibility time ago.
    await observer.xclaim(key, 'workers', 'dead', 0, entryId, 'IDLE', visibilityMs);
    await observer.del(`${key}:held:5`);
    observer.disconnect();
    expect(await takeOne(other)).toMatchObject({ streamId: 5n });
  });

  test('what Redis handed out in answers that came too late, or was not told is done, is handed out again at once, and what is held is not', async ({
    expect,
  }) => {
    const namespace = randomUUID();
    await using redis = await startRedis();
    await using queue = await leading(await open(namespace, { url: redis.url, visibilityMs: 600_000, consumer: 'slow' }));
    await queue.put([{ streamId: 4n, upTo: 1 }]);
    const held = await takeOne(queue);
    // The last line is about a stream that is held already.
    await queue.put([5n, 6n, 4n].map((streamId) => ({ streamId, upTo: 2 })));
    const observer = new Redis(redis.url);
    const key = `{${namespace}:work}`;
    // As if the answer to the script that holds the first one had come too late.
    await observer.xreadgroup('GROUP', 'workers', 'slow', 'COUNT', 1, 'STREAMS', key, '>');
    await observer.set(`${key}:held:5`, 'slow', 'PX', 600_000);
    await redis.pause();
    await expect(queue.take(1, never)).rejects.toThrow();
    redis.resume();
    const streams = [await takeOne(queue), await takeOne(queue)].map(({ streamId }) => streamId);
    expect(streams.toSorted((a, b) => Number(a - b))).toEqual([5n, 6n]);
    expect(await handedOut(queue)).toEqual([]);
    expect(held.lost.aborted).toBe(false);
    // Redis never gets this.
    await killConnections(observer, await ownConnections(observer));
    await held.done();
    observer.disconnect();
    expect(await takeOne(queue)).toMatchObject({ streamId: 4n });
  });

  test('a Redis that restarts empty learns what is held before anything is handed out again', async ({ expect }) => {
    const namespace = randomUUID();
    await using redis = await startRedis();
    await using one = await leading(await open(namespace, { url: redis.url }));
    await using other = await open(namespace, { url: redis.url });
    await one.put([{ streamId: 5n, upTo: 1 }]);
    const held = await takeOne(one);
    await redis.restart();
    await leading(other);
    await other.put([
      { streamId: 5n, upTo: 2 },
      { streamId: 6n, upTo: 1 },
    ]);
    expect(await takeOne(other)).toMatchObject({ streamId: 6n });
    expect(held.lost.aborted).toBe(false);
  });

  test('after an outage the queue reports that streams may be lost', async ({ expect }) => {
    await using redis = await startRedis();
    await using queue = await leading(await open(randomUUID(), { url: redis.url }));
    expect(await queue.lead()).toMatchObject({ anew: false });
    const observer = new Redis(redis.url);
    const ids = await ownConnections(observer);
    expect(ids).toHaveLength(2);
    await killConnections(observer, ids);
    observer.disconnect();
    await expect.poll(() => queue.lead().catch(() => null)).toMatchObject({ anew: true });
    expect(await queue.lead()).toMatchObject({ anew: false });
  });

  test('a worker that cannot renew its streams in Redis gives them up before another may have them', async () => {
    const visibilityMs = 2_000;
    await using redis = await startRedis();
    await using queue = await leading(await open(randomUUID(), { url: redis.url, visibilityMs }));
    await queue.put([{ streamId: 5n, upTo: 1 }]);
    const held = await takeOne(queue);
    await redis.pause();
    // Some of the time is left for a process that is late.
    await within(0.8 * visibilityMs, once(held.lost, 'abort'));
    redis.resume();
  });

  test('while Redis is down or hangs every call rejects within seconds, and calls succeed again after it', async ({ expect }) => {
    await using redis = await startRedis();
    await using queue = await leading(await open(randomUUID(), { url: redis.url }));
    async function outcomes(): Promise<readonly string[]> {
      const acts = [() => queue.lead(), () => queue.put([{ streamId: 1n, upTo: 1 }]), () => queue.take(1, never)];
      return (await Promise.allSettled(acts.map(async (act) => await act()))).map(({ status }) => status);
    }
    const rejected = ['rejected', 'rejected', 'rejected'];
    await redis.pause();
    expect(await within(4_000, outcomes())).toEqual(rejected);
    redis.resume();
    await leading(queue);
    await redis.kill();
    await expect.poll(outcomes).toEqual(rejected);
    await redis.restart();
    await leading(queue);
    await queue.put([{ streamId: 8n, upTo: 1 }]);
    expect(await takeOne(queue)).toMatchObject({ streamId: 8n });
  });
});

test('a start without Redis fails with a configuration error in one line', async () => {
  const url = `redis://127.0.0.1:${await freePort()}`;
  const refused = open(randomUUID(), { url });
  await expect(refused).rejects.toThrow(ConfigError);
  await expect(refused).rejects.toThrow(/^REDIS_URL: [^\n]+$/);
});

test('a consumer that leaves returns all that it holds, however much that is', async () => {
  const namespace = await grown();
  await using other = await open(namespace);
  const many = 10_001;
  {
    await using leaving = await open(namespace);
    await leading(leaving);
    await leaving.put(Array.from({ length: many }, (_, n) => ({ streamId: BigInt(n + 1), upTo: 1 })));
    expect(await leaving.take(many, never)).toHaveLength(many);
  }
  expect(await other.take(many, never)).toHaveLength(many);
});
