import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConfigError } from '../../src/config/index.ts';
import type { Limit, Limits } from '../../src/limit/index.ts';
import { createRedisLimits } from '../../src/limit/limit.redis.ts';
import { type RedisCluster, startRedisCluster } from '../support/redis-cluster.ts';
import { freePort } from '../support/services.ts';
import { describeLimits } from './contract.ts';

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await startRedisCluster();
});
afterAll(() => cluster[Symbol.asyncDispose]());

function open(namespace: string = randomUUID(), url = cluster.url): Promise<Limits> {
  return createRedisLimits({ url, namespace, logger: pino({ level: 'silent' }) });
}

const rule = { name: 'sign-in', points: 1, windowSeconds: 60 };
const keys = Array.from({ length: 30 }, (_, at) => `key ${at}`);

/** Resolves once what one node grants is refused by the other, wherever in the cluster the key is. */
async function countTogether(one: Limit, two: Limit): Promise<void> {
  await expect
    .poll(async () => {
      const fresh = keys.map(() => randomUUID());
      const granted = await Promise.all(fresh.map((key) => one.take(key)));
      const again = await Promise.all(fresh.map((key) => two.take(key)));
      return [granted.every((wait) => wait === null), again.every((wait) => wait !== null)];
    })
    .toEqual([true, true]);
}

describeLimits('limits in a Redis Cluster', () => open());

test('two nodes count together, wherever in the cluster a key is', async () => {
  const namespace = randomUUID();
  await using one = await open(namespace);
  await using two = await open(namespace);
  const [atOne, atTwo] = [one.limit(rule), two.limit(rule)];
  expect(await Promise.all(keys.map((key) => atOne.take(key)))).toEqual(keys.map(() => null));
  expect((await Promise.all(keys.map((key) => atTwo.take(key)))).filter((wait) => wait === null)).toEqual([]);
});

test('while a master hangs its keys are counted in memory, all of them within 2.5 s, and in the cluster again after it', async () => {
  const namespace = randomUUID();
  await using one = await open(namespace);
  await using two = await open(namespace);
  const limit = one.limit(rule);
  await cluster.masters[0].pause();
  try {
    const began = performance.now();
    expect(await Promise.all(keys.map((key) => limit.take(key)))).toEqual(keys.map(() => null));
    expect((await Promise.all(keys.map((key) => limit.take(key)))).filter((wait) => wait === null)).toEqual([]);
    expect(performance.now() - began).toBeLessThan(2_500);
  } finally {
    cluster.masters[0].resume();
  }
  await countTogether(limit, two.limit(rule));
});

test('a master that is killed and restarted counts again for all nodes', async () => {
  const namespace = randomUUID();
  await using one = await open(namespace);
  await using two = await open(namespace);
  const [atOne, atTwo] = [one.limit(rule), two.limit(rule)];
  await cluster.masters[1].kill();
  const during = await Promise.all(keys.map((key) => atOne.take(`during ${key}`)));
  expect(during).toEqual(keys.map(() => null));
  await cluster.masters[1].restart();
  await countTogether(atOne, atTwo);
});

test('a cluster that cannot be used at the start is a ConfigError in one line', async () => {
  const refused = open(randomUUID(), `redis+cluster://:secret@127.0.0.1:${await freePort()}`);
  await expect(refused).rejects.toBeInstanceOf(ConfigError);
  await expect(refused).rejects.toThrow(/^REDIS_URL: no Redis Cluster can be used at 127\.0\.0\.1:\d+ \([^\n]+\)$/);
});
