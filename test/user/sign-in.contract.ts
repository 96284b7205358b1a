import { randomBytes } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import { createMemoryLimits } from '../../src/limit/limit.memory.ts';
import type { SignedIn } from '../../src/user/index.ts';
import { uuidBytes } from '../../src/uuid.ts';
import { newKey, password, type UsersWorld, usersOn, usualConfig } from './users-world.ts';

/** What sign-up and sign-in promise, on any database. */
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

  describe('sign-up', () => {
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

    test('lowercases the handle, and keeps any name that is visible as it is', async () => {
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
      // The Kelvin sign becomes an ASCII k in lower case.
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
    ])('refuses an invalid %s: %j', async (field, wrong) => {
      const options = { handle: handle(), password, address: world.address(), ...wrong };
      await expect(world.users.signUp(options)).rejects.toMatchObject({ code: 'INVALID_INPUT', field: [field] });
    });

    test('accepts the longest of everything, counted in code points and not in UTF-16 units', async () => {
      const options = { password: '👍'.repeat(256), displayName: '👍'.repeat(64), deviceName: '👍'.repeat(100), address: world.address() };
      const { viewer } = await world.users.signUp({ handle: `${'0'.repeat(20)}${randomBytes(6).toString('hex')}`, ...options });
      expect(await world.users.byIds([viewer.userId])).toMatchObject([{ displayName: options.displayName }]);
    });

    test('with a taken handle in any case is refused with CONFLICT and leaves nothing', async () => {
      const { handle: taken } = await world.newcomer();
      const streams = await db.client.stream.count();
      await expect(world.users.signUp({ handle: taken.toUpperCase(), password, address: world.address() })).rejects.toMatchObject({
        code: 'CONFLICT',
        field: ['handle'],
      });
      expect(await db.client.stream.count()).toBe(streams);
    });

    test('by twenty concurrent users with one handle succeeds for one, and the others leave nothing', async () => {
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

    test('is rate limited per address', async () => {
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

  describe('sign-in', () => {
    test('starts another session, with the handle in any case', async () => {
      const { handle: name, viewer } = await world.newcomer();
      const again = await world.users.signIn({ handle: name.toUpperCase(), password, deviceName: 'phone', address: world.address() });
      expect(again.viewer.userId).toBe(viewer.userId);
      expect(again.viewer.sessionId).not.toBe(viewer.sessionId);
      expect(await world.entries(viewer.userId)).toEqual(['SessionStarted', 'SessionStarted']);
      expect((await world.users.sessions(viewer)).map(({ deviceName }) => deviceName)).toEqual(['phone', 'unknown device']);
    });

    test('takes composed and decomposed letters as the same, but not upper and lower case', async () => {
      const name = handle();
      await world.users.signUp({ handle: name, password: 'caf\u00e9 noir', address: world.address() });
      await world.users.signIn({ handle: name, password: 'cafe\u0301 noir', address: world.address() });
      await expect(world.users.signIn({ handle: name, password: 'CAF\u00c9 noir', address: world.address() })).rejects.toMatchObject({
        code: 'INVALID_CREDENTIALS',
      });
    });

    test('gives the same error for a wrong handle and a wrong password', async () => {
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

    test('is refused for an inactive user, like a refresh', async () => {
      const { handle: name, viewer, refreshToken } = await world.newcomer();
      await db.transaction((tx) => tx.user.update({ where: { id: viewer.userId }, data: { state: 'SUSPENDED' } }));
      await expect(world.users.signIn({ handle: name, password, address: world.address() })).rejects.toMatchObject({
        code: 'INVALID_CREDENTIALS',
      });
      await expect(world.users.refresh({ refreshToken })).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
    });

    test('ends the oldest sessions beyond MAX_SESSIONS', async () => {
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

    test('that is concurrent stays within MAX_SESSIONS, with an entry for each start and end', async () => {
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

  describe('guessing passwords', () => {
    const few = { ...usualConfig, signInAttempts: 3, addressAttempts: 5 };

    test('is rate limited per handle and address, even for a right password; other addresses and the user’s own acts are not affected', async () => {
      const users = world.node({ limits: createMemoryLimits(), config: few });
      const { handle: name, viewer } = await world.newcomer();
      const address = world.address();
      for (let count = 0; count < 3; count += 1) {
        await expect(users.signIn({ handle: name, password: 'wrong guess', address })).rejects.toMatchObject({
          code: 'INVALID_CREDENTIALS',
        });
      }
      await expect(users.signIn({ handle: name.toUpperCase(), password, address })).rejects.toMatchObject({
        code: 'RATE_LIMITED',
        retryAfterMs: expect.any(Number),
      });
      await users.signIn({ handle: name, password, address: world.address() });
      await users.changePassword(viewer, { currentPassword: password, newPassword: 'another horse battery', address });
    });

    test('is rate limited per handle from all addresses: ten of them get what one gets ten times', async () => {
      const users = world.node({ limits: createMemoryLimits(), config: { ...few, signInAttempts: 1 } });
      const { handle: name } = await world.newcomer();
      for (let count = 0; count < 10; count += 1) {
        await expect(users.signIn({ handle: name, password: 'wrong guess', address: world.address() })).rejects.toMatchObject({
          code: 'INVALID_CREDENTIALS',
        });
      }
      await expect(users.signIn({ handle: name, password, address: world.address() })).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    });

    test('is rate limited per address over all handles, with an IPv6 network as one address', async () => {
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

    test('concurrently gets no more attempts than one by one', async () => {
      const users = world.node({ limits: createMemoryLimits(), config: few });
      const { handle: name } = await world.newcomer();
      const address = world.address();
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, () => users.signIn({ handle: name, password: 'wrong guess', address })),
      );
      const codes = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'signed in'));
      expect(codes.filter((code) => code === 'INVALID_CREDENTIALS')).toHaveLength(3);
      expect(codes.filter((code) => code === 'RATE_LIMITED')).toHaveLength(17);
    });

    test('is rate limited by failures only: successful sign-ins do not count', async () => {
      const users = world.node({ limits: createMemoryLimits(), config: few });
      const { handle: name } = await world.newcomer();
      const address = world.address();
      for (let count = 0; count < 8; count += 1) await users.signIn({ handle: name, password, address });
      await expect(users.signIn({ handle: name, password: 'wrong guess', address })).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
    });
  });

  describe('an access token', () => {
    test('is a JWT with its key, user and session, and has the expiry that is returned with it', async () => {
      const { viewer, accessToken, accessTokenExpiresAt } = await world.newcomer();
      expect(decodeProtectedHeader(accessToken)).toEqual({ alg: 'HS256', typ: 'JWT', kid: 'k1' });
      const claims = decodeJwt(accessToken);
      expect(claims).toMatchObject({ sub: String(viewer.userId), sid: viewer.sessionId, exp: accessTokenExpiresAt.getTime() / 1_000 });
      expect(Number(claims.exp) - Number(claims.iat)).toBe(900);
    });

    test('is accepted until the time that it says, and refused from then on, whether it was read before or not', async () => {
      const { viewer, accessToken, accessTokenExpiresAt } = await world.newcomer();
      const another = world.node({});
      vi.useFakeTimers({ toFake: ['Date'], now: accessTokenExpiresAt.getTime() - 1 });
      try {
        expect(await world.users.authenticate(accessToken)).toMatchObject(viewer);
        vi.setSystemTime(accessTokenExpiresAt);
        for (const users of [world.users, another])
          await expect(users.authenticate(accessToken)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
      } finally {
        vi.useRealTimers();
      }
    });

    test('is refused once its session has ended', async () => {
      const { viewer, accessToken } = await world.newcomer();
      await world.users.authenticate(accessToken);
      await world.users.signOut(viewer, {});
      await expect(world.users.authenticate(accessToken)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    });

    test('is refused if its session belongs to another user', async () => {
      const [one, other] = [await world.newcomer(), await world.newcomer()];
      await world.users.authenticate(one.accessToken);
      // No act gives a session to another user. A forged pair of user and session needs the key, and looks the same.
      const own = { id: uuidBytes(one.viewer.sessionId) };
      await db.transaction((tx) => tx.session.update({ where: own, data: { userId: other.viewer.userId } }));
      await expect(world.users.authenticate(one.accessToken)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    });

    test('is refused if it is malformed, forged, unsigned, of another key or made for another purpose', async () => {
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

    test('stays valid during a rotation of keys as long as its key is kept', async () => {
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

    test('updates the last use of its session when it is used a minute later, and not within the minute', async () => {
      const [late, soon] = [await world.newcomer(), await world.newcomer()];
      const seen = async ({ viewer }: SignedIn) =>
        (await world.users.session(viewer, viewer.sessionId))?.lastSeenAt.getTime() ?? Number.NaN;
      const first = await seen(late);
      await world.age(soon.viewer.sessionId, 30_000);
      const aged = await seen(soon);
      await Promise.all([soon, late].map(({ accessToken }) => world.users.authenticate(accessToken)));
      await world.age(late.viewer.sessionId, 61_000);
      await Promise.all([late, late].map(({ accessToken }) => world.users.authenticate(accessToken)));
      // Both would be in one write.
      await expect.poll(() => seen(late)).toBeGreaterThanOrEqual(first);
      expect(await seen(soon)).toBe(aged);
    });

    test('updates the last use of its own session only, also if many are used concurrently', async () => {
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
      await expect.poll(async () => (await seen()).map((at, n) => at > (aged[n] ?? at))).toEqual(moved);
    });
  });
}
