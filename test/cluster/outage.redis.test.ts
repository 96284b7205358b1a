import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRedisRegistry } from '../../src/cluster/registry.redis.ts';
import { type Service, startRedis } from '../support/services.ts';
import { type Bird, createFlock, type Flock, leaseMs } from './flock.ts';

let redis: Service;
let namespace: string;
let flock: Flock;
let birds: readonly [Bird, Bird, Bird];

async function begin(args: readonly string[]): Promise<void> {
  redis = await startRedis({ args });
  namespace = randomUUID();
  flock = createFlock(() => createRedisRegistry({ url: redis.url, namespace, logger: pino({ level: 'silent' }) }));
  birds = [await flock.hatch(), await flock.hatch(), await flock.hatch()];
  await flock.live(leaseMs, ...birds);
}
afterEach(async () => {
  await flock[Symbol.asyncDispose]();
  await redis.stop();
});

/** Makes the registry an hour old. */
async function age(): Promise<void> {
  const admin = new Redis(redis.url);
  await admin.hset(`${namespace}:nodes`, ':born', Date.now() - 3_600_000);
  admin.disconnect();
}

async function outage(...those: readonly Bird[]): Promise<void> {
  await redis.kill();
  await flock.live(3 * leaseMs, ...those);
  await redis.restart();
}

/** Beats until all nodes were told that the registry is back. The connections come back in their own time. */
async function untilRestored(...those: readonly Bird[]): Promise<void> {
  await expect
    .poll(async () => {
      await flock.live(50, ...those);
      return those.every(({ told }) => told.restored > 0);
    })
    .toBe(true);
}

function fates(...those: readonly Bird[]): readonly unknown[] {
  return those.map(({ inherited, told, cluster: { lease } }) => ({ inherited, fenced: told.fenced, epoch: lease.epoch }));
}

const unharmed = { inherited: [], fenced: 0, epoch: 1 };

describe('a Redis that comes back with all its data', () => {
  beforeEach(() => begin(['--appendonly', 'yes', '--appendfsync', 'always']));

  test('has cost no node its lease', async () => {
    await age();
    await flock.live(leaseMs, ...birds);
    expect(await flock.settling(...birds)).toEqual([0, 0, 0]);
    await redis.kill();
    await flock.live(3 * leaseMs, ...birds);
    expect(birds.map(({ cluster }) => cluster.healthy)).toEqual([false, false, false]);
    expect(await flock.settling(...birds)).toEqual([leaseMs, leaseMs, leaseMs]);
    await expect(birds[0].cluster.nodes()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await redis.restart();
    await untilRestored(...birds);
    expect(birds.map(({ cluster }) => cluster.healthy)).toEqual([true, true, true]);
    for (const ms of await flock.settling(...birds)) expect(ms).toBeGreaterThan(0);
    await flock.live(leaseMs, ...birds);
    expect(await flock.settling(...birds)).toEqual([0, 0, 0]);
    await flock.live(3 * leaseMs, ...birds);
    expect(fates(...birds)).toEqual([unharmed, unharmed, unharmed]);
    expect(birds.map(({ told }) => told.restored)).toEqual([1, 1, 1]);
  });

  test('lets a node that died meanwhile be taken over a lease later', async () => {
    const [dead, one, two] = birds;
    await outage(one, two);
    await untilRestored(one, two);
    expect([one.inherited, two.inherited]).toEqual([[], []]);
    await flock.live(2 * leaseMs, one, two);
    await expect.poll(() => [...one.inherited, ...two.inherited]).toEqual([dead.cluster.lease]);
  });
});

describe('a Redis that comes back empty', () => {
  beforeEach(() => begin([]));

  test('is filled again by all nodes, and has cost no node its lease', async () => {
    await age();
    await outage(...birds);
    await untilRestored(...birds);
    for (const ms of await flock.settling(...birds)) expect(ms).toBeGreaterThan(leaseMs / 2);
    await flock.live(3 * leaseMs, ...birds);
    expect(fates(...birds)).toEqual([unharmed, unharmed, unharmed]);
    expect(await birds[0].cluster.nodes()).toHaveLength(3);
  });

  test('between two beats is not trusted to be complete before the next beat', async () => {
    await age();
    await flock.live(leaseMs, ...birds);
    expect(await flock.settling(...birds)).toEqual([0, 0, 0]);
    const admin = new Redis(redis.url);
    await admin.flushall();
    admin.disconnect();
    for (const ms of await flock.settling(...birds)) expect(ms).toBeGreaterThan(leaseMs / 2);
  });

  test('between two beats is noticed by the nodes', async () => {
    await age();
    await flock.live(leaseMs, ...birds);
    const admin = new Redis(redis.url);
    await admin.flushall();
    admin.disconnect();
    await flock.live(leaseMs, ...birds);
    expect(birds.map(({ told }) => told.restored)).toEqual([1, 1, 1]);
    expect(fates(...birds)).toEqual([unharmed, unharmed, unharmed]);
    for (const ms of await flock.settling(...birds)) expect(ms).toBeGreaterThan(0);
  });
});

describe('a Redis that comes back with older data', () => {
  beforeEach(() => begin([]));

  test('is filled again by all nodes', async () => {
    const admin = new Redis(redis.url);
    await age();
    const old = await admin.hgetall(`${namespace}:nodes`);
    await flock.live(leaseMs, ...birds);
    await admin.hset(`${namespace}:nodes`, old);
    admin.disconnect();
    await flock.live(2 * leaseMs, ...birds);
    expect(birds.map(({ told }) => told.restored)).toEqual([1, 1, 1]);
    expect(fates(...birds)).toEqual([unharmed, unharmed, unharmed]);
  });
});
