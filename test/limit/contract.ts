import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Limits } from '../../src/limit/index.ts';

/** What limits promise, wherever they are counted. */
export function describeLimits(name: string, open: () => Promise<Limits>): void {
  describe(name, () => {
    test('grants as many takes as there are points, then returns for how long it refuses', async () => {
      await using limits = await open();
      const limit = limits.limit({ name: randomUUID(), points: 3, windowSeconds: 60 });
      expect(await Promise.all([limit.take('a'), limit.take('a'), limit.take('a')])).toEqual([null, null, null]);
      const wait = await limit.take('a');
      expect(wait).toBeGreaterThan(50_000);
      expect(wait).toBeLessThanOrEqual(60_000);
    });

    test('counts each key and each limit separately', async () => {
      await using limits = await open();
      const first = limits.limit({ name: randomUUID(), points: 1, windowSeconds: 60 });
      const second = limits.limit({ name: randomUUID(), points: 1, windowSeconds: 60 });
      expect(await first.take('a')).toBeNull();
      expect(await first.take('b')).toBeNull();
      expect(await second.take('a')).toBeNull();
      expect(await first.take('a')).not.toBeNull();
    });

    test('a point given back can be taken again', async () => {
      await using limits = await open();
      const limit = limits.limit({ name: randomUUID(), points: 1, windowSeconds: 60 });
      for (let round = 0; round < 5; round += 1) {
        expect(await limit.take('a')).toBeNull();
        await limit.giveBack('a');
      }
      expect(await limit.take('a')).toBeNull();
      expect(await limit.take('a')).not.toBeNull();
    });

    test('a refused take does not count: once the granted points are given back, all of them can be taken again', async () => {
      await using limits = await open();
      const limit = limits.limit({ name: randomUUID(), points: 3, windowSeconds: 60 });
      for (let round = 0; round < 3; round += 1) {
        const answers = await Promise.all(Array.from({ length: 10 }, () => limit.take('a')));
        expect(answers.filter((answer) => answer === null)).toHaveLength(3);
        await Promise.all(['a', 'a', 'a'].map((key) => limit.giveBack(key)));
      }
    });

    test('of fifty concurrent takes no more are granted than there are points', async () => {
      await using limits = await open();
      const limit = limits.limit({ name: randomUUID(), points: 7, windowSeconds: 60 });
      const answers = await Promise.all(Array.from({ length: 50 }, () => limit.take('a')));
      expect(answers.filter((answer) => answer === null)).toHaveLength(7);
    });

    test('grants again when the window ends, which refused takes do not extend', async () => {
      await using limits = await open();
      const limit = limits.limit({ name: randomUUID(), points: 1, windowSeconds: 1 });
      expect(await limit.take('a')).toBeNull();
      // Takes that come so often would extend the window for ever, if they did.
      await expect.poll(() => limit.take('a')).toBeNull();
    });

    test('accepts keys of any text', async () => {
      await using limits = await open();
      const limit = limits.limit({ name: randomUUID(), points: 1, windowSeconds: 60 });
      for (const key of ['', '::1', 'a b\n', '🎉', '{x}']) {
        expect(await limit.take(key)).toBeNull();
        expect(await limit.take(key)).not.toBeNull();
      }
    });
  });
}
