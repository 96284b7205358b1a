import { expect, test } from 'vitest';
import { together } from '../src/together.ts';

interface Key {
  readonly id: number;
}

function reader(atOnce = 3) {
  const reads: (readonly number[])[] = [];
  const read = together(
    async (keys: readonly Key[]) => {
      reads.push(keys.map(({ id }) => id));
      if (keys.some(({ id }) => id < 0)) throw new Error('no such key');
      return keys.map(({ id }) => id * 10);
    },
    { atOnce, name: ({ id }) => String(id) },
  );
  return { reads, read: (id: number) => read({ id }) };
}

test('what is asked for in one turn is read together, the same once, as many at a time as are allowed', async () => {
  const { reads, read } = reader();
  expect(await Promise.all([1, 2, 1, 3, 2, 4].map(read))).toEqual([10, 20, 10, 30, 20, 40]);
  expect(reads).toEqual([[1, 2, 3], [4]]);
});

test('what is asked for in a later turn is read anew', async () => {
  const { reads, read } = reader();
  await read(1);
  await read(1);
  expect(reads).toEqual([[1], [1]]);
});

test('a read that fails does so for all who share it, and for nobody later', async () => {
  const { reads, read } = reader();
  const [one, other] = await Promise.allSettled([read(1), read(-1)]);
  expect([one?.status, other?.status]).toEqual(['rejected', 'rejected']);
  expect(await read(1)).toBe(10);
  expect(reads).toEqual([[1, -1], [1]]);
});
