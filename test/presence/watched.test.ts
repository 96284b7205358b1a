import { expect, test, vi } from 'vitest';
import { type Known, Watched } from '../../src/presence/watched.ts';

const row = { choice: 'ONLINE', statusText: null, statusUntil: null, lastSeenAt: null, hidesLastSeen: false, profile: 'a' } as const;
const [nowhere, somewhere] = [
  { devices: 0, idle: false },
  { devices: 1, idle: false },
];

function known(rev: number, standing = somewhere): Known {
  return { rev, standing, row };
}

/** Creates a watched user. `settlesIn` is asked each time whether the roster can be trusted. */
function watched(settlesIn: () => Promise<number> = async () => 0, reread = (): void => {}, renew = (): void => {}): Watched {
  return new Watched({ userId: 1n, settlesIn, now: () => new Date(0), reread, renew });
}

test('a late hint about a user who has gone since, and has no entry on the roster, is ignored', async () => {
  using ann = watched();
  ann.read(known(5));
  ann.stand(8, nowhere, null);
  ann.read(known(0, nowhere));
  ann.stand(7, somewhere, null);
  await expect.poll(() => ann.shown?.status).toBe('OFFLINE');
  ann.stand(9, somewhere, null);
  expect(ann.shown?.status).toBe('ONLINE');
});

test('of two hints, the one with the higher revision counts, in any order of arrival', () => {
  using ann = watched();
  ann.read(known(5));
  ann.stand(7, { devices: 3, idle: false }, null);
  ann.stand(6, { devices: 2, idle: false }, null);
  expect(ann.shown?.devices).toBe(3);
});

test('of two hints, the one with the lower revision has the user read again if it differs, because the clock of Redis may have gone back', () => {
  let rereads = 0;
  using ann = watched(undefined, () => (rereads += 1));
  ann.read(known(5, nowhere));
  ann.stand(4, nowhere, null);
  expect(rereads).toBe(0);
  ann.stand(3, somewhere, null);
  expect(rereads).toBe(1);
  ann.read(known(3));
  ann.stand(4, { devices: 2, idle: false }, null);
  expect(ann.shown?.devices).toBe(2);
});

test('fewer devices are shown once confirmed, more devices at once', async () => {
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

test('an unconfirmed change is read again once all nodes have restored their connections', async () => {
  const { promise: isReread, resolve: reread } = Promise.withResolvers<void>();
  using ann = watched(async () => 20, reread);
  ann.read(known(5));
  ann.stand(6, nowhere, null);
  await isReread;
  expect(ann.shown?.devices).toBe(1);
});

test('a cached profile is dropped before a changed one is shown', () => {
  const shownThen: unknown[] = [];
  using ann = watched(undefined, undefined, () => shownThen.push(ann.shown?.profile));
  ann.read(known(5));
  ann.read(known(6));
  expect(shownThen).toEqual([]);
  ann.read({ ...known(6), row: { ...row, profile: 'b' } });
  expect(shownThen).toEqual(['a']);
  expect(ann.shown?.profile).toBe('b');
  // An erased user has no profile. This is reported in another way.
  const before = ann.shown;
  ann.read({ ...known(6), row: { ...row, profile: '' } });
  expect(shownThen).toEqual(['a']);
  expect(ann.shown).toBe(before);
});

test.each([
  ['once', 1],
  ['twice in a row', 2],
])('a user who is found gone %s before the hint is shown so after another read, with the time of last seen', async (_how, times) => {
  const { promise: isReread, resolve: reread } = Promise.withResolvers<void>();
  using ann = watched(undefined, reread);
  ann.read(known(5));
  for (let n = 0; n < times; n += 1) ann.read(known(0, nowhere));
  await isReread;
  expect(ann.shown?.status).toBe('ONLINE');
  ann.read({ rev: 0, standing: nowhere, row: { ...row, lastSeenAt: new Date(9) } });
  await expect.poll(() => ann.shown).toMatchObject({ status: 'OFFLINE', lastSeenAt: new Date(9) });
});

test('a user who is found gone, and whose hint arrives meanwhile, is shown so at once', async () => {
  using ann = watched();
  ann.read(known(5));
  ann.read(known(0, nowhere));
  ann.stand(6, nowhere, new Date(9));
  await expect.poll(() => ann.shown).toMatchObject({ status: 'OFFLINE', lastSeenAt: new Date(9) });
});

test('a change that was superseded before its confirmation has no effect', async () => {
  const { promise: confirmed, resolve: confirm } = Promise.withResolvers<number>();
  using ann = watched(() => confirmed);
  ann.read(known(5));
  ann.stand(6, nowhere, null);
  ann.stand(7, somewhere, null);
  confirm(0);
  await confirmed;
  expect(ann.shown?.devices).toBe(1);
});

test('a read that ends after the last watch leaves no timer', () => {
  vi.useFakeTimers();
  try {
    const ann = watched();
    ann[Symbol.dispose]();
    ann.read({ ...known(5), row: { ...row, statusText: 'in a meeting', statusUntil: new Date(3_600_000) } });
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
