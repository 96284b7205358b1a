import { expect, it } from 'vitest';
import { startNodeProcess } from '../support/node-process.ts';
import { rawSql } from '../support/raw-sql.ts';
import { startRedis } from '../support/services.ts';
import { realStores } from '../support/stores.ts';
import { peopleOf } from '../support/world.ts';

it('of two nodes, the gateway serves clients, and the worker runs jobs and answers health checks', { timeout: 60_000 }, async () => {
  await using stores = await realStores();
  await using redis = await startRedis();
  const env = { ...stores.env, REDIS_URL: redis.url, ADDRESS_ATTEMPTS: '1000000', JOB_POLL_MS: '50', WORKER_POLL_MS: '50' };
  await using sql = await rawSql(stores);
  await using gateway = await startNodeProcess({ ...env, ROLES: 'gateway' });
  const here = peopleOf(() => gateway.url);
  const [ann, ben] = await here.people('ann', 'ben');
  const group = await here.group(ann, ben);
  await here.say(ann, group, 'Hello.');
  const due = () => sql.number('SELECT COUNT(*) FROM Stream WHERE jobsDue = 1');
  const before = await due();
  expect(before).toBeGreaterThan(0);
  await sql.run(
    "INSERT INTO Job (id, kind, `key`, data, dueAt, createdAt) VALUES (X'01900000000070008000000000000000', 'HandleFreed', '1', '{\"userId\":\"1\"}', '2026-01-01', '2026-01-01')",
  );

  await using worker = await startNodeProcess({ ...env, ROLES: 'worker' });
  // The worker passes over streams without consumers and runs the jobs that are left. No node did so before.
  await expect.poll(due).toBe(0);
  await expect.poll(() => sql.number('SELECT COUNT(*) FROM Job')).toBe(0);
  for (const path of ['/health/live', '/health/ready']) expect((await fetch(`${worker.url}${path}`)).status).toBe(200);
  for (const path of ['/graphql', '/', '/exports/x']) expect((await fetch(`${worker.url}${path}`)).status).toBe(404);
  const socket = new WebSocket(`${worker.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const refused = new Promise((resolve) => void socket.addEventListener('error', () => resolve('refused')));
  expect(await refused).toBe('refused');
});
