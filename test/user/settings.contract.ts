import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import { type UsersWorld, usersOn } from './users-world.ts';

/** What settings promise, on any database. */
export function promisesOfSettings(open: () => Promise<Db>): void {
  let db: Db;
  let world: UsersWorld;
  beforeAll(async () => {
    db = await open();
    world = usersOn(db);
  });
  afterAll(() => db[Symbol.asyncDispose]());

  describe('settings', () => {
    test('have open defaults, keep fields that are not given, and log an entry for each change', async () => {
      const { viewer } = await world.newcomer();
      const settings = async () => (await world.users.settings([viewer.userId]))[0];
      expect(await settings()).toEqual({ messagesFrom: 'EVERYONE', readReceipts: true, lastSeen: true });
      expect(await world.users.updateSettings(viewer, { readReceipts: false })).toEqual(['readReceipts']);
      expect(await settings()).toEqual({ messagesFrom: 'EVERYONE', readReceipts: false, lastSeen: true });
      expect(await world.users.updateSettings(viewer, { messagesFrom: 'CONTACTS' })).toEqual(['messagesFrom']);
      expect(await settings()).toEqual({ messagesFrom: 'CONTACTS', readReceipts: false, lastSeen: true });
      expect(await world.users.updateSettings(viewer, { messagesFrom: 'EVERYONE', readReceipts: true, lastSeen: false })).toEqual([
        'messagesFrom',
        'readReceipts',
        'lastSeen',
      ]);
      expect(await settings()).toEqual({ messagesFrom: 'EVERYONE', readReceipts: true, lastSeen: false });
      expect(await world.entries(viewer.userId)).toEqual(['SessionStarted', 'SettingsChanged', 'SettingsChanged', 'SettingsChanged']);
    });

    test('log no entry for a change without effect', async () => {
      const { viewer } = await world.newcomer();
      for (const change of [{}, { readReceipts: true }, { messagesFrom: 'EVERYONE', readReceipts: true } as const]) {
        expect(await world.users.updateSettings(viewer, change)).toEqual([]);
      }
      expect(await world.entries(viewer.userId)).toEqual(['SessionStarted']);
    });

    test('are read for many users at once, in the given order, with null for unknown users', async () => {
      const [ann, ben] = [await world.newcomer(), await world.newcomer()];
      await world.users.updateSettings(ben.viewer, { readReceipts: false });
      expect(await world.users.settings([ben.viewer.userId, 9_000_000_000n, ann.viewer.userId])).toEqual([
        { messagesFrom: 'EVERYONE', readReceipts: false, lastSeen: true },
        null,
        { messagesFrom: 'EVERYONE', readReceipts: true, lastSeen: true },
      ]);
    });

    test('can be changed thirty times in a quarter of an hour, without counting changes without effect', async () => {
      const { viewer } = await world.newcomer();
      for (let n = 0; n < 30; n += 1) {
        await world.users.updateSettings(viewer, { readReceipts: n % 2 === 1 });
        await world.users.updateSettings(viewer, { readReceipts: n % 2 === 1 });
      }
      await expect(world.users.updateSettings(viewer, { readReceipts: false })).rejects.toMatchObject({
        code: 'RATE_LIMITED',
        retryAfterMs: expect.any(Number),
      });
      expect(await world.users.settings([viewer.userId])).toEqual([{ messagesFrom: 'EVERYONE', readReceipts: true, lastSeen: true }]);
    });
  });
}
