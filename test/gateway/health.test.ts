import { expect, test } from 'vitest';
import { problemsOf } from '../../src/problems.ts';
import { openLab } from './lab.ts';

async function get(url: string, path: string) {
  const response = await fetch(`${url}${path}`);
  return { status: response.status, body: await response.json() };
}

test('a running node is live and ready', async () => {
  await using lab = await openLab();
  expect(await get(lab.node.url, '/health/live')).toEqual({ status: 200, body: { status: 'live' } });
  expect(await get(lab.node.url, '/health/ready')).toEqual({ status: 200, body: { status: 'ready' } });
});

test('a node is not ready if its clock differs from that of its database by more than five minutes, in either direction', async () => {
  const found = (aheadMs: number) =>
    problemsOf({ db: { now: async () => new Date(Date.now() + aheadMs) }, bus: { healthy: true }, cluster: { healthy: true } });
  for (const ms of [310_000, -310_000]) expect(await found(ms)).toEqual(['the clocks of node and database differ by 310 s']);
  for (const ms of [290_000, 0, -290_000]) expect(await found(ms)).toEqual([]);
});

test.each([
  ['true', 'timeout=620'],
  ['false', 'timeout=5'],
])('a node keeps idle connections open for longer than load balancers do if it is behind one: TRUST_PROXY=%s', async (behind, told) => {
  await using lab = await openLab({ TRUST_PROXY: behind });
  expect((await fetch(`${lab.node.url}/health/live`)).headers.get('keep-alive')).toBe(told);
});

test('an unknown path is 404', async () => {
  await using lab = await openLab();
  for (const path of ['/health', '/health/other', '/graphql/other', '/else']) {
    expect((await fetch(`${lab.node.url}${path}`)).status).toBe(404);
  }
});
