import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRedisRegistry } from '../../src/cluster/registry.redis.ts';
import type { Registry } from '../../src/cluster/registry.ts';
import { type RedisCluster, startRedisCluster } from '../support/redis-cluster.ts';
import { aNode } from './records.ts';
import { describeRegistry } from './registry.contract.ts';

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await startRedisCluster();
});
afterAll(() => cluster[Symbol.asyncDispose]());

function open(namespace: string = randomUUID()): Promise<Registry> {
  return createRedisRegistry({ url: cluster.url, namespace, logger: pino({ level: 'silent' }) });
}

describeRegistry('the registry in a Redis Cluster', () => open());

test('while the master of the registry is gone, beats reject within a second, and after its return the node is told that it was forgotten', async () => {
  const namespace = randomUUID();
  await using registry = await open(namespace);
  const node = aNode();
  await registry.beat(node);
  const master = await cluster.ownerOf(`${namespace}:nodes`);
  await master.kill();
  const began = performance.now();
  await expect(registry.beat({ ...node, beat: 2 })).rejects.toThrow();
  expect(performance.now() - began).toBeLessThan(1_000);
  await master.restart();
  await expect.poll(() => registry.beat({ ...node, beat: 3 }).catch(() => undefined)).toMatchObject({ before: null });
});
