import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createRedisRegistry } from '../../src/cluster/registry.redis.ts';
import { createRedisRoster } from '../../src/presence/roster.redis.ts';
import { leaseMs } from '../cluster/simulation.ts';
import { startRedis } from '../support/services.ts';
import { attending, device, presenceGraceMs } from './attending.ts';

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

test('a connection that has ended and is in an older copy with which Redis comes back is removed again', async () => {
  await using redis = await startRedis();
  const options = { url: redis.url, namespace: randomUUID(), logger: pino({ level: 'silent' }) };
  await using roster = await createRedisRoster(options);
  await using at = await attending(roster, await createRedisRegistry(options));
  const { own, node } = await at.node();
  const [held] = [device(), device()].map((one) => own.connect(one, () => undefined));
  await expect.poll(at.there).toEqual(['here', 'here']);
  const admin = new Redis(redis.url);
  await admin.save();
  admin.disconnect();
  held?.[Symbol.dispose]();
  await node.clock.advance(presenceGraceMs);
  await expect.poll(at.there).toEqual(['here']);
  await redis.kill();
  await redis.restart();
  await expect.poll(() => at.there().catch(() => 'away')).toEqual(['here', 'here']);
  await expect.poll(() => node.clock.advance(leaseMs).then(at.there)).toEqual(['here']);
});
