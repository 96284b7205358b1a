import { randomUUID } from 'node:crypto';
import { Cluster } from 'ioredis';
import pino from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRedisQueue } from '../../src/worker/queue.redis.ts';
import { type RedisCluster, startRedisCluster } from '../support/redis-cluster.ts';
import { promisesOfQueues } from './queue.contract.ts';

let cluster: RedisCluster;
let admin: Cluster;
beforeAll(async () => {
  cluster = await startRedisCluster();
  admin = new Cluster(cluster.masters.map(({ url }) => url));
});
afterAll(async () => {
  admin.disconnect();
  await cluster[Symbol.asyncDispose]();
});

function open(namespace: string = randomUUID()) {
  const logger = pino({ level: 'silent' });
  return createRedisQueue({ url: cluster.url, namespace, consumer: randomUUID(), visibilityMs: 30_000, waitMs: 50, logger });
}

promisesOfQueues('the queue in a Redis Cluster', async () => {
  const namespace = randomUUID();
  // As if Redis had known the namespace for long: a new one hands out nothing for its first second and a half.
  await admin.set(`{${namespace}:work}:born`, 1);
  return open(namespace);
});

test('a master that restarts empty makes the queue report that streams may be lost, and the queue works again', async () => {
  const namespace = randomUUID();
  await using queue = await open(namespace);
  await expect.poll(() => queue.lead().catch(() => null)).toMatchObject({ anew: true });
  const master = await cluster.ownerOf(`{${namespace}:work}`);
  await master.restart();
  await expect.poll(() => queue.lead().catch(() => null)).toMatchObject({ anew: true });
  await queue.put([{ streamId: 4n, upTo: 1 }]);
  await expect.poll(() => queue.take(1, new AbortController().signal).catch(() => [])).toMatchObject([{ streamId: 4n }]);
});
