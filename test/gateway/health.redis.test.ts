import { expect, test } from 'vitest';
import { startNodeProcess } from '../support/node-process.ts';
import { startRedis } from '../support/services.ts';
import { realStores } from '../support/stores.ts';

test('a node without Redis is live and not ready, says why, and is ready again when Redis is back', async () => {
  await using redis = await startRedis();
  await using stores = await realStores();
  // The registry counts as not answering after two missed heartbeats. Four of them are a lease.
  await using node = await startNodeProcess({ ...stores.env, REDIS_URL: redis.url, NODE_LEASE_MS: '2000' });
  const ready = () => fetch(`${node.url}/health/ready`);
  expect((await ready()).status).toBe(200);
  await redis.kill();
  await expect.poll(async () => (await ready()).status, { timeout: 15_000 }).toBe(503);
  await expect
    .poll(async () => (await ready()).json())
    .toEqual({ status: 'ailing', ailments: ['the bus does not answer', 'the node registry does not answer'] });
  expect((await fetch(`${node.url}/health/live`)).status).toBe(200);
  await redis.restart();
  await expect.poll(async () => (await ready()).status, { timeout: 15_000 }).toBe(200);
});
