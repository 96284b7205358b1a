import { expect, it } from 'vitest';
import { KnowingLoader } from '../../schema/knowing-loader.ts';

/** A loader of squares, with what it has read. */
function squares() {
  const read: number[] = [];
  const loader = new KnowingLoader<number, number>(async (keys) => {
    read.push(...keys);
    return keys.map((key) => key * key);
  });
  return { loader, read };
}

it('what a loader was told it hands out at once, and does not read', async () => {
  const { loader, read } = squares();
  loader.learn(3, 10);
  expect(loader.get(3)).toBe(10);
  expect(await loader.load(3)).toBe(10);
  expect(read).toEqual([]);
});

it('what it was not told it reads, once, and hands out by a promise', async () => {
  const { loader, read } = squares();
  expect(loader.get(3)).toBeInstanceOf(Promise);
  expect(await loader.get(3)).toBe(9);
  expect(read).toEqual([3]);
});

it('what it is told later than it has read is what counts', async () => {
  const { loader } = squares();
  await loader.load(3);
  loader.learn(3, 10);
  loader.learn(3, 11);
  expect([loader.get(3), await loader.load(3)]).toEqual([11, 11]);
});

it('what it is made to forget it reads anew', async () => {
  const { loader } = squares();
  loader.learn(3, 10).learn(4, 10);
  loader.clear(3);
  expect(await loader.get(3)).toBe(9);
  loader.clearAll();
  expect(await loader.get(4)).toBe(16);
});
