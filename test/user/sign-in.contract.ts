import { randomBytes } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import { createMemoryLimits } from '../../src/limit/limit.memory.ts';
import { newKey, password, type UsersWorld, usersOn, usualConfig } from './users-world.ts';

/** What signing up and in promise, on any database. */
export function promisesOfSigningIn(open: () => Promise<Db>): void {
  let db: Db;
  let world: UsersWorld;
  beforeAll(async () => {
    db = await open();
    world = usersOn(db);
  });
  afterAll(() => db[Symbol.asyncDispose]());

  function handle(): string {
    return `h.${randomBytes(6).toString('hex')}`;
  }

  describe('signing up', () => {
    test('makes a user with an account stream whose first entry is their first session', async () => {
      const name = handle();
      const { viewer, accessToken, accessTokenExpiresAt, refreshToken } = await world.users.signUp({
        handle: name,
        password,
        address: world.address(),
      });
      expect(await world.users.byIds([viewer.userId])).toEqual([
        {
          id: viewer.userId,
          handle: name,
          displayName: name,
          avatarUrl: null,
          bio: null,
          createdAt: expect.any(Date),
          bot: false,
          data: null,
          erased: false,
        },
      ]);
      expect(await world.entries(viewer.userId)).toEqual(['SessionStarted']);
      expect((await world.log.heads([viewer.userId])).get(viewer.userId)).toMatchObject({ kind: 'ACCOUNT', lastSeq: 1 });
      expect(await world.users.authenticate(accessToken)).toEqual({
        ...viewer,
        expiresAt: accessTokenExpiresAt,
        role: 'USER',
        bot: false,
        deviceKind: 'OTHER',
      });
      expect(refreshToken).not.toBe('');
      expect(await world.users.sessions(viewer)).toEqual([
        {
          id: viewer.sessionId,
          userId: viewer.userId,
          deviceName: 'unknown device',
          createdAt: expect.any(Date),
          lastSeenAt: expect.any(Date),
          expiresAt: expect.any(Date),
          deviceKind: 'OTHER',
        },
      ]);
    });

    test('lowers the handle, keeps the name as it is, and takes every name that can be seen', async () => {
      const name = handle();
      const { viewer } = await world.users.signUp({
        handle: name.toUpperCase(),
        displayName: ' 張偉 👩‍👩‍👧 O’Neil ',
        password,
        deviceName: 'pad 📱',
        address: world.address(),
      });
      expect(await world.users.byHandle(name.toUpperCase())).toMatchObject({
        id: viewer.userId,
        handle: name,
        displayName: ' 張偉 👩‍👩‍👧 O’Neil ',
      });
      expect(await world.users.sessions(viewer)).toMatchObject([{ deviceName: 'pad 📱' }]);
    });

    test.each([
      ['handle', { handle: 'ab' }],
      ['handle', { handle: 'a'.repeat(33) }],
      ['handle', { handle: 'with space' }],
      ['handle', { handle: ' padded' }],
      ['handle', { handle: 'ümlaut' }],
      ['handle', { handle: 'new\nline' }],
      ['handle', { handle: 'trailing\n' }],
      // The Kelvin sign lowers to an ASCII k.
      ['handle', { handle: '\u212aelvin' }],
      ['password', { password: 'seven77' }],
      ['password', { password: '👍'.repeat(257) }],
      ['password', { password: `lone surrogate \ud800` }],
      ['displayName', { displayName: '' }],
      ['displayName', { displayName: ' \u200b\u2060 ' }],
      ['displayName', { displayName: 'a\nb' }],
      ['displayName', { displayName: '\ud83d' }],
      ['displayName', { displayName: '👍'.repeat(65) }],
      ['deviceName', { deviceName: 'x'.repeat(101) }],
      ['deviceName', { deviceName: 'a\u0000b' }],
    ])('refuses a bad %s: %j', async (field, wrong) => {
      const options = { handle: handle(), password, address: world.address(), ...wrong };
      await expect(world.users.signUp(options)).rejects.toMatchObject({ code: 'INVALID_INPUT', field: [field] });
    });

    test('takes the longest of everything: code points count, not UTF-16 units', async () => {
      const options = { password: '👍'.repeat(256), displayName: '👍'.repeat(64), deviceName: '👍'.repeat(100), address: world.address() };
      const { viewer } = await world.users.signUp({ handle: `${'0'.repeat(20)}${randomBytes(6).toString('hex')}`, ...options });
      expect(await world.users.byIds([viewer.userId])).toMatchObject([{ displayName: options.displayName }]);
    });

    test('a taken handle is CONFLICT, in whatever case, and leaves nothing', async () => {
      const { handle: taken } = await world.newcomer();
      const streams = await db.client.stream.count();
      await expect(world.users.signUp({ handle: taken.toUpperCase(), password, address: world.address() })).rejects.toMatchObject({
        code: 'CONFLICT',
        field: ['handle'],
      });
      expect(await db.client.stream.count()).toBe(streams);
    });

    test('of twenty who race for a handle one gets it, and the others leave nothing', async () => {
      const wanted = handle();
      const [streams, sessions] = [await db.client.stream.count(), await db.client.session.count()];
      const other = world.node();
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, (_, index) =>
          (index % 2 === 0 ? world.users : other).signUp({ handle: wanted, password, address: world.address() }),
        ),
      );
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'CONFLICT' });
      expect([await db.client.stream.count(), await db.client.session.count()]).toEqual([streams + 1, sessions + 1]);
    });

    test('is throttled by address, for a while', async () => {
      const users = world.node({
        limits: createMemoryLimits(),
        config: { ...usualConfig, addressAttempts: 3 },
      });
      const address = world.address();
      for (let count = 0; count < 3; count += 1) await users.signUp({ handle: handle(), password, address });
      await expect(users.signUp({ handle: handle(), password, address })).rejects.toMatchObject({
        code: 'RATE_LIMITED',
        retryAfterMs: expect.any(Number),
      });
      await users.signUp({ handle: handle(), password, address: world.address() });
    });
  });

  describe('signing in', () => {
    test('starts another session, with the handle in any case', async () => {
      const { handle: name, viewer } = await world.newcomer();
      const again = await world.users.signIn({ handle: name.toUpperCase(), password, deviceName: 'phone', address: world.address() });
      expect(again.viewer.userId).toBe(viewer.userId);
      expect(again.viewer.sessionId).not.toBe(viewer.sessionId);
      expect(await world.entries(viewer.userId)).toEqual(['SessionStarted', 'SessionStarted']);
      expect((await world.users.sessions(viewer)).map(({ deviceName }) => deviceName)).toEqual(['phone', 'unknown device']);
    });

    test('composed and decomposed letters are one password, upper and lower case are not', async () => {
      const name = handle();
      await world.users.signUp({ handle: name, password: 'caf\u00e9 noir', address: world.address() });
      await world.users.signIn({ handle: name, password: 'cafe\u0301 noir', address: world.address() });
      await expect(world.users.signIn({ handle: name, password: 'CAF\u00c9 noir', address: world.address() })).rejects.toMatchObject({
        code: 'INVALID_CREDENTIALS',
      });
    });

    test('never tells a wrong handle from a wrong password', async () => {
      const { handle: name } = await world.newcomer();
      const attempts = [
        { handle: name, password: 'wrong password' },
        { handle: name, password: '' },
        { handle: name, password: 'x'.repeat(100_000) },
        { handle: name, password: '\ud800'.repeat(10) },
        { handle: handle(), password },
        { handle: 'not a handle at all', password },
        { handle: '', password },
      ];
      const told = await Promise.all(
        attempts.map((attempt) =>
          world.users.signIn({ ...attempt, address: world.address() }).then(
            () => 'signed in',
            ({ code, message, field }) => JSON.stringify({ code, message, field }),
          ),
        ),
      );
      expect(new Set(told).size).toBe(1);
      expect(told[0]).toContain('INVALID_CREDENTIALS');
    });

    test('a user who is not active cannot, nor refresh', async () => {
      const { handle: name, viewer, refreshToken } = await world.newcomer();
      await db.transaction((tx) => tx.user.update({ where: { id: viewer.userId }, data: { state: 'SUSPENDED' } }));
      await expect(world.users.signIn({ handle: name, password, address: world.address() })).rejects.toMatchObject({
        code: 'INVALID_CREDENTIALS',
      });
      await expect(world.users.refresh({ refreshToken })).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
    });

    test('ends the oldest sessions beyond the limit', async () => {
      const users = world.node({
        config: { ...usualConfig, maxSessions: 3 },
      });
      const { handle: name, viewer, accessToken } = await world.newcomer();
      const ids = [viewer.sessionId];
      for (let count = 0; count < 4; count += 1)
        ids.push((await users.signIn({ handle: name, password, address: world.address() })).viewer.sessionId);
      expect((await users.sessions(viewer)).map(({ id }) => id)).toEqual(ids.slice(2).toReversed());
      await expect(users.authenticate(accessToken)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
      const { entries } = await world.log.read(viewer.userId, { after: 0, limit: 100 });
      expect(entries.map(({ type, data }) => [type, ids.indexOf(data !== null && 'sessionId' in data ? data.sessionId : '')])).toEqual([
        ['SessionStarted', 0],
        ['SessionStarted', 1],
        ['SessionStarted', 2],
        ['SessionEnded', 0],
        ['SessionStarted', 3],
        ['SessionEnded', 1],
        ['SessionStarted', 4],
      ]);
    });

    test('many at once stay within the limit of sessions, each with an entry of its own', async () => {
      const users = world.node({
        config: { ...usualConfig, maxSessions: 2, signInAttempts: 100 },
      });
      const { handle: name, viewer } = await world.newcomer();
      await Promise.all(Array.from({ length: 8 }, () => users.signIn({ handle: name, password, address: world.address() })));
      expect(await users.sessions(viewer)).toHaveLength(2);
      const words = await world.entries(viewer.userId);
      expect(words.filter((word) => word === 'SessionStarted')).toHaveLength(9);
      expect(words.filter((word) => word === 'SessionEnded')).toHaveLength(7);
    });
  });

  describe('guessing', () => {
    const few = { ...usualConfig, signInAttempts: 3, addressAttempts: 5 };

    test('is throttled by handle from any address, also for who then knows the password', async () => {
      const users = world.node({ limits: createMemoryLimits(), config: few });
      const { handle: name } = await world.newcomer();
      for (let count = 0; count < 3; count += 1) {
        await expect(users.signIn({ handle: name, password: 'wrong guess', address: world.address() })).rejects.toMatchObject({
          code: 'INVALID_CREDENTIALS',
        });
      }
      await expect(users.signIn({ handle: name.toUpperCase(), password, address: world.address() })).rejects.toMatchObject({
        code: 'RATE_LIMITED',
        retryAfterMs: expect.any(Number),
      });
    });

    test('is throttled by address over all handles, an IPv6 network counting as one', async () => {
      const users = world.node({ limits: createMemoryLimits(), config: few });
      for (let count = 0; count < 5; count += 1) {
        await expect(users.signIn({ handle: handle(), password, address: `2001:db8:1:2::${count}` })).rejects.toMatchObject({
          code: 'INVALID_CREDENTIALS',
        });
      }
      const { handle: name } = await world.newcomer();
      await expect(users.signIn({ handle: name, password, address: '2001:db8:1:2:ffff::1' })).rejects.toMatchObject({
        code: 'RATE_LIMITED',
      });
      await users.signIn({ handle: name, password, address: '2001:db8:1:3::1' });
    });

    test('many guesses at once get through no more than as many one by one', async () => {
      const users = world.node({ limits: createMemoryLimits(), config: few });
      const { handle: name } = await world.newcomer();
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, () => users.signIn({ handle: name, password: 'wrong guess', address: world.address() })),
      );
      const codes = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'signed in'));
      expect(codes.filter((code) => code === 'INVALID_CREDENTIALS')).toHaveLength(3);
      expect(codes.filter((code) => code === 'RATE_LIMITED')).toHaveLength(17);
    });

    test('signing in well does not count, however often', async () => {
      const users = world.node({ limits: createMemoryLimits(), config: few });
      const { handle: name } = await world.newcomer();
      const address = world.address();
      for (let count = 0; count < 8; count += 1) await users.signIn({ handle: name, password, address });
      await expect(users.signIn({ handle: name, password: 'wrong guess', address })).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
    });
  });

  describe('an access token', () => {
    test('is a JWT that names its key, user and session, and ends when it says', async () => {
      const { viewer, accessToken, accessTokenExpiresAt } = await world.newcomer();
      expect(decodeProtectedHeader(accessToken)).toEqual({ alg: 'HS256', typ: 'JWT', kid: 'k1' });
      const claims = decodeJwt(accessToken);
      expect(claims).toMatchObject({ sub: String(viewer.userId), sid: viewer.sessionId, exp: accessTokenExpiresAt.getTime() / 1_000 });
      expect(Number(claims.exp) - Number(claims.iat)).toBe(900);
    });

    test('is refused once it has expired, its session has ended, or its session is not its user’s', async () => {
      const { viewer, accessToken } = await world.newcomer();
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 901_000 });
      try {
        await expect(world.users.authenticate(accessToken)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
      } finally {
        vi.useRealTimers();
      }
      await world.users.authenticate(accessToken);
      await world.users.signOut(viewer, {});
      await expect(world.users.authenticate(accessToken)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    });

    test('is refused where it is malformed, forged, unsigned, of another key or made for another purpose', async () => {
      const key = newKey('own');
      const users = world.node({ keys: [key] });
      const { handle: name } = await world.newcomer();
      const { viewer, accessToken, refreshToken } = await users.signIn({ handle: name, password, address: world.address() });
      const [head = '', body = '', signature = ''] = accessToken.split('.');
      const forged = Buffer.from(JSON.stringify({ ...decodeJwt(accessToken), sub: '1' })).toString('base64url');
      const none = Buffer.from(JSON.stringify({ alg: 'none', kid: 'own' })).toString('base64url');
      const sameSecret = await new SignJWT({ sid: viewer.sessionId })
        .setProtectedHeader({ alg: 'HS256', kid: 'own' })
        .setSubject(String(viewer.userId))
        .setIssuer('mpim')
        .setAudience('mpim-access')
        .setExpirationTime('1h')
        .sign(Buffer.from(key.secret, 'base64url'));
      const wrong = [
        '',
        'x',
        '..',
        `${head}.${forged}.${signature}`,
        `${head}.${body}.`,
        `${none}.${body}.`,
        sameSecret,
        refreshToken,
        `${accessToken}x`,
      ];
      for (const token of wrong) await expect(users.authenticate(token), token).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
      await expect(world.node({ keys: [newKey('own')] }).authenticate(accessToken)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
      expect(await users.authenticate(accessToken)).toMatchObject(viewer);
    });

    test('survives a rotation of keys as long as its key is kept', async () => {
      const [old, fresh] = [newKey('old'), newKey('new')];
      const { handle: name } = await world.newcomer();
      const before = await world.node({ keys: [old] }).signIn({ handle: name, password, address: world.address() });
      const users = world.node({ keys: [fresh, old] });
      expect(await users.authenticate(before.accessToken)).toMatchObject(before.viewer);
      const after = await users.refresh({ refreshToken: before.refreshToken });
      expect(decodeProtectedHeader(after.accessToken).kid).toBe('new');
      await world.node({ keys: [fresh] }).authenticate(after.accessToken);
      await expect(world.node({ keys: [fresh] }).authenticate(before.accessToken)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    });

    test('being used is seen, to the minute', async () => {
      const { viewer, accessToken } = await world.newcomer();
      const seen = async () => (await world.users.session(viewer, viewer.sessionId))?.lastSeenAt.getTime() ?? 0;
      const first = await seen();
      await world.users.authenticate(accessToken);
      await world.age(viewer.sessionId, 61_000);
      await Promise.all([world.users.authenticate(accessToken), world.users.authenticate(accessToken)]);
      await vi.waitFor(async () => expect(await seen()).toBeGreaterThanOrEqual(first));
    });

    test('of many who come at one time each is seen, and nobody who did not', async () => {
      const people = await Promise.all(Array.from({ length: 5 }, () => world.newcomer()));
      const seen = () =>
        Promise.all(
          people.map(async ({ viewer }) => (await world.users.session(viewer, viewer.sessionId))?.lastSeenAt.getTime() ?? Number.NaN),
        );
      await Promise.all(people.map(({ viewer }) => world.age(viewer.sessionId, 61_000)));
      const aged = await seen();
      const [absent, ...come] = people;
      await Promise.all(come.map(({ accessToken }) => world.users.authenticate(accessToken)));
      const moved = people.map((person) => person !== absent);
      await vi.waitFor(async () => expect((await seen()).map((at, n) => at > (aged[n] ?? at))).toEqual(moved));
    });
  });
}
