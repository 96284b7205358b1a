import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { expect, inject, test, vi } from 'vitest';
import { ConfigError } from '../../src/config/index.ts';
import type { Limits } from '../../src/limit/index.ts';
import { createRedisLimits } from '../../src/limit/limit.redis.ts';
import { freePort, startRedis } from '../support/services.ts';
import { describeLimits } from './contract.ts';

const logger = pino({ level: 'silent' });

function open(url: string, namespace: string = randomUUID()): Promise<Limits> {
  return createRedisLimits({ url, namespace, logger });
}

describeLimits('limits in Redis', () => open(inject('redisUrl')));

test('two nodes count together', async () => {
  const namespace = randomUUID();
  await using one = await open(inject('redisUrl'), namespace);
  await using two = await open(inject('redisUrl'), namespace);
  const rule = { name: 'sign-in', points: 2, windowSeconds: 60 };
  expect(await one.limit(rule).take('a')).toBeNull();
  expect(await two.limit(rule).take('a')).toBeNull();
  expect(await one.limit(rule).take('a')).not.toBeNull();
});

test('two systems on one Redis count separately', async () => {
  await using one = await open(inject('redisUrl'));
  await using two = await open(inject('redisUrl'));
  const rule = { name: 'sign-in', points: 1, windowSeconds: 60 };
  expect(await one.limit(rule).take('a')).toBeNull();
  expect(await two.limit(rule).take('a')).toBeNull();
});

test('while Redis is gone a node counts in its own memory, and with the others again after it', async () => {
  await using redis = await startRedis();
  const namespace = randomUUID();
  await using one = await open(redis.url, namespace);
  await using two = await open(redis.url, namespace);
  const rule = { name: 'sign-in', points: 1, windowSeconds: 60 };
  const [atOne, atTwo] = [one.limit(rule), two.limit(rule)];
  await redis.kill();
  expect([await atOne.take('a'), await atTwo.take('a')]).toEqual([null, null]);
  expect(await atOne.take('a')).not.toBeNull();
  await atOne.giveBack('a');
  await redis.restart();
  // A new key each time: once both are back, a key taken at one node is refused at the other.
  await vi.waitFor(
    async () => {
      const key = randomUUID();
      expect([(await atOne.take(key)) === null, (await atTwo.take(key)) === null]).toEqual([true, false]);
    },
    { timeout: 10_000 },
  );
});

test('two takes from a Redis that hangs are answered within 2.5 s', async () => {
  await using redis = await startRedis();
  await using limits = await open(redis.url);
  const limit = limits.limit({ name: 'sign-in', points: 1, windowSeconds: 60 });
  await redis.pause();
  const began = performance.now();
  expect(await limit.take('a')).toBeNull();
  expect(await limit.take('a')).not.toBeNull();
  expect(performance.now() - began).toBeLessThan(2_500);
  redis.resume();
});

test('a Redis that cannot be used at the start is a ConfigError', async () => {
  await expect(open(`redis://127.0.0.1:${await freePort()}`)).rejects.toBeInstanceOf(ConfigError);
});
