import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { pino } from 'pino';
import { expect, inject, test } from 'vitest';
import { createRedisRegistry } from '../../src/cluster/registry.redis.ts';
import { histories, playHistory } from './random-history.ts';

const logger = pino({ level: 'silent' });

test('whatever happens to nodes on Redis, each lease that ends is taken over by one of them to the end, and no other lease is', async () => {
  let ended = 0;
  await fc.assert(
    fc.asyncProperty(histories, async (history) => {
      const namespace = randomUUID();
      const outcome = await playHistory(history, () => createRedisRegistry({ url: inject('redisUrl'), namespace, logger }));
      ended += outcome.ended;
      expect(outcome.faults).toEqual([]);
    }),
    { numRuns: 15 },
  );
  expect(ended).toBeGreaterThan(15);
}, 60_000);
