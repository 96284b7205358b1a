import { expect, test } from 'vitest';
import { type Known, Watched } from '../../src/presence/watched.ts';

const row = { choice: 'ONLINE', statusText: null, statusUntil: null, lastSeenAt: null, hidesLastSeen: false, profile: 'a' } as const;
const [nowhere, somewhere] = [
  { devices: 0, idle: false },
  { devices: 1, idle: false },
];

function known(rev: number, standing = somewhere): Known {
  return { rev, standing, row };
}

/** Somebody of whom the roster is believed as `settlesIn` says each time it is asked. */
function watched(settlesIn: () => Promise<number> = async () => 0, reread = (): void => {}, renew = (): void => {}): Watched {
  return new Watched({ userId: 1n, settlesIn, now: () => new Date(0), reread, renew });
}

test('what is told late of somebody who has gone since, and of whom the roster has nothing left, is not believed', async () => {
  using ann = watched();
  ann.read(known(5));
  ann.stand(8, nowhere, null);
  ann.read(known(0, nowhere));
  ann.stand(7, somewhere, null);
  await expect.poll(() => ann.shown?.status).toBe('OFFLINE');
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

test('that there is less of them is believed once it is confirmed, that there is more at once', async () => {
  const { promise: confirmed, resolve: confirm } = Promise.withResolvers<number>();
  using ann = watched(() => confirmed);
  ann.read(known(5, nowhere));
  expect(ann.shown).toBeUndefined();
  ann.stand(6, { devices: 2, idle: false }, null);
  ann.stand(7, somewhere, null);
  expect(ann.shown?.devices).toBe(2);
  confirm(0);
  await expect.poll(() => ann.shown?.devices).toBe(1);
});

test('what is not believed, for nodes may have yet to tell it anew, is read again when they have', async () => {
  const { promise: isReread, resolve: reread } = Promise.withResolvers<void>();
  using ann = watched(async () => 20, reread);
  ann.read(known(5));
  ann.stand(6, nowhere, null);
  await isReread;
  expect(ann.shown?.devices).toBe(1);
});

test('what is kept of a profile is done away with before it is shown that it is another', () => {
  const shownThen: unknown[] = [];
  using ann = watched(undefined, undefined, () => shownThen.push(ann.shown?.profile));
  ann.read(known(5));
  ann.read(known(6));
  expect(shownThen).toEqual([]);
  ann.read({ ...known(6), row: { ...row, profile: 'b' } });
  expect(shownThen).toEqual(['a']);
  expect(ann.shown?.profile).toBe('b');
  // Who is erased has none any more, which is told otherwise.
  const before = ann.shown;
  ann.read({ ...known(6), row: { ...row, profile: '' } });
  expect(shownThen).toEqual(['a']);
  expect(ann.shown).toBe(before);
});

test.each([
  ['once', 1],
  ['twice in a row', 2],
])('who is found gone %s before it is told is shown so after that, with when they were last seen', async (_how, times) => {
  const { promise: isReread, resolve: reread } = Promise.withResolvers<void>();
  using ann = watched(undefined, reread);
  ann.read(known(5));
  for (let n = 0; n < times; n += 1) ann.read(known(0, nowhere));
  await isReread;
  expect(ann.shown?.status).toBe('ONLINE');
  ann.read({ rev: 0, standing: nowhere, row: { ...row, lastSeenAt: new Date(9) } });
  await expect.poll(() => ann.shown).toMatchObject({ status: 'OFFLINE', lastSeenAt: new Date(9) });
});

test('who is found gone and is told so meanwhile is shown so at once', async () => {
  using ann = watched();
  ann.read(known(5));
  ann.read(known(0, nowhere));
  ann.stand(6, nowhere, new Date(9));
  await expect.poll(() => ann.shown).toMatchObject({ status: 'OFFLINE', lastSeenAt: new Date(9) });
});

test('what was to be confirmed and is over by then changes nothing', async () => {
  const { promise: confirmed, resolve: confirm } = Promise.withResolvers<number>();
  using ann = watched(() => confirmed);
  ann.read(known(5));
  ann.stand(6, nowhere, null);
  ann.stand(7, somewhere, null);
  confirm(0);
  await confirmed;
  expect(ann.shown?.devices).toBe(1);
});
