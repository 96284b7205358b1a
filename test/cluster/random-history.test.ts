import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMemoryRegistry } from '../../src/cluster/registry.memory.ts';
import { histories, playHistory } from './random-history.ts';

test('whatever happens to nodes, each lease that ends is taken over by one of them to the end, and no other lease is', async () => {
  let ended = 0;
  await fc.assert(
    fc.asyncProperty(histories, async (history) => {
      const registry = createMemoryRegistry();
      const outcome = await playHistory(history, async () => registry);
      ended += outcome.ended;
      expect(outcome.faults).toEqual([]);
    }),
    { numRuns: 150 },
  );
  expect(ended).toBeGreaterThan(150);
});
