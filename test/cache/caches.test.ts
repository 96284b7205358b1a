import pino from 'pino';
import { expect, it } from 'vitest';
import { createMemoryCaches } from '../../src/cache/caches.memory.ts';
import { createNoCaches } from '../../src/cache/index.ts';
import { promisesOfCaches } from './contract.ts';
import { usualLimits, wordStore } from './word-store.ts';

const logger = pino({ level: 'silent' });

promisesOfCaches(async (limits) => createMemoryCaches({ limits, logger }));

it('holds a bounded amount of text and drops the least recently used first', async () => {
  await using caches = createMemoryCaches({ limits: { ...usualLimits, bytes: 100_000 }, logger });
  const behind = wordStore();
  const cache = behind.cache(caches, { changes: false });
  const keys = Array.from({ length: 100 }, (_, key) => key);
  // Two thousand bytes each, as two bytes a letter: with the overhead, less than fifty fit.
  for (const key of keys) behind.words.set(key, 'ö'.repeat(1_000));
  for (const key of keys) await cache.many([key]);
  behind.reads.length = 0;
  await cache.many(keys.slice(-20));
  expect(behind.reads).toEqual([]);
  await cache.many(keys);
  const [read = []] = behind.reads;
  expect(read.length).toBeGreaterThan(50);
});

it('keeps nothing if caching is off, and still reads keys that are asked for at once in one read', async () => {
  await using caches = createNoCaches();
  const behind = wordStore();
  behind.words.set(1, 'one').set(2, 'two');
  const cache = behind.cache(caches);
  expect(await Promise.all([cache.many([1, 2]), cache.many([2])])).toEqual([['one', 'two'], ['two']]);
  behind.words.set(1, 'another');
  expect(await cache.many([1])).toEqual(['another']);
  expect(behind.reads).toEqual([[1, 2], [1]]);
});
