import { expect, test } from 'vitest';
import { freshStores } from '../support/stores.ts';
import { inWords, summary } from './report.ts';
import { runFuzz } from './run.ts';

// Enough for half of all mutations to be done and half of all types of events to be told. They take some 10 s, and several times as long on a busy machine.
const operations = 250;
const longMs = 180_000;
// Others are for `npm run fuzz`, which has the time to find something; or SEED=7 npx vitest run --project embedded test/fuzz
const seed = Number(process.env['SEED'] ?? 1);

/** What holds on every store: whatever is asked, it is answered as the API says, and the node goes on. */
export function fuzzContract(): void {
  test(
    `whatever is asked, done and listened to, there is a typed answer, nothing is a bug, and the node goes on: seed ${seed}`,
    async () => {
      await using stores = await freshStores();
      const report = await runFuzz({ seed, stores, operations });
      expect(report.findings.map(inWords), `npm run fuzz -- --seed ${seed}\n${summary(report)}`).toEqual([]);
      // A run in which little was done and told would prove nothing.
      expect(report.outcomes['query DONE'], 'queries').toBeGreaterThan(20);
      expect(Object.keys(report.done).length, 'kinds of mutations').toBeGreaterThan(20);
      expect(Object.keys(report.heard).length, 'kinds of events').toBeGreaterThan(10);
    },
    longMs,
  );
}
