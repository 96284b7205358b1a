import { expect, test } from 'vitest';
import { freshStores } from '../support/stores.ts';
import { inWords, summary } from './report.ts';
import { runFuzz } from './run.ts';

// Enough that half of all mutations succeed and half of all event types occur. Takes about 10 s, and several times as long on a busy
// machine.
const operations = 250;
const longMs = 180_000;
// For other seeds use `npm run fuzz`, which has the time to find something, or SEED=7 npx vitest run --project embedded test/fuzz
const seed = Number(process.env['SEED'] ?? 1);

/** The contract on every store: every operation gets an answer as the API specifies, and the node stays up. */
export function fuzzContract(): void {
  test(
    `every operation and subscription gets a typed answer, none reveals a bug, and the node stays up: seed ${seed}`,
    async () => {
      await using stores = await freshStores();
      const report = await runFuzz({ seed, stores, operations });
      expect(report.findings.map(inWords), `npm run fuzz -- --seed ${seed}\n${summary(report)}`).toEqual([]);
      // A run with few successes and events would prove nothing.
      expect(report.outcomes['query DONE'], 'queries').toBeGreaterThan(20);
      expect(Object.keys(report.done).length, 'kinds of mutations').toBeGreaterThan(20);
      expect(Object.keys(report.heard).length, 'kinds of events').toBeGreaterThan(10);
    },
    longMs,
  );
}
