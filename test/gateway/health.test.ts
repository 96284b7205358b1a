import { expect, test } from 'vitest';
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

test('an unknown path is 404', async () => {
  await using lab = await openLab();
  for (const path of ['/health', '/health/other', '/graphql/other', '/else']) {
    expect((await fetch(`${lab.node.url}${path}`)).status).toBe(404);
  }
});
