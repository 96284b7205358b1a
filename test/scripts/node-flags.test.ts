import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { nodeFlags } from '../../scripts/node-flags.ts';

it.each([
  [1, 1],
  [2, 1],
  [4, 3],
  [64, 4],
])('a node on %i cores has %i V8 threads besides its own', (cores, threads) => {
  expect(nodeFlags(cores)).toContain(`--v8-pool-size=${threads}`);
});

it('Node accepts the flags', () => {
  const { status, stderr } = spawnSync(process.execPath, [...nodeFlags(), '--eval', '']);
  expect({ status, stderr: String(stderr) }).toEqual({ status: 0, stderr: '' });
});
