import { expect, test } from 'vitest';
import { inWords } from '../fuzz/report.ts';
import { embeddedStores, realStores } from '../support/stores.ts';
import { runStores } from './stores.ts';

// For other seeds use `npm run fuzz -- --twin stores`, which has the time to find something, or SEED=7 npx vitest run --project real
// test/twin
const seed = Number(process.env['SEED'] ?? 1);
// Takes about 20 s of CPU, and several times as long on a busy machine.
const operations = 200;
const longMs = 180_000;

test(
  `a chat on SQLite and one on MariaDB and Redis give the same answers and events, whatever is asked: seed ${seed}`,
  async () => {
    await using embedded = await embeddedStores();
    await using real = await realStores();
    const report = await runStores({ seed, operations, stores: [embedded, real] });
    expect(report.findings.map(inWords), `npm run fuzz -- --twin stores --seed ${seed}`).toEqual([]);
    // A run with few operations would prove nothing.
    expect(report.outcomes['query DONE'], 'queries').toBeGreaterThan(40);
    expect(Object.keys(report.done).length, 'kinds of mutations').toBeGreaterThan(20);
  },
  longMs,
);
