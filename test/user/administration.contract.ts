import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import { ChatError } from '../../src/errors.ts';
import { type Administration, createAdministration } from '../../src/user/index.ts';
import { cheapPasswords } from '../support/cheap-passwords.ts';
import { password, type UsersWorld, usersOn, usualConfig } from './users-world.ts';

const dayMs = 86_400_000;

/** How an act ended: with `done`, or the code, field and message of its refusal. */
async function outcome(act: Promise<unknown>): Promise<Pick<ChatError, 'code' | 'field' | 'message'> | 'done'> {
  try {
    await act;
    return 'done';
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    const { code, field, message } = error;
    return { code, field, message };
  }
}

/** What operators' acts on users promise, on any database. */
export function promisesOfAdministration(open: () => Promise<Db>): void {
  let db: Db;
  let world: UsersWorld;
  let administration: Administration;
  beforeAll(async () => {
    db = await open();
    world = usersOn(db);
    administration = createAdministration({ db, log: world.log, config: usualConfig, passwordCost: cheapPasswords });
  });
  afterAll(() => db[Symbol.asyncDispose]());

  const signIn = (handle: string, with_ = password) => world.users.signIn({ handle, password: with_, address: world.address() });

  async function endNow(userId: bigint): Promise<void> {
    const over = new Date((await db.now()).getTime() - 1);
    await db.transaction(async (tx) => {
      await tx.user.update({ where: { id: userId }, data: { suspendedUntil: over } });
      await tx.suspension.update({ where: { userId }, data: { until: over } });
    });
  }

  describe('a suspended user', () => {
    test('has no session, cannot sign in or refresh, and gets the reason', async () => {
      const { viewer, handle, accessToken, refreshToken } = await world.newcomer();
      const desk = await signIn(handle);
      const { before, after, ended } = await administration.suspend(9n, { userId: viewer.userId, reason: 'You sent spam.' });
      expect({ before, after }).toEqual({
        before: null,
        after: { reason: 'You sent spam.', since: expect.any(Date), until: null, byId: 9n },
      });
      expect(ended.toSorted()).toEqual([viewer.sessionId, desk.viewer.sessionId].toSorted());
      expect((await world.entries(viewer.userId)).slice(-2)).toEqual(['SessionEnded', 'SessionEnded']);
      for (const token of [accessToken, desk.accessToken]) {
        expect(await outcome(world.users.authenticate(token))).toMatchObject({ code: 'UNAUTHENTICATED' });
      }
      const told = { code: 'SUSPENDED', message: 'This account is suspended: You sent spam.' };
      expect(await outcome(signIn(handle))).toMatchObject(told);
      expect(await outcome(world.users.refresh({ refreshToken }))).toMatchObject(told);
    });

    test('gets no reason with a wrong password', async () => {
      const { viewer, handle } = await world.newcomer();
      await administration.suspend(null, { userId: viewer.userId, reason: 'spam' });
      const asAnybody = await outcome(signIn('nobody.at.all', 'wrong password'));
      expect(await outcome(signIn(handle, 'wrong password'))).toEqual(asAnybody);
    });

    test('gets the end of the suspension, and can sign in after it without further acts', async () => {
      const { viewer, handle } = await world.newcomer();
      const until = new Date((await db.now()).getTime() + dayMs);
      await administration.suspend(null, { userId: viewer.userId, reason: 'spam', until });
      const refused = await signIn(handle).catch((error: unknown) => error);
      expect(refused).toMatchObject({ message: `This account is suspended until ${until.toISOString()}: spam`, code: 'SUSPENDED' });
      expect((refused as ChatError).retryAfterMs).toBeLessThanOrEqual(dayMs);
      expect((refused as ChatError).retryAfterMs).toBeGreaterThan(dayMs - 60_000);
      await endNow(viewer.userId);
      expect(await administration.standings([viewer.userId])).toMatchObject([{ state: 'ACTIVE', suspension: null }]);
      await signIn(handle);
      expect(await db.client.suspension.count({ where: { userId: viewer.userId } })).toBe(0);
    });

    test('gets no retryAfterMs beyond what an Int can hold', async () => {
      const { viewer, handle } = await world.newcomer();
      await administration.suspend(null, { userId: viewer.userId, reason: 'spam', until: new Date(Date.now() + 100 * dayMs) });
      expect(await signIn(handle).catch((error: ChatError) => error.retryAfterMs)).toBeUndefined();
    });

    test('can be suspended again with another reason and time, and the first start', async () => {
      const { viewer, handle } = await world.newcomer();
      const first = await administration.suspend(1n, { userId: viewer.userId, reason: 'one' });
      const until = new Date((await db.now()).getTime() + dayMs);
      const again = await administration.suspend(2n, { userId: viewer.userId, reason: 'two', until });
      expect(again).toEqual({ before: first.after, after: { reason: 'two', since: first.after?.since, until, byId: 2n }, ended: [] });
      expect(await outcome(signIn(handle))).toMatchObject({ message: expect.stringMatching(/ until .*: two$/) });
    });

    test('can be restored once and sign in again, while ended sessions stay ended', async () => {
      const { viewer, handle, refreshToken } = await world.newcomer();
      await administration.suspend(null, { userId: viewer.userId, reason: 'spam' });
      expect(await administration.restore({ userId: viewer.userId })).toMatchObject({ before: { reason: 'spam' }, after: null });
      expect(await administration.restore({ userId: viewer.userId })).toEqual({ before: null, after: null, ended: [] });
      expect(await outcome(world.users.refresh({ refreshToken }))).toMatchObject({ code: 'INVALID_CREDENTIALS' });
      expect(await outcome(signIn(handle))).toBe('done');
    });

    test('is shown to others as before', async () => {
      const [one, other] = [await world.newcomer(), await world.newcomer()];
      const ids = [one.viewer.userId, other.viewer.userId];
      const before = await world.users.byIds(ids);
      await administration.suspend(null, { userId: one.viewer.userId, reason: 'spam' });
      expect(await world.users.byIds(ids)).toEqual(before);
      const find = await world.users.search(other.viewer, one.handle);
      expect((await find({ first: 10 })).items.map(({ user }) => user.handle)).toEqual([one.handle]);
    });

    test('has no session left after concurrent sign-ins and refreshes on any node', async () => {
      const nodes = [world.node(), usersOn(db).node()];
      for (let round = 0; round < 8; round += 1) {
        const { viewer, handle, refreshToken } = await world.newcomer();
        const tries = nodes.flatMap((node) => [
          node.signIn({ handle, password, address: world.address() }),
          node.refresh({ refreshToken }).catch((error: unknown) => Promise.reject(error)),
        ]);
        const outcomes = Promise.all(tries.map(outcome));
        await administration.suspend(null, { userId: viewer.userId, reason: 'spam' });
        expect(await administration.sessions([viewer.userId])).toEqual([[]]);
        for (const how of await outcomes) expect(how === 'done' || /SUSPENDED|INVALID_CREDENTIALS/.test(how.code)).toBe(true);
        expect(await administration.sessions([viewer.userId])).toEqual([[]]);
      }
    });
  });

  describe('nobody', () => {
    test.each([
      ['suspends', (actorId: bigint | null, userId: bigint) => administration.suspend(actorId, { userId, reason: 'spam' })],
      ['erases', (actorId: bigint | null, userId: bigint) => administration.erase(actorId, { userId, messages: 'KEEP' })],
    ])('%s themselves, an admin or an unknown user', async (_what, act) => {
      const { viewer, handle } = await world.newcomer();
      const { userId } = viewer;
      expect(await outcome(act(userId, userId))).toMatchObject({ code: 'FORBIDDEN', field: ['userId'] });
      expect(await outcome(act(1n, 2n ** 62n))).toMatchObject({ code: 'NOT_FOUND', field: ['userId'] });
      await db.transaction((tx) => tx.user.update({ where: { id: userId }, data: { role: 'ADMIN' } }));
      for (const actorId of [1n, null]) {
        expect(await outcome(act(actorId, userId))).toMatchObject({
          code: 'CONFLICT',
          field: ['userId'],
          message: `${handle} is an admin. Revoke that first.`,
        });
      }
      const named = createAdministration({ db, log: world.log, config: { ...usualConfig, adminHandles: [handle] } });
      await db.transaction((tx) => tx.user.update({ where: { id: userId }, data: { role: 'USER' } }));
      expect(await outcome(named.suspend(1n, { userId, reason: 'spam' }))).toMatchObject({ code: 'CONFLICT' });
    });
  });

  describe('an account that operators erase', () => {
    test('is like one that its user has erased, and keeps nothing of its suspension', async () => {
      const { viewer, handle, accessToken } = await world.newcomer();
      const { userId } = viewer;
      await administration.suspend(null, { userId, reason: 'spam' });
      await administration.erase(null, { userId, messages: 'REMOVE' });
      expect(await world.users.byIds([userId])).toMatchObject([{ erased: true, displayName: '' }]);
      expect(await world.users.byHandle(handle)).toBeNull();
      expect(await db.client.suspension.count({ where: { userId } })).toBe(0);
      expect(await administration.standings([userId])).toEqual([{ state: 'ERASED', suspension: null, role: 'USER' }]);
      expect(await db.client.job.count({ where: { kind: 'AccountErased', key: { startsWith: String(userId) } } })).toBe(2);
      expect(await outcome(world.users.authenticate(accessToken))).toMatchObject({ code: 'UNAUTHENTICATED' });
      expect(await outcome(administration.restore({ userId }))).toMatchObject({ code: 'NOT_FOUND' });
    });
  });

  describe('a reset password', () => {
    test('is generated, replaces the former one, and ends all sessions', async () => {
      const { viewer, handle, accessToken } = await world.newcomer();
      const { password: made, ended } = await administration.resetPassword(1n, { userId: viewer.userId });
      expect(ended).toEqual([viewer.sessionId]);
      expect(await outcome(world.users.authenticate(accessToken))).toMatchObject({ code: 'UNAUTHENTICATED' });
      expect(await outcome(signIn(handle))).toMatchObject({ code: 'INVALID_CREDENTIALS' });
      expect(await outcome(signIn(handle, made))).toBe('done');
      expect((await administration.resetPassword(1n, { userId: viewer.userId })).password).not.toBe(made);
    });

    test('of an admin can be reset by the command line only: whoever has the password is that admin', async () => {
      const { viewer } = await world.newcomer();
      const { userId } = viewer;
      await db.transaction((tx) => tx.user.update({ where: { id: userId }, data: { role: 'ADMIN' } }));
      for (const actorId of [1n, userId])
        expect(await outcome(administration.resetPassword(actorId, { userId }))).toMatchObject({ code: 'CONFLICT' });
      expect(await outcome(administration.resetPassword(null, { userId }))).toBe('done');
    });
  });

  describe('the list of users', () => {
    async function all(query: Parameters<Administration['list']>[0], first = 2): Promise<readonly string[]> {
      const seen: string[] = [];
      for (let after: string | undefined, more = true; more; ) {
        const page = await administration.list(query, { first, after });
        seen.push(...page.items.map(({ user }) => user.handle));
        after = page.items.at(-1)?.key;
        more = page.hasNextPage;
      }
      return seen;
    }

    test('has pages, last sign-up first, by state and by search', async () => {
      const word = `w${Date.now().toString(36)}`;
      const people: Awaited<ReturnType<UsersWorld['newcomer']>>[] = [];
      for (let n = 0; n < 7; n += 1) people.push(await world.newcomer({ displayName: `Somebody ${word}` }));
      const [gone, barred, over, ...others] = people;
      if (gone === undefined || barred === undefined || over === undefined) return expect.fail();
      await administration.erase(null, { userId: gone.viewer.userId, messages: 'KEEP' });
      for (const { viewer } of [barred, over]) await administration.suspend(null, { userId: viewer.userId, reason: 'spam' });
      await endNow(over.viewer.userId);
      const handles = (some: readonly { readonly handle: string }[]) => some.map(({ handle }) => handle);
      const newest = handles([over, ...others]).toReversed();
      expect((await all({}, 3)).slice(0, 7)).toEqual([...newest, barred.handle, `~${gone.viewer.userId}`]);
      expect((await all({ state: 'ACTIVE' })).slice(0, 5)).toEqual(newest);
      expect((await all({ state: 'SUSPENDED' }))[0]).toBe(barred.handle);
      expect((await all({ state: 'ERASED' }))[0]).toBe(`~${gone.viewer.userId}`);
      expect(new Set(await all({ search: word }))).toEqual(new Set([...newest, barred.handle]));
      expect(new Set(await all({ search: word, state: 'ACTIVE' }))).toEqual(new Set(newest));
      expect(await all({ search: word, state: 'SUSPENDED' })).toEqual([barred.handle]);
      expect(await all({ search: word, state: 'ERASED' })).toEqual([]);
      expect(await all({ search: `${word} ${barred.handle}` })).toEqual([barred.handle]);
      expect(await all({ search: ' ' })).toEqual([]);
    });

    test('comes with the states of accounts, in the order of the ids', async () => {
      const [one, other] = [await world.newcomer(), await world.newcomer()];
      await administration.suspend(5n, { userId: other.viewer.userId, reason: 'spam' });
      const ids = [other.viewer.userId, 2n ** 62n, one.viewer.userId];
      expect(await administration.standings(ids)).toEqual([
        { state: 'SUSPENDED', suspension: { reason: 'spam', since: expect.any(Date), until: null, byId: 5n }, role: 'USER' },
        null,
        { state: 'ACTIVE', suspension: null, role: 'USER' },
      ]);
      expect((await administration.sessions(ids)).map((sessions) => sessions.length)).toEqual([0, 0, 1]);
      expect(await administration.groupCounts(ids)).toEqual([0, 0, 0]);
      expect(await administration.contactCounts(ids)).toEqual([0, 0, 0]);
    });
  });
}
