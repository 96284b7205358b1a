import { expect, it } from 'vitest';
import { Round } from '../../src/presence/round.ts';

function partsOf(round: Round<number>, count: number): readonly (readonly number[])[] {
  return Array.from({ length: count }, () => round.part(3));
}

it('a round returns every user once, in parts of similar sizes', () => {
  const round = new Round(new Set([1, 2, 3, 4, 5, 6, 7]));
  const first = partsOf(round, 3);
  expect(first).toEqual([[1, 2, 3], [4, 5, 6], [7]]);
  expect(partsOf(round, 3)).toEqual(first);
});

it('a round continues with users who were added meanwhile, and without those removed', () => {
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

it('a round of nobody returns users once they are added', () => {
  const all = new Set<number>();
  const round = new Round(all);
  expect(round.part(3)).toEqual([]);
  all.add(1);
  expect(partsOf(round, 3).flat()).toContain(1);
});
