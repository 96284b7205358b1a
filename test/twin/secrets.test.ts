import { expect, test } from 'vitest';
import { inWords } from '../fuzz/report.ts';
import { embeddedStores } from '../support/stores.ts';
import { runSecrets } from './secrets.ts';

// For other seeds use `npm run fuzz -- --twin secrets`, which has the time to find something, or SEED=7 npx vitest run --project embedded
// test/twin
const seed = Number(process.env['SEED'] ?? 1);
// Takes about 20 s of CPU, and several times as long on a busy machine.
const operations = 200;
const longMs = 180_000;

test(
  `users cannot notice what others do in private, whatever they query: seed ${seed}`,
  async () => {
    await using plain = await embeddedStores();
    await using secret = await embeddedStores();
    const report = await runSecrets({ seed, operations, stores: [plain, secret] });
    expect(report.findings.map(inWords), `npm run fuzz -- --twin secrets --seed ${seed}`).toEqual([]);
    // A run with few operations or few secret acts would prove nothing.
    expect(report.outcomes['query DONE'], 'queries').toBeGreaterThan(40);
    expect(Object.keys(report.done).length, 'kinds of mutations').toBeGreaterThan(15);
    expect(Object.keys(report.secrets).length, 'kinds of secrets').toBeGreaterThan(30);
  },
  longMs,
);
