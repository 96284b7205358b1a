import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createRedisRoster } from '../../src/presence/roster.redis.ts';
import { leaseMs } from '../cluster/simulation.ts';
import { startRedis } from '../support/services.ts';
import { attending, device } from './attending.ts';

test('a connection that could not be stored is stored within a quarter of a lease after the roster’s return', async () => {
  await using redis = await startRedis();
  await using roster = await createRedisRoster({ url: redis.url, namespace: randomUUID(), logger: pino({ level: 'silent' }) });
  await using at = await attending(roster);
  const { own, node } = await at.node();
  await redis.kill();
  await expect.poll(() => at.there().catch(() => 'away')).toBe('away');
  own.connect(device(), () => undefined);
  await redis.restart();
  await expect.poll(() => at.there().catch(() => 'away')).toEqual([]);
  await node.clock.advance(leaseMs / 4);
  await expect.poll(at.there).toEqual(['here']);
});
