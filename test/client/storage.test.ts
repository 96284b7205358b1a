import { expect, it, onTestFinished, vi } from 'vitest';
import { storageMessages, storagePositions, type TextStorage } from '../../client/index.ts';
import { listedStorage } from './storage.ts';

function storage(initial: Readonly<Record<string, string>> = {}): TextStorage {
  const held = new Map(Object.entries(initial));
  return { getItem: (key) => held.get(key) ?? null, setItem: (key, value) => void held.set(key, value) };
}

it('positions in a browser’s storage are loaded by the next page, for the same account only', () => {
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

it('positions that another tab has saved are loaded, and those that could not be saved are not', () => {
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

it.each(['not JSON', '{}', '[1, null]', 'null'])('unreadable positions are empty: %s', (text) => {
  expect(storagePositions(storage({ ann: text }), 'ann').load()).toEqual([]);
});

interface Waiting {
  readonly conversationId: string;
  readonly clientMessageId: string;
}

function waitingMessage(clientMessageId: string): Waiting {
  return { conversationId: 'a', clientMessageId };
}

it('waiting messages of two tabs do not overwrite each other, and the next page loads each tab’s in their order', () => {
  const shared = listedStorage();
  const [here, there] = [storageMessages<Waiting>(shared, 'ann'), storageMessages<Waiting>(shared, 'ann')];
  const [one, two, three] = ['z', 'y', 'x'].map(waitingMessage) as [Waiting, Waiting, Waiting];
  here.save([one]);
  here.save([one, two]);
  there.save([three]);
  const next = storageMessages<Waiting>(shared, 'ann');
  expect(next.load()).toHaveLength(3);
  expect(next.load().filter(({ clientMessageId }) => clientMessageId !== 'x')).toEqual([one, two]);
  here.save([two]);
  there.save([]);
  expect(next.load()).toEqual([two]);
  next.save([]);
  expect(shared.length).toBe(0);
});

it('waiting messages keep their order if the clock is set back before a page opens', () => {
  const shared = listedStorage();
  const now = vi.spyOn(Date, 'now').mockReturnValue(1_800_003_600_000);
  onTestFinished(() => now.mockRestore());
  const [one, two] = ['one', 'two'].map(waitingMessage) as [Waiting, Waiting];
  storageMessages<Waiting>(shared, 'ann').save([one]);
  now.mockReturnValue(1_800_000_000_000);
  const next = storageMessages<Waiting>(shared, 'ann');
  next.save([...next.load(), two]);
  expect(storageMessages(shared, 'ann').load()).toEqual([one, two]);
});

it('waiting messages belong to one account, even if another’s name begins with its name, and unreadable ones are ignored', () => {
  const shared = listedStorage();
  storageMessages<Waiting>(shared, 'ann lee').save([waitingMessage('one')]);
  for (const [id, text] of Object.entries({ a: 'not JSON', b: 'null', c: '{}' })) shared.setItem(`ann 1700000000000 ${id}`, text);
  expect(storageMessages(shared, 'ann').load()).toEqual([]);
  expect(storageMessages(shared, 'ann lee').load()).toEqual([waitingMessage('one')]);
});

it('a waiting message that does not fit into the storage is no error, and lasts as long as the page', () => {
  const full = Object.assign(listedStorage(), {
    setItem() {
      throw new Error('full');
    },
  });
  const store = storageMessages<Waiting>(full, 'ann');
  expect(() => store.save([waitingMessage('one')])).not.toThrow();
  expect(() => store.save([])).not.toThrow();
});
