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

test('keys that are requested in one turn are read together, each once, in batches of the allowed size', async () => {
  const { reads, read } = reader();
  expect(await Promise.all([1, 2, 1, 3, 2, 4].map(read))).toEqual([10, 20, 10, 30, 20, 40]);
  expect(reads).toEqual([[1, 2, 3], [4]]);
});

test('a key that is requested in a later turn is read again', async () => {
  const { reads, read } = reader();
  await read(1);
  await read(1);
  expect(reads).toEqual([[1], [1]]);
});

test('a failed read fails for all that share it, and for no later one', async () => {
  const { reads, read } = reader();
  const [one, other] = await Promise.allSettled([read(1), read(-1)]);
  expect([one?.status, other?.status]).toEqual(['rejected', 'rejected']);
  expect(await read(1)).toBe(10);
  expect(reads).toEqual([[1, -1], [1]]);
});
