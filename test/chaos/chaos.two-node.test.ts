import { expect, it } from 'vitest';
import { faultsAbove, faultsBelow } from './fault.ts';
import { judge } from './report.ts';
import { runChaos } from './run.ts';

// One round of all faults takes some 40 s, starting and coming to rest some 10 each. On a busy machine everything takes longer.
const longMs = 180_000;
// Another seed: SEED=7 npx vitest run --project real test/chaos
const seed = Number(process.env['SEED'] ?? 1);

it(
  'through every kind of fault, everybody gets what was acknowledged once and in order, and nobody what is not for them',
  async ({ annotate }) => {
    const { violations, faults, totals, text } = judge(await runChaos({ seed, minutes: 0 }));
    await annotate(JSON.stringify(totals));
    expect(violations, `seed ${seed}\n${text}`).toEqual([]);
    // A run in which nothing was broken, said or heard would prove nothing.
    expect(Object.keys(faults).toSorted()).toEqual([...Object.keys(faultsAbove), ...Object.keys(faultsBelow)].toSorted());
    expect(totals['attempts acknowledged']).toBeGreaterThan(100);
    expect(totals['entries received']).toBeGreaterThan(1_000);
    expect(totals['subscriptions']).toBeGreaterThan(10);
    for (const act of ['joins and leavings', 'transfers', 'blocks and their ends', 'looks into the database'] as const) {
      expect(totals[act], act).toBeGreaterThan(10);
    }
  },
  longMs,
);
