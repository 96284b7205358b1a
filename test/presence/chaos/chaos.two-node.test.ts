import { randomInt } from 'node:crypto';
import { expect, it } from 'vitest';
import { judge } from './report.ts';
import { runPresence } from './run.ts';

// Starting takes some seconds, a round of faults and the settling after it ten each. On a busy machine everything takes longer.
const longMs = 180_000;
const most = 2 ** 31;
// A fixed seed, and a new one. Others: SEED=7 npx vitest run --project real test/presence/chaos
const seeds = process.env['SEED']?.split(',').map(Number) ?? [1, randomInt(1, most)];
const parts = seeds.map((seed) => ({ seed, rounds: 1, minutes: 0 }));

it(
  `while nodes and Redis are killed and paused, every presence is shown correctly and does not flicker (seeds ${seeds.join(', ')})`,
  async ({ annotate }) => {
    const { violations, faults, totals, text } = judge(await runPresence({ parts, nodes: 2 }));
    await annotate(JSON.stringify({ seeds, faults, ...totals }));
    expect(violations, `seeds ${seeds}\n${text}`).toEqual([]);
    // A run without faults, changes or reports would prove nothing.
    expect(Object.keys(faults).length).toBeGreaterThan(2);
    expect(totals['rests']).toBe(seeds.length);
    expect(totals['connections']).toBeGreaterThan(30);
    expect(totals['choices']).toBeGreaterThan(3);
    expect(totals['presences told']).toBeGreaterThan(100);
  },
  longMs,
);
