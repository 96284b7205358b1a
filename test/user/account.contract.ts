import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import { createMemoryLimits } from '../../src/limit/limit.memory.ts';
import { password, type UsersWorld, usersOn, usualConfig } from './users-world.ts';

const dayMs = 86_400_000;
const another = 'another correct horse';

/** What handles, passwords and named sessions promise, on any database. */
export function promisesOfAccounts(open: () => Promise<Db>): void {
  let db: Db;
  let world: UsersWorld;
  beforeAll(async () => {
    db = await open();
    world = usersOn(db);
  });
  afterAll(() => db[Symbol.asyncDispose]());

  function freshHandle(): string {
    return `h_${randomBytes(6).toString('hex')}`;
  }

  function signUp(handle: string) {
    return world.users.signUp({ handle, password, address: world.address() });
  }

  /** Moves the end of all holds of a handle into the past. */
  async function release(handle: string): Promise<void> {
    await db.transaction((tx) => tx.handleHold.updateMany({ where: { handle }, data: { until: new Date(Date.now() - dayMs) } }));
  }

  /** How several concurrent acts ended: done, or the code of the refusal. */
  async function outcomes(acts: readonly Promise<unknown>[]): Promise<readonly string[]> {
    const settled = await Promise.allSettled(acts);
    return settled.map((one) => (one.status === 'fulfilled' ? 'done' : String((one.reason as { readonly code?: unknown }).code)));
  }

  describe('a handle', () => {
    test('is changed with an entry: the new one signs in and is found, the old one does not and is not', async () => {
      const { viewer, handle } = await world.newcomer({ displayName: 'Somebody' });
      const next = freshHandle();
      expect(await world.users.changeHandle(viewer, { handle: next.toUpperCase() })).toMatchObject({ id: viewer.userId, handle: next });
      expect(await world.entries(viewer.userId)).toEqual(['SessionStarted', 'ProfileChanged']);
      expect(await world.users.byHandle(handle)).toBeNull();
      expect(await world.users.byHandle(next)).toMatchObject({ id: viewer.userId, displayName: 'Somebody' });
      await expect(world.users.signIn({ handle, password, address: world.address() })).rejects.toMatchObject({
        code: 'INVALID_CREDENTIALS',
      });
      expect((await world.users.signIn({ handle: next, password, address: world.address() })).viewer.userId).toBe(viewer.userId);
      const [byOld, byNew] = await Promise.all([handle, next].map((text) => world.users.search(viewer, text)));
      expect((await byOld?.({ first: 5 }))?.items).toEqual([]);
      expect((await byNew?.({ first: 5 }))?.items.map(({ user }) => user.id)).toEqual([viewer.userId]);
    });

    test('changed to itself changes nothing', async () => {
      const { viewer, handle } = await world.newcomer();
      const throttled = world.node({ limits: createMemoryLimits(), config: { ...usualConfig, handleChanges: 1 } });
      for (let round = 0; round < 3; round += 1) expect(await throttled.changeHandle(viewer, { handle })).toMatchObject({ handle });
      expect(await world.entries(viewer.userId)).toEqual(['SessionStarted']);
    });

    test.each(['', 'ab', 'a b', '~1', 'ä'.repeat(5), 'x'.repeat(33)])('cannot be %j', async (handle) => {
      const { viewer } = await world.newcomer();
      await expect(world.users.changeHandle(viewer, { handle })).rejects.toMatchObject({ code: 'INVALID_INPUT', field: ['handle'] });
    });

    test('of another user cannot be taken', async () => {
      const [one, other] = [await world.newcomer(), await world.newcomer()];
      await expect(world.users.changeHandle(one.viewer, { handle: other.handle })).rejects.toMatchObject({
        code: 'CONFLICT',
        field: ['handle'],
      });
      expect(await world.users.byHandle(one.handle)).toMatchObject({ id: one.viewer.userId });
    });

    test('that was given up is held for its former owner until its time is over', async () => {
      const [one, other] = [await world.newcomer(), await world.newcomer()];
      await world.users.changeHandle(one.viewer, { handle: freshHandle() });
      await expect(signUp(one.handle)).rejects.toMatchObject({ code: 'CONFLICT', field: ['handle'] });
      await expect(world.users.changeHandle(other.viewer, { handle: one.handle })).rejects.toMatchObject({ code: 'CONFLICT' });
      expect(await world.users.changeHandle(one.viewer, { handle: one.handle })).toMatchObject({ handle: one.handle });
      await world.users.changeHandle(one.viewer, { handle: freshHandle() });
      await release(one.handle);
      expect(await world.users.changeHandle(other.viewer, { handle: one.handle })).toMatchObject({ handle: one.handle });
      await expect(world.users.changeHandle(one.viewer, { handle: one.handle })).rejects.toMatchObject({ code: 'CONFLICT' });
    });

    test('is free at once without holds', async () => {
      const [one, other] = [await world.newcomer(), await world.newcomer()];
      const lax = world.node({ config: { ...usualConfig, handleHoldDays: 0 } });
      await lax.changeHandle(one.viewer, { handle: freshHandle() });
      expect(await lax.changeHandle(other.viewer, { handle: one.handle })).toMatchObject({ handle: one.handle });
    });

    test('has no stored hold once its time is over', async () => {
      const { viewer, handle } = await world.newcomer();
      const [second, third] = [freshHandle(), freshHandle()];
      await world.users.changeHandle(viewer, { handle: second });
      await world.users.changeHandle(viewer, { handle: third });
      await release(handle);
      expect((await world.users.ownRecord(viewer.userId))?.formerHandles.map((former) => former.handle)).toEqual([second]);
      await world.users.freeHandles({ userId: viewer.userId });
      expect(await db.client.handleHold.findMany({ where: { userId: viewer.userId }, select: { handle: true } })).toEqual([
        { handle: second },
      ]);
    });

    test('given up later does not delay the end of an earlier hold', async () => {
      const { viewer } = await world.newcomer();
      const jobs = async () =>
        (
          await db.client.job.findMany({
            where: { kind: 'HandleFreed', key: { startsWith: `${viewer.userId} ` } },
            orderBy: { dueAt: 'asc' },
          })
        ).map(({ dueAt }) => dueAt);
      await world.users.changeHandle(viewer, { handle: freshHandle() });
      const [first] = await jobs();
      const lasting = world.node({ config: { ...usualConfig, handleHoldDays: 40 } });
      await lasting.changeHandle(viewer, { handle: freshHandle() });
      expect(await jobs()).toEqual([first, expect.any(Date)]);
    });

    test('that several take at once, by change or sign-up, goes to one of them, and the others keep theirs', async () => {
      for (let round = 0; round < 5; round += 1) {
        const [one, other] = [await world.newcomer(), await world.newcomer()];
        const node = world.node();
        const wanted = freshHandle();
        const ends = await outcomes([
          world.users.changeHandle(one.viewer, { handle: wanted }),
          node.changeHandle(other.viewer, { handle: wanted }),
          signUp(wanted),
        ]);
        expect(ends.toSorted()).toEqual(['CONFLICT', 'CONFLICT', 'done']);
        const owners = [one, other].filter((_, place) => ends[place] === 'done');
        for (const { viewer, handle } of [one, other].filter((person) => !owners.includes(person))) {
          expect(await world.users.byHandle(handle)).toMatchObject({ id: viewer.userId });
          expect(await world.entries(viewer.userId)).toEqual(['SessionStarted']);
          expect((await world.users.ownRecord(viewer.userId))?.formerHandles).toEqual([]);
        }
      }
    });

    test('that is given up while others try to take it goes to none of them', async () => {
      for (let round = 0; round < 5; round += 1) {
        const [one, other] = [await world.newcomer(), await world.newcomer()];
        const node = world.node();
        const [given, ...taken] = await outcomes([
          world.users.changeHandle(one.viewer, { handle: freshHandle() }),
          node.changeHandle(other.viewer, { handle: one.handle }),
          signUp(one.handle),
        ]);
        expect(given).toBe('done');
        expect(taken).toEqual(['CONFLICT', 'CONFLICT']);
        expect(await world.users.byHandle(one.handle)).toBeNull();
      }
    });

    test('can be changed a few times a day, not counting refused changes', async () => {
      const [one, other] = [await world.newcomer(), await world.newcomer()];
      const throttled = world.node({ limits: createMemoryLimits(), config: { ...usualConfig, handleChanges: 2 } });
      await throttled.changeHandle(one.viewer, { handle: freshHandle() });
      await expect(throttled.changeHandle(one.viewer, { handle: other.handle })).rejects.toMatchObject({ code: 'CONFLICT' });
      await throttled.changeHandle(one.viewer, { handle: freshHandle() });
      await expect(throttled.changeHandle(one.viewer, { handle: freshHandle() })).rejects.toMatchObject({
        code: 'RATE_LIMITED',
        retryAfterMs: expect.any(Number),
      });
      await throttled.changeHandle(other.viewer, { handle: freshHandle() });
    });
  });

  describe('a password', () => {
    test('once changed is the one to sign in with, and ends all other sessions, each with an entry', async () => {
      const { viewer, handle, refreshToken } = await world.newcomer();
      const others = [
        await world.users.signIn({ handle, password, address: world.address() }),
        await world.users.signIn({ handle, password, address: world.address() }),
      ];
      const ended = await world.users.changePassword(viewer, {
        currentPassword: password,
        newPassword: another,
        address: world.address(),
      });
      expect(ended.toSorted()).toEqual(others.map((one) => one.viewer.sessionId).toSorted());
      expect((await world.entries(viewer.userId)).slice(3)).toEqual(['SessionEnded', 'SessionEnded']);
      for (const { accessToken, refreshToken: theirs } of others) {
        await expect(world.users.authenticate(accessToken)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
        await expect(world.users.refresh({ refreshToken: theirs })).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
      }
      expect((await world.users.refresh({ refreshToken })).viewer).toEqual(viewer);
      await expect(world.users.signIn({ handle, password, address: world.address() })).rejects.toMatchObject({
        code: 'INVALID_CREDENTIALS',
      });
      await world.users.signIn({ handle, password: another, address: world.address() });
    });

    test('that was changed by a request without an answer is known by its use as the current one', async () => {
      const { viewer } = await world.newcomer();
      const change = (currentPassword: string) =>
        world.users.changePassword(viewer, { currentPassword, newPassword: another, address: world.address() });
      await expect(change(another)).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
      await change(password);
      await expect(change(password)).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
      expect(await change(another)).toEqual([]);
    });

    test('that is wrong or invalid is refused under its field, and nothing changes', async () => {
      const { viewer, handle } = await world.newcomer();
      const phone = await world.users.signIn({ handle, password, address: world.address() });
      for (const currentPassword of ['', 'wrong horse battery', 'x'.repeat(10_000), '\ud800'.repeat(10)]) {
        const trying = world.users.changePassword(viewer, { currentPassword, newPassword: another, address: world.address() });
        await expect(trying).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS', field: ['currentPassword'] });
      }
      for (const newPassword of ['', 'short', 'x'.repeat(257)]) {
        const trying = world.users.changePassword(viewer, { currentPassword: password, newPassword, address: world.address() });
        await expect(trying).rejects.toMatchObject({ code: 'INVALID_INPUT', field: ['newPassword'] });
      }
      expect(await world.users.authenticate(phone.accessToken)).toMatchObject(phone.viewer);
      await world.users.signIn({ handle, password, address: world.address() });
    });

    test('is throttled for the user from all addresses, for all acts that ask for the password, whoever tries to sign in', async () => {
      const { viewer, handle } = await world.newcomer();
      const throttled = world.node({ limits: createMemoryLimits(), config: { ...usualConfig, signInAttempts: 3 } });
      const wrong = 'wrong horse battery';
      const guess = () => ({ currentPassword: wrong, newPassword: another, address: world.address() });
      for (let tries = 0; tries < 30; tries += 1) {
        await expect(throttled.signIn({ handle, password: wrong, address: world.address() })).rejects.toMatchObject({
          code: 'INVALID_CREDENTIALS',
        });
      }
      for (const act of [
        () => throttled.changePassword(viewer, guess()),
        () => throttled.changePassword(viewer, guess()),
        () => throttled.erase(viewer, { password: wrong, messages: 'KEEP', address: world.address() }),
      ]) {
        await expect(act()).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
      }
      for (const act of [
        () => throttled.changePassword(viewer, { ...guess(), currentPassword: password }),
        () => throttled.erase(viewer, { password, messages: 'KEEP', address: world.address() }),
      ]) {
        await expect(act()).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) });
      }
    });

    test('that two devices change at once is one’s, and the other is signed out', async () => {
      const { viewer, handle } = await world.newcomer();
      const phone = await world.users.signIn({ handle, password, address: world.address() });
      const change = (who: typeof viewer, newPassword: string) =>
        world.users.changePassword(who, { currentPassword: password, newPassword, address: world.address() });
      const ends = await outcomes([change(viewer, `${another} 1`), change(phone.viewer, `${another} 2`)]);
      expect(ends.toSorted()).toEqual(['INVALID_CREDENTIALS', 'done']);
      const won = ends.indexOf('done');
      expect((await world.users.sessions(viewer)).map(({ id }) => id)).toEqual([[viewer, phone.viewer][won]?.sessionId]);
      await world.users.signIn({ handle, password: `${another} ${won + 1}`, address: world.address() });
    });

    test('starts no session after its change, even for a sign-in that began before', async () => {
      for (let round = 0; round < 5; round += 1) {
        const { viewer, handle } = await world.newcomer();
        const node = world.node();
        await Promise.allSettled([
          world.users.changePassword(viewer, { currentPassword: password, newPassword: another, address: world.address() }),
          ...[1, 2, 3].map(() => node.signIn({ handle, password, address: world.address() })),
        ]);
        expect((await world.users.sessions(viewer)).map(({ id }) => id)).toEqual([viewer.sessionId]);
      }
    });
  });

  describe('a session', () => {
    test('can be renamed with an entry, and the same name again makes none', async () => {
      const { viewer, handle } = await world.newcomer();
      const phone = await world.users.signIn({ handle, password, address: world.address() });
      const renaming = { sessionId: phone.viewer.sessionId, deviceName: 'Ann’s phone' };
      expect(await world.users.renameSession(viewer, renaming)).toMatchObject({ id: renaming.sessionId, deviceName: 'Ann’s phone' });
      await world.users.renameSession(viewer, renaming);
      expect((await world.entries(viewer.userId)).slice(2)).toEqual(['SessionChanged']);
      expect((await world.users.sessions(viewer)).map(({ deviceName }) => deviceName)).toEqual(['Ann’s phone', 'unknown device']);
    });

    test('of another user, an ended one and an unknown one are the same NOT_FOUND', async () => {
      const [one, other] = [await world.newcomer(), await world.newcomer()];
      const gone = await world.users.signIn({ handle: one.handle, password, address: world.address() });
      await world.users.signOut(gone.viewer, {});
      for (const sessionId of [other.viewer.sessionId, gone.viewer.sessionId, randomUUID(), 'nonsense', '']) {
        const refused = { code: 'NOT_FOUND', field: ['sessionId'], message: 'Session not found.' };
        await expect(world.users.renameSession(one.viewer, { sessionId, deviceName: 'mine' })).rejects.toMatchObject(refused);
        await expect(world.users.signOutOthers(one.viewer, { sessionId })).rejects.toMatchObject(refused);
      }
      expect((await world.users.sessions(other.viewer)).map(({ deviceName }) => deviceName)).toEqual(['unknown device']);
      expect(await world.users.sessions(one.viewer)).toHaveLength(1);
    });

    test.each(['', ' ', 'a\nb', 'x'.repeat(101), '\ud800'])('cannot be named %j', async (deviceName) => {
      const { viewer } = await world.newcomer();
      await expect(world.users.renameSession(viewer, { sessionId: viewer.sessionId, deviceName })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        field: ['deviceName'],
      });
    });

    test('stays when all others are ended, or ends if another one is kept instead', async () => {
      const { viewer, handle } = await world.newcomer();
      const signIn = async () => (await world.users.signIn({ handle, password, address: world.address() })).viewer;
      const [phone, desk] = [await signIn(), await signIn()];
      expect((await world.users.signOutOthers(viewer, {})).toSorted()).toEqual([phone.sessionId, desk.sessionId].toSorted());
      expect(await world.users.signOutOthers(viewer, {})).toEqual([]);
      expect((await world.entries(viewer.userId)).slice(3)).toEqual(['SessionEnded', 'SessionEnded']);
      const tablet = await signIn();
      expect(await world.users.signOutOthers(viewer, { sessionId: tablet.sessionId })).toEqual([viewer.sessionId]);
      expect((await world.users.sessions(tablet)).map(({ id }) => id)).toEqual([tablet.sessionId]);
    });
  });
}
