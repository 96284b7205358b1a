import { expect, it } from 'vitest';
import { KnowingLoader } from '../../schema/knowing-loader.ts';

/** A loader of squares, and the keys that it has read. */
function squares() {
  const read: number[] = [];
  const loader = new KnowingLoader<number, number>(async (keys) => {
    read.push(...keys);
    return keys.map((key) => key * key);
  });
  return { loader, read };
}

it('a value that a loader has learned is returned at once, and not read', async () => {
  const { loader, read } = squares();
  loader.learn(3, 10);
  expect(loader.get(3)).toBe(10);
  expect(await loader.load(3)).toBe(10);
  expect(read).toEqual([]);
});

it('a value that a loader has not learned is read once, and returned as a promise', async () => {
  const { loader, read } = squares();
  expect(loader.get(3)).toBeInstanceOf(Promise);
  expect(await loader.get(3)).toBe(9);
  expect(read).toEqual([3]);
});

it('a value that a loader learns after reading another counts', async () => {
  const { loader } = squares();
  await loader.load(3);
  loader.learn(3, 10);
  loader.learn(3, 11);
  expect([loader.get(3), await loader.load(3)]).toEqual([11, 11]);
});

it('a value that a loader is made to forget is read again', async () => {
  const { loader } = squares();
  loader.learn(3, 10).learn(4, 10);
  loader.clear(3);
  expect(await loader.get(3)).toBe(9);
  loader.clearAll();
  expect(await loader.get(4)).toBe(16);
});
