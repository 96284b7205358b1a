import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { expect, inject, test } from 'vitest';
import { createRedisRoster } from '../../src/presence/roster.redis.ts';
import { leaseOf } from '../../src/presence/roster.ts';
import { within } from '../support/bound.ts';
import { startRedis } from '../support/services.ts';
import { connection, describeRoster, heldBy } from './roster.contract.ts';

const logger = pino({ level: 'silent' });

function connect(): Disposable & { readonly redis: Redis } {
  const redis = new Redis(inject('redisUrl'));
  return { redis, [Symbol.dispose]: () => redis.disconnect() };
}

describeRoster('the roster in Redis', () => createRedisRoster({ url: inject('redisUrl'), namespace: randomUUID(), logger }));

test('a roster in Redis rejects within a second while Redis does not answer, and recovers with it', async () => {
  await using redis = await startRedis();
  await using roster = await createRedisRoster({ url: redis.url, namespace: 'test', logger });
  expect(await roster.of([1n])).toEqual([{ userId: 1n, rev: 0, connections: [] }]);
  await redis.pause();
  await expect(within(1_000, roster.of([1n]))).rejects.toThrow('timed out');
  redis.resume();
  await expect.poll(() => roster.of([1n]).catch(() => null)).toEqual([{ userId: 1n, rev: 0, connections: [] }]);
});

test.each([
  ['no JSON', 'x'],
  ['null', 'null'],
  ['a device of a kind that a later release has', '{"s":"s","k":"CAR","t":1}'],
  ['a time that is none', '{"s":"s","k":"WEB","t":1e20}'],
])('%s in place of a connection is left out, logged once, and can be removed like a connection', async (_what, text) => {
  const namespace = randomUUID();
  const warnings: string[] = [];
  const telling = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(line) });
  await using roster = await createRedisRoster({ url: inject('redisUrl'), namespace, logger: telling });
  using admin = connect();
  const [good, spoilt] = [connection(1n, 1), connection(1n, 2)];
  await roster.put(good);
  await admin.redis.hset(`${namespace}:presence:1`, spoilt.id, text);
  for (let times = 0; times < 2; times += 1) expect(await roster.of([1n])).toMatchObject([{ connections: [{ id: good.id }] }]);
  expect(warnings).toEqual([expect.stringContaining(spoilt.id)]);
  expect(await roster.remove(spoilt)).toMatchObject({ before: null, after: { connections: [{ id: good.id }] } });
  expect(await admin.redis.hexists(`${namespace}:presence:1`, spoilt.id)).toBe(0);
});

test('a revision that is not a number starts again', async () => {
  const namespace = randomUUID();
  await using roster = await createRedisRoster({ url: inject('redisUrl'), namespace, logger });
  using admin = connect();
  await roster.put(connection(1n, 1));
  await admin.redis.hset(`${namespace}:presence:1`, 'rev', 'first');
  expect(await roster.of([1n])).toMatchObject([{ rev: 0 }]);
  expect((await roster.put(connection(1n, 2))).after.rev).toBeGreaterThan(0);
});

test('a takeover finishes even if the lease’s list has an invalid item', async () => {
  const namespace = randomUUID();
  await using roster = await createRedisRoster({ url: inject('redisUrl'), namespace, logger });
  using admin = connect();
  const held = connection(1n, 1);
  await roster.put(held);
  const lease = leaseOf(held.id);
  await admin.redis.hset(`${namespace}:held:${lease.nodeId}.${lease.epoch}`, 'what', 'nobody');
  expect(await heldBy(roster, lease)).toEqual([{ id: held.id, userId: 1n }]);
  await roster.remove(held);
  expect(await heldBy(roster, lease)).toEqual([]);
  expect(await admin.redis.exists(`${namespace}:held:${lease.nodeId}.${lease.epoch}`)).toBe(0);
});

test('a lease with thousands of connections is listed to the last of them while they are removed', async () => {
  const namespace = randomUUID();
  await using roster = await createRedisRoster({ url: inject('redisUrl'), namespace, logger });
  using admin = connect();
  const all = Array.from({ length: 10_000 }, (_, n) => connection(BigInt(n + 1), n));
  await admin.redis.hset(`${namespace}:held:n1.1`, Object.fromEntries(all.map(({ id, userId }) => [id, String(userId)])));
  const removed = new Set<string>();
  for await (const held of roster.heldBy(leaseOf(all[0]?.id ?? ''))) {
    await Promise.all(held.map((ref) => roster.remove(ref)));
    for (const { id } of held) removed.add(id);
  }
  expect(removed.size).toBe(10_000);
});
