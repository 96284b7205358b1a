import { describe, expect, it } from 'vitest';
import type { CacheLimits, Caches } from '../../src/cache/index.ts';
import { usualLimits, wordStore } from './word-store.ts';

/** What caches promise, over memory alone and over Redis. */
export function promisesOfCaches(open: (limits: CacheLimits) => Promise<Caches>): void {
  async function setting(limits: Partial<CacheLimits> = {}) {
    const caches = await open({ ...usualLimits, ...limits });
    const behind = wordStore();
    for (const key of [1, 2, 3]) behind.words.set(key, `word ${key}`);
    return { caches, behind, [Symbol.asyncDispose]: () => caches[Symbol.asyncDispose]() };
  }

  describe('a cache', () => {
    it('answers in the order of the keys, and reads the missing ones in one read', async () => {
      await using at = await setting();
      const cache = at.behind.cache(at.caches);
      expect(await cache.many([2, 1, 2])).toEqual(['word 2', 'word 1', 'word 2']);
      expect(await cache.many([1, 3, 2])).toEqual(['word 1', 'word 3', 'word 2']);
      expect(at.behind.reads).toEqual([[2, 1], [3]]);
      expect(at.caches.counts).toMatchObject({ missed: 3 });
    });

    it('does not keep the absence of a value', async () => {
      await using at = await setting();
      const cache = at.behind.cache(at.caches);
      expect(await cache.many([7])).toEqual([null]);
      at.behind.words.set(7, 'word 7');
      expect(await cache.many([7])).toEqual(['word 7']);
    });

    it('reads once for a hundred concurrent callers', async () => {
      await using at = await setting();
      const cache = at.behind.cache(at.caches);
      const release = at.behind.hold();
      const asked = Array.from({ length: 100 }, () => cache.many([1]));
      await expect.poll(() => at.behind.reads.length).toBe(1);
      const late = cache.many([1]);
      release();
      expect(new Set((await Promise.all([...asked, late])).flat())).toEqual(new Set(['word 1']));
      expect(at.behind.reads).toEqual([[1]]);
    });

    it('rejects all callers that share a failed read with its error, and reads again for the next', async () => {
      await using at = await setting();
      const cache = at.behind.cache(at.caches);
      at.behind.breakWith(new Error('the store is locked'));
      const outcomes = await Promise.allSettled([cache.many([1]), cache.many([1]), cache.many([2])]);
      expect(outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.message : outcome.value))).toEqual(
        Array.from({ length: 3 }, () => 'the store is locked'),
      );
      at.behind.breakWith(null);
      expect(await cache.many([1])).toEqual(['word 1']);
    });

    it('answers the old value after a change until it is told to forget', async () => {
      await using at = await setting();
      const cache = at.behind.cache(at.caches);
      await cache.many([1, 2]);
      at.behind.words.set(1, 'another');
      expect(await cache.many([1])).toEqual(['word 1']);
      cache.forget([1]);
      expect(await cache.many([1, 2])).toEqual(['another', 'word 2']);
    });

    it.each([
      'forget',
      'renew',
    ] as const)('after %s neither keeps the result of a read in progress nor answers it to later callers', async (way) => {
      await using at = await setting();
      const cache = at.behind.cache(at.caches);
      const release = at.behind.hold();
      const early = cache.many([1]);
      await expect.poll(() => at.behind.reads.length).toBe(1);
      at.behind.words.set(1, 'another');
      cache[way]([1]);
      const next = cache.many([1]);
      release();
      expect(await early).toEqual(['word 1']);
      expect(await next).toEqual(['another']);
      expect(await cache.many([1])).toEqual(['another']);
    });

    it('keeps the entries of different shapes apart', async () => {
      await using at = await setting();
      const [old, renewed] = [at.behind.cache(at.caches), at.behind.cache(at.caches, { shape: 'word text, since time' })];
      await old.many([1]);
      await renewed.many([1]);
      expect(at.behind.reads).toEqual([[1], [1]]);
    });

    it('reads again what has been kept for its time', async () => {
      await using at = await setting({ changingMs: 50 });
      const cache = at.behind.cache(at.caches);
      await cache.many([1]);
      at.behind.words.set(1, 'another');
      await expect.poll(() => cache.many([1])).toEqual(['another']);
    });
  });
}
