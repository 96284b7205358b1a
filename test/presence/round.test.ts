import { expect, it } from 'vitest';
import { Round } from '../../src/presence/round.ts';

function partsOf(round: Round<number>, count: number): readonly (readonly number[])[] {
  return Array.from({ length: count }, () => round.part(3));
}

it('meets everybody once a round, in parts that are about alike', () => {
  const round = new Round(new Set([1, 2, 3, 4, 5, 6, 7]));
  const first = partsOf(round, 3);
  expect(first).toEqual([[1, 2, 3], [4, 5, 6], [7]]);
  expect(partsOf(round, 3)).toEqual(first);
});

it('goes on with who has come meanwhile, and without who has gone', () => {
  const all = new Map([1, 2, 3, 4, 5, 6].map((key) => [key, '']));
  const round = new Round(all);
  expect(round.part(3)).toEqual([1, 2]);
  all.delete(3);
  all.set(7, '');
  expect(partsOf(round, 2)).toEqual([
    [4, 5],
    [6, 7],
  ]);
});

it('waits for somebody to come', () => {
  const all = new Set<number>();
  const round = new Round(all);
  expect(round.part(3)).toEqual([]);
  all.add(1);
  expect(partsOf(round, 3).flat()).toContain(1);
});
