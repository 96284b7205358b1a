import { expect, it } from 'vitest';
import { storagePositions, type TextStorage } from '../../client/index.ts';

function storage(initial: Readonly<Record<string, string>> = {}): TextStorage {
  const held = new Map(Object.entries(initial));
  return { getItem: (key) => held.get(key) ?? null, setItem: (key, value) => void held.set(key, value) };
}

it('positions in a browser’s storage are there for the next page', () => {
  const shared = storage();
  const positions = storagePositions(shared, 'ann');
  const [one, other] = [
    { streamId: 'a', seq: 1, epoch: 'e' },
    { streamId: 'b', seq: 2, epoch: 'e' },
  ];
  void positions.save?.({ set: [one, other], remove: [] });
  void positions.save?.({ set: [{ ...one, seq: 5 }], remove: ['b'] });
  expect(storagePositions(shared, 'ann').load()).toEqual([{ streamId: 'a', seq: 5, epoch: 'e' }]);
  expect(storagePositions(shared, 'ben').load()).toEqual([]);
});

it('positions that another tab has written count, and those that could not be written do not', () => {
  const shared = storage();
  const [here, there] = [storagePositions(shared, 'ann'), storagePositions(shared, 'ann')];
  void here.save?.({ set: [{ streamId: 'a', seq: 1 }], remove: [] });
  void there.save?.({ set: [{ streamId: 'b', seq: 1 }], remove: [] });
  expect(here.load()).toEqual([
    { streamId: 'a', seq: 1 },
    { streamId: 'b', seq: 1 },
  ]);
  const full = storagePositions(
    {
      getItem: () => null,
      setItem() {
        throw new Error('full');
      },
    },
    'ann',
  );
  expect(() => full.save?.({ set: [{ streamId: 'a', seq: 1 }], remove: [] })).toThrow('full');
  expect(full.load()).toEqual([]);
});

it.each(['not JSON', '{}', '[1, null]', 'null'])('what is not readable there is none: %s', (text) => {
  expect(storagePositions(storage({ ann: text }), 'ann').load()).toEqual([]);
});
