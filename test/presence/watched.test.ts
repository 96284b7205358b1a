import { expect, test } from 'vitest';
import { type Known, Watched } from '../../src/presence/watched.ts';

const row = { choice: 'ONLINE', statusText: null, statusUntil: null, lastSeenAt: null, hidesLastSeen: false } as const;
const [nowhere, somewhere] = [
  { devices: 0, idle: false },
  { devices: 1, idle: false },
];

function known(rev: number, standing = somewhere): Known {
  return { rev, standing, row };
}

function watched(settlesIn = 0): Watched {
  return new Watched({ userId: 1n, settlesIn: () => settlesIn, now: () => new Date(0), reread: () => undefined });
}

test('what is told late of somebody who has gone since, and of whom the roster has nothing left, is not believed', () => {
  using ann = watched();
  ann.read(known(5));
  ann.stand(8, nowhere, null);
  ann.read(known(0, nowhere));
  ann.stand(7, somewhere, null);
  expect(ann.shown?.status).toBe('OFFLINE');
  ann.stand(9, somewhere, null);
  expect(ann.shown?.status).toBe('ONLINE');
});

test('of two hints the one with the higher revision counts, in whichever order they come', () => {
  using ann = watched();
  ann.read(known(5));
  ann.stand(7, { devices: 3, idle: false }, null);
  ann.stand(6, { devices: 2, idle: false }, null);
  expect(ann.shown?.devices).toBe(3);
});

test('while the roster may lack somebody they stay as they were known, and more of them is shown at once', () => {
  using ann = watched(60_000);
  ann.read(known(5, nowhere));
  expect(ann.shown).toBeUndefined();
  ann.stand(6, somewhere, null);
  expect(ann.shown?.devices).toBe(1);
  ann.stand(7, nowhere, null);
  expect(ann.shown?.devices).toBe(1);
  ann.stand(8, { devices: 2, idle: false }, null);
  expect(ann.shown?.devices).toBe(2);
});
