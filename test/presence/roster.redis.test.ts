import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { expect, inject, test } from 'vitest';
import { createRedisRoster } from '../../src/presence/roster.redis.ts';
import { within } from '../support/bound.ts';
import { startRedis } from '../support/services.ts';
import { describeRoster } from './roster.contract.ts';

const logger = pino({ level: 'silent' });

describeRoster('the roster in Redis', () => createRedisRoster({ url: inject('redisUrl'), namespace: randomUUID(), logger }));

test('a roster in Redis rejects within a second while Redis does not answer, and goes on when it does', async () => {
  await using redis = await startRedis();
  await using roster = await createRedisRoster({ url: redis.url, namespace: 'test', logger });
  expect(await roster.of([1n])).toEqual([{ userId: 1n, rev: 0, connections: [] }]);
  redis.pause();
  await expect(within(1_000, roster.of([1n]))).rejects.toThrow('timed out');
  redis.resume();
  await expect.poll(() => roster.of([1n]).catch(() => null)).toEqual([{ userId: 1n, rev: 0, connections: [] }]);
});
