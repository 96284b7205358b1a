import pino from 'pino';
import { expect, it } from 'vitest';
import { createMemoryCaches } from '../../src/cache/caches.memory.ts';
import { createNoCaches } from '../../src/cache/index.ts';
import { promisesOfCaches } from './contract.ts';
import { shelf, usualLimits } from './shelf.ts';

const logger = pino({ level: 'silent' });

promisesOfCaches(async (limits) => createMemoryCaches({ limits, logger }));

it('holds so much text and no more, the least used going first', async () => {
  await using caches = createMemoryCaches({ limits: { ...usualLimits, bytes: 100_000 }, logger });
  const behind = shelf();
  const cache = behind.cache(caches, { changes: false });
  const keys = Array.from({ length: 100 }, (_, key) => key);
  // Two thousand bytes each, in two bytes a letter: with what is written around them, less than fifty fit.
  for (const key of keys) behind.words.set(key, 'ö'.repeat(1_000));
  for (const key of keys) await cache.many([key]);
  behind.reads.length = 0;
  await cache.many(keys.slice(-20));
  expect(behind.reads).toEqual([]);
  await cache.many(keys);
  const [read = []] = behind.reads;
  expect(read.length).toBeGreaterThan(50);
});

it('keeps nothing where nothing is to be kept, and still reads what is asked for at once in one go', async () => {
  await using caches = createNoCaches();
  const behind = shelf();
  behind.words.set(1, 'one').set(2, 'two');
  const cache = behind.cache(caches);
  expect(await Promise.all([cache.many([1, 2]), cache.many([2])])).toEqual([['one', 'two'], ['two']]);
  behind.words.set(1, 'another');
  expect(await cache.many([1])).toEqual(['another']);
  expect(behind.reads).toEqual([[1, 2], [1]]);
});
