import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pino, { type Logger } from 'pino';
import { describe, expect, inject, it } from 'vitest';
import { createRedisBus } from '../../src/bus/bus.redis.ts';
import { createRedisCaches } from '../../src/cache/caches.redis.ts';
import type { CacheLimits, Caches } from '../../src/cache/index.ts';
import { within } from '../support/bound.ts';
import { startRedis } from '../support/services.ts';
import { promisesOfCaches } from './contract.ts';
import { usualLimits, type WordStore, wordStore } from './word-store.ts';

const silent = pino({ level: 'silent' });

interface Place {
  readonly url: string;
  readonly namespace: string;
  readonly limits?: CacheLimits;
  readonly keeps?: boolean;
  readonly logger?: Logger;
}

/** The caches of one node, with a bus of their own. */
async function openCaches({ url, namespace, limits = usualLimits, keeps = true, logger = silent }: Place): Promise<Caches> {
  const bus = await createRedisBus({ url, namespace, timeoutMs: 2_000, logger });
  const caches = await createRedisCaches({ url, namespace, bus, keeps, limits, logger });
  async function close(): Promise<void> {
    await caches[Symbol.asyncDispose]();
    await bus[Symbol.asyncDispose]();
  }
  return { of: caches.of, counts: caches.counts, [Symbol.asyncDispose]: close };
}

/** Two nodes on one Redis and one store of words. */
async function twoNodes(url: string = inject('redisUrl'), options: Partial<Place> = {}) {
  await using open = new AsyncDisposableStack();
  const namespace = randomUUID();
  const [here, there] = [
    open.use(await openCaches({ url, namespace, ...options })),
    open.use(await openCaches({ url, namespace, ...options })),
  ];
  const behind: WordStore = wordStore();
  behind.words.set(1, 'one').set(2, 'two');
  const parting = open.move();
  return { here, there, behind, namespace, [Symbol.asyncDispose]: () => parting.disposeAsync() };
}

/** The values that these nodes have in Redis. */
async function keptIn(url: string, namespace: string): Promise<readonly (string | null)[]> {
  const operator = new Redis(url);
  const keys = await operator.keys(`${namespace}:cache:*`);
  const texts = keys.length === 0 ? [] : await operator.mget(keys);
  operator.disconnect();
  return texts;
}

promisesOfCaches((limits) => openCaches({ url: inject('redisUrl'), namespace: randomUUID(), limits }));

describe('caches of two nodes', () => {
  it('find in Redis what the other node has read', async () => {
    await using at = await twoNodes();
    const [one, other] = [at.behind.cache(at.here), at.behind.cache(at.there)];
    await one.many([1, 2]);
    await expect.poll(() => keptIn(inject('redisUrl'), at.namespace)).toHaveLength(2);
    expect(await other.many([1, 2])).toEqual(['one', 'two']);
    expect(at.behind.reads).toEqual([[1, 2]]);
    expect(at.there.counts).toEqual({ local: 0, remote: 2, missed: 0 });
  });

  it('keep the entries of different databases apart', async () => {
    await using at = await twoNodes();
    await using elsewhere = await twoNodes();
    await at.behind.cache(at.here).many([1]);
    elsewhere.behind.words.set(1, 'of another');
    expect(await elsewhere.behind.cache(elsewhere.here).many([1])).toEqual(['of another']);
  });

  it.each([true, false])('forget a key on both nodes, with keeping in Redis: %s', async (keeps) => {
    await using at = await twoNodes(undefined, { keeps });
    const [one, other] = [at.behind.cache(at.here), at.behind.cache(at.there)];
    for (let change = 0; change < 50; change += 1) {
      const word = `word ${change}`;
      at.behind.words.set(1, word);
      one.forget([1]);
      expect(await one.many([1])).toEqual([word]);
      await expect.poll(() => other.many([1]), { interval: 1 }).toEqual([word]);
      // Once the new value is known there, the old one does not come back.
      expect(await Promise.all([other.many([1]), one.many([1])])).toEqual([[word], [word]]);
    }
  });

  it('ignore bus messages that they cannot read, and go on', async () => {
    await using at = await twoNodes();
    const [one, other] = [at.behind.cache(at.here), at.behind.cache(at.there)];
    await other.many([1]);
    const operator = new Redis(inject('redisUrl'));
    for (const text of ['not JSON', 'null', '{"from":"elsewhere"}', '{"from":"elsewhere","payload":{"type":"delete"}}'])
      expect(await operator.publish(`${at.namespace}:cache`, text)).toBe(2);
    operator.disconnect();
    at.behind.words.set(1, 'another');
    one.forget([1]);
    await expect.poll(() => other.many([1])).toEqual(['another']);
  });

  it.each([
    ['no JSON', () => 'not JSON'],
    ['null', () => 'null'],
    ['a text', () => '"one"'],
    ['another shape', (text: string) => text.replace('["one"]', '["one",1]')],
    ['a value that is none', (text: string) => text.replace('["one"]', 'null')],
    ['no time to end at', (text: string) => text.replace('logicalExpiration', 'expiration')],
    ['tags of the library', (text: string) => text.replace('"tags":[]', '"tags":["a"]')],
  ])('treat %s in Redis as a miss: the database is read, a warning logged, and the value overwritten', async (_what, spoil) => {
    const warnings: string[] = [];
    const logger = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(line) });
    await using at = await twoNodes(undefined, { logger });
    const [one, other] = [at.behind.cache(at.here), at.behind.cache(at.there)];
    await one.many([1]);
    await expect.poll(() => keptIn(inject('redisUrl'), at.namespace)).toHaveLength(1);
    const operator = new Redis(inject('redisUrl'));
    const [key = ''] = await operator.keys(`${at.namespace}:cache:*`);
    await operator.set(key, spoil((await operator.get(key)) ?? ''), 'PX', 600_000);
    expect(await other.many([1])).toEqual(['one']);
    expect(at.there.counts).toEqual({ local: 0, remote: 0, missed: 1 });
    expect(warnings).toEqual([expect.stringContaining(key.slice(key.indexOf('word')))]);
    await expect.poll(async () => (await operator.get(key)) ?? '').toContain('"value":["one"]');
    operator.disconnect();
  });

  it('read the database if the value in Redis is not a string', async () => {
    await using at = await twoNodes();
    const [one, other] = [at.behind.cache(at.here), at.behind.cache(at.there)];
    await one.many([1]);
    await expect.poll(() => keptIn(inject('redisUrl'), at.namespace)).toHaveLength(1);
    const operator = new Redis(inject('redisUrl'));
    const [key = ''] = await operator.keys(`${at.namespace}:cache:*`);
    await operator.multi().del(key).rpush(key, 'one').exec();
    operator.disconnect();
    expect(await other.many([1])).toEqual(['one']);
    expect(at.there.counts).toEqual({ local: 0, remote: 0, missed: 1 });
  });

  it('do not keep a value, in memory or in Redis, that one node was reading while the other forgot it', async () => {
    await using at = await twoNodes();
    const [one, other] = [at.behind.cache(at.here), at.behind.cache(at.there)];
    const release = at.behind.hold();
    const early = other.many([1]);
    await expect.poll(() => at.behind.reads.length).toBe(1);
    at.behind.words.set(1, 'another');
    one.forget([1]);
    await expect.poll(() => keptIn(inject('redisUrl'), at.namespace)).toEqual(['']);
    release();
    expect(await early).toEqual(['one']);
    await expect.poll(() => other.many([1])).toEqual(['another']);
    // A new node finds the right value in Redis, or none.
    await using third = await openCaches({ url: inject('redisUrl'), namespace: at.namespace });
    expect(await at.behind.cache(third).many([1])).toEqual(['another']);
  });
});

describe('while Redis is away', () => {
  it('a value that changes is read from the database, a versioned one stays cached, and after the return no old value is answered', async () => {
    await using redis = await startRedis();
    await using at = await twoNodes(redis.url);
    const [one, other] = [at.behind.cache(at.here), at.behind.cache(at.there)];
    const versions = at.behind.cache(at.there, { changes: false, shape: 'a version' });
    await Promise.all([one.many([1]), other.many([1]), versions.many([2])]);
    await redis.kill();
    at.behind.words.set(1, 'another');
    one.forget([1]);
    await expect.poll(() => other.many([1])).toEqual(['another']);
    at.behind.reads.length = 0;
    expect(await versions.many([2])).toEqual(['two']);
    expect(at.behind.reads).toEqual([]);
    await redis.restart();
    for (let times = 0; times < 200; times += 1) expect(await other.many([1])).toEqual(['another']);
  });

  it('a key that is forgotten meanwhile is not answered with its old value from Redis after the return', async () => {
    await using redis = await startRedis({ args: ['--appendonly', 'yes'] });
    await using at = await twoNodes(redis.url);
    const cache = at.behind.cache(at.here);
    await cache.many([1]);
    await expect.poll(() => keptIn(redis.url, at.namespace)).toHaveLength(1);
    await redis.kill();
    at.behind.words.set(1, 'another');
    cache.forget([1]);
    await redis.restart();
    expect(await keptIn(redis.url, at.namespace)).toHaveLength(1);
    for (const end = performance.now() + 3_000; performance.now() < end; await nextTurn())
      expect(await cache.many([1])).toEqual(['another']);
  });

  it('a Redis that hangs delays a few reads, and then none', async () => {
    await using redis = await startRedis();
    await using at = await twoNodes(redis.url);
    const cache = at.behind.cache(at.here, { changes: false });
    for (let key = 0; key < 100; key += 1) at.behind.words.set(key, `word ${key}`);
    await redis.pause();
    let felt = 0;
    for (let key = 0; key < 100; key += 1) {
      const read = cache.many([key]);
      await within(50, read).catch(() => (felt += 1));
      expect(await read).toEqual([`word ${key}`]);
    }
    redis.resume();
    // One read per second may find out that Redis still hangs, which takes a tenth of a second. All others skip Redis.
    expect(felt).toBeGreaterThan(0);
    expect(felt).toBeLessThan(10);
  });

  it('a Redis that was emptied loses no value', async () => {
    await using redis = await startRedis();
    await using at = await twoNodes(redis.url);
    const [one, other] = [at.behind.cache(at.here), at.behind.cache(at.there)];
    await one.many([1]);
    const operator = new Redis(redis.url);
    await operator.flushall();
    operator.disconnect();
    expect(await one.many([1])).toEqual(['one']);
    expect(await other.many([1])).toEqual(['one']);
  });
});
