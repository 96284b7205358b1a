import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRedisRegistry } from '../../src/cluster/registry.redis.ts';
import { type Service, startRedis } from '../support/services.ts';
import { createSimulation, leaseMs, type SimulatedNode, type Simulation } from './simulation.ts';

let redis: Service;
let namespace: string;
let simulation: Simulation;
let nodes: readonly [SimulatedNode, SimulatedNode, SimulatedNode];

async function begin(args: readonly string[]): Promise<void> {
  redis = await startRedis({ args });
  namespace = randomUUID();
  simulation = createSimulation(() => createRedisRegistry({ url: redis.url, namespace, logger: pino({ level: 'silent' }) }));
  nodes = [await simulation.start(), await simulation.start(), await simulation.start()];
  await simulation.advance(leaseMs, ...nodes);
}
afterEach(async () => {
  await simulation[Symbol.asyncDispose]();
  await redis.stop();
});

/** Makes the registry an hour old. */
async function age(): Promise<void> {
  const admin = new Redis(redis.url);
  await admin.hset(`${namespace}:nodes`, ':born', Date.now() - 3_600_000);
  admin.disconnect();
}

async function outage(...those: readonly SimulatedNode[]): Promise<void> {
  await redis.kill();
  await simulation.advance(3 * leaseMs, ...those);
  await redis.restart();
}

/** Beats until all nodes were told that the registry is back. The connections come back in their own time. */
async function untilRestored(...those: readonly SimulatedNode[]): Promise<void> {
  await expect
    .poll(async () => {
      await simulation.advance(50, ...those);
      return those.every(({ told }) => told.restored > 0);
    })
    .toBe(true);
}

function outcomesOf(...those: readonly SimulatedNode[]): readonly unknown[] {
  return those.map(({ inherited, told, cluster: { lease } }) => ({ inherited, fenced: told.fenced, epoch: lease.epoch }));
}

const unharmed = { inherited: [], fenced: 0, epoch: 1 };

describe('a Redis that comes back with all its data', () => {
  beforeEach(() => begin(['--appendonly', 'yes', '--appendfsync', 'always']));

  test('has cost no node its lease', async () => {
    await age();
    await simulation.advance(leaseMs, ...nodes);
    expect(await simulation.settling(...nodes)).toEqual([0, 0, 0]);
    await redis.kill();
    await simulation.advance(3 * leaseMs, ...nodes);
    expect(nodes.map(({ cluster }) => cluster.healthy)).toEqual([false, false, false]);
    expect(await simulation.settling(...nodes)).toEqual([leaseMs, leaseMs, leaseMs]);
    await expect(nodes[0].cluster.nodes()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await redis.restart();
    await untilRestored(...nodes);
    expect(nodes.map(({ cluster }) => cluster.healthy)).toEqual([true, true, true]);
    for (const ms of await simulation.settling(...nodes)) expect(ms).toBeGreaterThan(0);
    await simulation.advance(leaseMs, ...nodes);
    expect(await simulation.settling(...nodes)).toEqual([0, 0, 0]);
    await simulation.advance(3 * leaseMs, ...nodes);
    expect(outcomesOf(...nodes)).toEqual([unharmed, unharmed, unharmed]);
    expect(nodes.map(({ told }) => told.restored)).toEqual([1, 1, 1]);
  });

  test('lets a node that died meanwhile be taken over a lease later', async () => {
    const [dead, one, two] = nodes;
    await outage(one, two);
    await untilRestored(one, two);
    expect([one.inherited, two.inherited]).toEqual([[], []]);
    await simulation.advance(2 * leaseMs, one, two);
    await expect.poll(() => [...one.inherited, ...two.inherited]).toEqual([dead.cluster.lease]);
  });
});

describe('a Redis that comes back empty', () => {
  beforeEach(() => begin([]));

  test('is filled again by all nodes, and has cost no node its lease', async () => {
    await age();
    await outage(...nodes);
    await untilRestored(...nodes);
    for (const ms of await simulation.settling(...nodes)) expect(ms).toBeGreaterThan(leaseMs / 2);
    await simulation.advance(3 * leaseMs, ...nodes);
    expect(outcomesOf(...nodes)).toEqual([unharmed, unharmed, unharmed]);
    expect(await nodes[0].cluster.nodes()).toHaveLength(3);
  });

  test('between two beats is not trusted to be complete before the next beat', async () => {
    await age();
    await simulation.advance(leaseMs, ...nodes);
    expect(await simulation.settling(...nodes)).toEqual([0, 0, 0]);
    const admin = new Redis(redis.url);
    await admin.flushall();
    admin.disconnect();
    for (const ms of await simulation.settling(...nodes)) expect(ms).toBeGreaterThan(leaseMs / 2);
  });

  test('between two beats is noticed by the nodes', async () => {
    await age();
    await simulation.advance(leaseMs, ...nodes);
    const admin = new Redis(redis.url);
    await admin.flushall();
    admin.disconnect();
    await simulation.advance(leaseMs, ...nodes);
    expect(nodes.map(({ told }) => told.restored)).toEqual([1, 1, 1]);
    expect(outcomesOf(...nodes)).toEqual([unharmed, unharmed, unharmed]);
    for (const ms of await simulation.settling(...nodes)) expect(ms).toBeGreaterThan(0);
  });
});

describe('a Redis that comes back with older data', () => {
  beforeEach(() => begin([]));

  test('is filled again by all nodes', async () => {
    const admin = new Redis(redis.url);
    await age();
    const old = await admin.hgetall(`${namespace}:nodes`);
    await simulation.advance(leaseMs, ...nodes);
    await admin.hset(`${namespace}:nodes`, old);
    admin.disconnect();
    await simulation.advance(2 * leaseMs, ...nodes);
    expect(nodes.map(({ told }) => told.restored)).toEqual([1, 1, 1]);
    expect(outcomesOf(...nodes)).toEqual([unharmed, unharmed, unharmed]);
  });
});
