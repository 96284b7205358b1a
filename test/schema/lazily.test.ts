import { expect, it } from 'vitest';
import { lazily } from '../../schema/lazily.ts';

it('parts of an object are made on first access, from each other if needed, and once', () => {
  const made: string[] = [];
  const create = lazily<{ a: { n: number }; b: { n: number }; c: string }, { n: number }>({
    a: ({ n }) => ({ n: made.push('a') && n }),
    b: (_, { a }) => ({ n: made.push('b') && a.n + 1 }),
    c: () => String(made.push('c')),
  });
  const [one, other] = [create({ n: 1 }), create({ n: 5 })];
  const { b } = one;
  expect([b.n, other.b.n, one.b === b]).toEqual([2, 6, true]);
  expect(made).toEqual(['a', 'b', 'a', 'b']);
});
