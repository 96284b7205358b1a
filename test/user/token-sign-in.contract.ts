import { randomBytes, randomUUID } from 'node:crypto';
import { verify } from '@node-rs/argon2';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config/index.ts';
import type { Db } from '../../src/db/index.ts';
import { createIdentities, type Identities } from '../../src/identity/index.ts';
import { createMemoryLimits } from '../../src/limit/limit.memory.ts';
import { createAdministration, type UserParts, type Users } from '../../src/user/index.ts';
import { createScreen } from '../../src/words/screen.ts';
import { audience, backendToken, now } from '../support/issuer.ts';
import { password, type UsersWorld, usersOn, usualConfig } from './users-world.ts';

const issuer = 'the-backend';
const secret = randomBytes(32).toString('hex');

/** What signing in with another issuer's token promises, on any database. */
export function promisesOfSigningInWithTokens(open: () => Promise<Db>): void {
  let db: Db;
  let world: UsersWorld;
  let identities: Identities;
  let users: Users;
  beforeAll(async () => {
    db = await open();
    world = usersOn(db);
    const config = readConfig({ IDENTITY_ISSUER: issuer, IDENTITY_AUDIENCE: audience, IDENTITY_SECRET: secret });
    const made = createIdentities({ config, logger: pino({ level: 'silent' }) });
    if (made === null) throw new Error('there is an issuer');
    identities = made;
    users = node();
  });
  afterAll(() => db[Symbol.asyncDispose]());

  function node({ config, ...parts }: Omit<Partial<UserParts>, 'config'> & { readonly config?: Partial<UserParts['config']> } = {}): Users {
    return world.node({ identities, ...parts, config: { ...usualConfig, ...config } });
  }

  function token(claims: Readonly<Record<string, unknown>>): Promise<string> {
    return backendToken(secret, { iss: issuer, ...claims });
  }

  async function signIn(claims: Readonly<Record<string, unknown>>, by: Users = users) {
    const signedIn = await by.signInWithToken({ token: await token(claims), address: world.address() });
    const [user] = await users.byIds([signedIn.viewer.userId]);
    if (!user) throw new Error('they have an account');
    return { ...signedIn, user };
  }

  function name(): string {
    return `n.${randomBytes(6).toString('hex')}`;
  }

  describe('a user who signs in with a token for the first time', () => {
    test('gets an account with the token’s profile, and a session like any other', async () => {
      const [sub, handle] = [randomUUID(), name()];
      const claims = { sub, preferred_username: handle, name: 'Ada Lovelace', picture: 'https://example.org/ada.png' };
      const { viewer, accessToken, refreshToken, user } = await signIn(claims);
      expect(user).toMatchObject({ handle, displayName: 'Ada Lovelace', avatarUrl: 'https://example.org/ada.png' });
      expect(await world.entries(user.id)).toEqual(['SessionStarted']);
      expect(await users.authenticate(accessToken)).toMatchObject({ ...viewer, role: 'USER' });
      expect((await users.refresh({ refreshToken })).viewer).toEqual(viewer);
      expect(await users.hasPassword(viewer)).toBe(false);
      expect((await users.ownRecord(user.id))?.identities).toEqual([{ issuer, subject: sub, createdAt: user.createdAt }]);
    });

    test('is found by name and handle', async () => {
      const handle = name();
      const { user, viewer } = await signIn({ sub: randomUUID(), preferred_username: handle, name: `Zoë ${handle.slice(2)}` });
      for (const text of [handle, handle.slice(2)]) {
        const page = await (await users.search(viewer, text))({ first: 5 });
        expect(page.items.map((item) => item.user.id)).toEqual([user.id]);
      }
    });

    test('is identified by the subject: with another user’s handle they get an account of their own', async () => {
      const ann = await world.newcomer();
      const { user } = await signIn({ sub: randomUUID(), preferred_username: ann.handle });
      expect(user.id).not.toBe(ann.viewer.userId);
      expect(user.handle).toMatch(new RegExp(`^${ann.handle}-[0-9a-f]{4}$`));
      expect(user.displayName).toBe(user.handle);
    });

    test.each([
      ['an address', 'Grace.Hopper@navy.example', /^grace\.hopper(-|$)/],
      ['another script’s accents', 'Zoë Müller', /^zoe-muller(-|$)/],
      ['what has no letter of a handle', '张伟', /^user-[0-9a-f]{16}$/],
      ['too little', 'x', /^user-[0-9a-f]{16}$/],
      ['too much', 'q'.repeat(300), /^q{27}(q{5}|-[0-9a-f]{4})$/],
      ['too much, with an end that would be cut in a gap', `${'w'.repeat(31)} and more`, /^w{27}(w{4}|-[0-9a-f]{4})$/],
      ['nothing', undefined, /^user-[0-9a-f]{16}$/],
    ])('gets a handle if the token’s username is %s', async (_what, wished, expected) => {
      const first = await signIn({ sub: randomUUID(), preferred_username: wished });
      const second = await signIn({ sub: randomUUID(), preferred_username: wished });
      expect(first.user.handle).toMatch(expected);
      expect(second.user.handle).toMatch(expected);
      expect(second.user.handle).not.toBe(first.user.handle);
    });

    test.each([
      ['more lines than one', 'Ada\n\tLovelace\u2028 ', 'Ada Lovelace'],
      ['more than has room', '🚀'.repeat(80), '🚀'.repeat(64)],
      ['what nobody can see', '\u200b \u2060', null],
      ['half a character', 'Ada \ud83d', 'Ada \ufffd'],
    ])('gets a visible name of one line if the token’s name is %s', async (_what, said, shown) => {
      const handle = name();
      const { user } = await signIn({ sub: randomUUID(), preferred_username: handle, name: said });
      expect(user.displayName).toBe(shown ?? handle);
    });

    test('has no avatar if the token’s picture is not a valid URL', async () => {
      const { user } = await signIn({ sub: randomUUID(), picture: 'javascript:alert(1)' });
      expect(user.avatarUrl).toBeNull();
    });

    test('does not become an admin by a username, and does not get a handle that is reserved for another user', async () => {
      const handle = name();
      const guarded = node({ config: { adminHandles: [handle] } });
      const { user, accessToken } = await signIn({ sub: randomUUID(), preferred_username: handle }, guarded);
      expect(user.handle).not.toBe(handle);
      await expect(guarded.authenticateAdmin(accessToken)).rejects.toMatchObject({ code: 'FORBIDDEN' });

      const former = await world.newcomer();
      await users.changeHandle(former.viewer, { handle: name() });
      expect((await signIn({ sub: randomUUID(), preferred_username: former.handle })).user.handle).not.toBe(former.handle);
    });

    test('gets another handle and name if the token’s have a refused word', async () => {
      const rude = `rude${randomBytes(4).toString('hex')}`;
      const screen = createScreen(() => (text) => {
        const at = text.indexOf(rude);
        return at < 0 ? [] : [{ action: 'REFUSE', list: 'l', word: rude, start: at, end: at + rude.length }];
      });
      const { user } = await signIn({ sub: randomUUID(), preferred_username: rude, name: `So ${rude}` }, node({ screen }));
      expect(user.handle).toMatch(/^user-/);
      expect(user.displayName).toBe(user.handle);
    });

    test('is refused while sign-up is closed and during maintenance, but an existing user is not', async () => {
      const sub = randomUUID();
      const closed = node({ config: { signUpOpen: false } });
      const maintained = node({ config: { maintenance: true, maintenanceMessage: 'Back at noon.' } });
      await expect(signIn({ sub }, closed)).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await expect(signIn({ sub }, maintained)).rejects.toMatchObject({ code: 'UNAVAILABLE', message: 'Back at noon.' });
      const { user } = await signIn({ sub });
      expect((await signIn({ sub }, closed)).user.id).toBe(user.id);
      expect((await signIn({ sub }, maintained)).user.id).toBe(user.id);
    });
  });

  describe('a user who has signed in with a token before', () => {
    test('is the same user on every device and node, and keeps their profile', async () => {
      const [sub, handle] = [randomUUID(), name()];
      const { user, viewer } = await signIn({ sub, preferred_username: handle, name: 'Ada' });
      const again = await signIn({ sub, preferred_username: name(), name: 'Augusta' }, node());
      expect(again.user).toEqual(user);
      expect(again.viewer.sessionId).not.toBe(viewer.sessionId);
      expect(await users.sessions(viewer)).toHaveLength(2);
    });

    test('gets the token’s profile at each sign-in if IDENTITY_PROFILE is always, and keeps what the token lacks', async () => {
      const follows = node({ config: { identityProfile: 'always' } });
      const sub = randomUUID();
      const picture = 'https://example.org/1.png';
      const { user } = await signIn({ sub, name: 'Ada', picture }, follows);
      expect((await signIn({ sub, name: 'Augusta' }, follows)).user).toEqual({ ...user, displayName: 'Augusta' });
      expect((await signIn({ sub, picture: 'none' }, follows)).user).toEqual({ ...user, displayName: 'Augusta' });
      expect(await world.entries(user.id)).toEqual(['SessionStarted', 'SessionStarted', 'ProfileChanged', 'SessionStarted']);
    });

    test('is signed in even if the token’s name is refused', async () => {
      const sub = randomUUID();
      const { user } = await signIn({ sub, name: 'Ada' });
      const screen = createScreen(() => () => [{ action: 'REFUSE', list: 'l', word: 'any', start: 0, end: 3 }]);
      expect((await signIn({ sub, name: 'Any' }, node({ screen, config: { identityProfile: 'always' } }))).user).toEqual(user);
    });

    test('is not the user with the same subject at another issuer', async () => {
      const sub = randomUUID();
      const { user } = await signIn({ sub });
      const config = readConfig({ IDENTITY_ISSUER: 'elsewhere', IDENTITY_AUDIENCE: audience, IDENTITY_SECRET: secret });
      const others = createIdentities({ config, logger: pino({ level: 'silent' }) });
      expect((await signIn({ sub, iss: 'elsewhere' }, node({ identities: others }))).user.id).not.toBe(user.id);
      expect((await signIn({ sub: sub.toUpperCase() })).user.id).not.toBe(user.id);
    });

    test('is one user if all their devices sign in for the first time concurrently on two nodes', async () => {
      const [sub, other] = [randomUUID(), node()];
      const claims = { sub, preferred_username: name() };
      const all = await Promise.all(Array.from({ length: 12 }, (_, place) => signIn(claims, place % 2 === 0 ? users : other)));
      expect(new Set(all.map(({ user }) => user.id)).size).toBe(1);
      expect(new Set(all.map(({ viewer }) => viewer.sessionId)).size).toBe(12);
      expect(all[0]?.user.handle).toBe(claims.preferred_username);
    });

    test('has a handle of their own if many users with one username sign in concurrently', async () => {
      const handle = name();
      const all = await Promise.all(Array.from({ length: 8 }, () => signIn({ sub: randomUUID(), preferred_username: handle })));
      const handles = all.map(({ user }) => user.handle);
      expect(new Set(handles).size).toBe(8);
      expect(handles.every((one) => one.startsWith(handle))).toBe(true);
    });

    test('is told the reason of their suspension', async () => {
      const sub = randomUUID();
      const { user } = await signIn({ sub });
      const administration = createAdministration({ db, log: world.log, config: usualConfig });
      await administration.suspend(null, { userId: user.id, reason: 'Spam.' });
      await expect(signIn({ sub })).rejects.toMatchObject({ code: 'SUSPENDED', message: expect.stringContaining('Spam.') });
    });
  });

  describe('an account without a password', () => {
    test('has no password that can be guessed', async () => {
      const { user, viewer } = await signIn({ sub: randomUUID() });
      for (const guess of ['', password, 'null', '$argon2id$v=19$m=8,t=1,p=1$$']) {
        await expect(users.signIn({ handle: user.handle, password: guess, address: world.address() })).rejects.toMatchObject({
          code: 'INVALID_CREDENTIALS',
        });
      }
      await expect(
        users.changePassword(viewer, { currentPassword: '', newPassword: password, address: world.address() }),
      ).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS', field: ['currentPassword'] });
    });

    test('has a hash that no known password matches, for nodes of earlier releases', async () => {
      const { user } = await signIn({ sub: randomUUID() });
      const { passwordHash } = await db.client.user.findUniqueOrThrow({ where: { id: user.id } });
      for (const guess of ['', password]) expect(await verify(passwordHash, guess)).toBe(false);
    });

    test('can get a password from operators', async () => {
      const { user, viewer } = await signIn({ sub: randomUUID() });
      const administration = createAdministration({ db, log: world.log, config: usualConfig });
      const { password: made } = await administration.resetPassword(null, { userId: user.id });
      expect((await users.signIn({ handle: user.handle, password: made, address: world.address() })).viewer.userId).toBe(user.id);
      expect(await users.hasPassword(viewer)).toBe(true);
    });

    test('is erased with a fresh token and leaves nothing: with the same identity its user gets a new account', async () => {
      const sub = randomUUID();
      const { user, viewer } = await signIn({ sub });
      await users.erase(viewer, { token: await token({ sub, iat: now() - 290 }), messages: 'KEEP', address: world.address() });
      expect(await db.client.identity.count({ where: { userId: user.id } })).toBe(0);
      expect((await signIn({ sub })).user.id).not.toBe(user.id);
    });

    // Times count from the beginning of each test: minutes may have passed since the file was loaded.
    test.each<[string, () => Readonly<Record<string, unknown>>]>([
      ['of before', () => ({ iat: now() - 310 })],
      ['that does not say when it was made', () => ({ iat: undefined })],
      ['that is to be made yet', () => ({ iat: now() + 310 })],
      ['that was made when nobody knows', () => ({ iat: Number.MAX_VALUE })],
      ['of another', () => ({ sub: 'another' })],
      ['that is none', () => ({ exp: 1_000 })],
    ])('is not erased with a token %s', async (_what, claims) => {
      const sub = randomUUID();
      const { user, viewer } = await signIn({ sub });
      await signIn({ sub: 'another' });
      const given = { token: await token({ sub, ...claims() }), messages: 'KEEP', address: world.address() } as const;
      await expect(users.erase(viewer, given)).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS', field: ['token'] });
      expect((await signIn({ sub })).user.id).toBe(user.id);
    });

    test('is not erased by trying many tokens: each failure counts like a failed sign-in', async () => {
      const strict = node({ limits: createMemoryLimits(), config: { addressAttempts: 2 } });
      const { viewer } = await signIn({ sub: randomUUID() });
      const given = { token: await token({ sub: 'another' }), messages: 'KEEP', address: world.address() } as const;
      for (const code of ['INVALID_CREDENTIALS', 'INVALID_CREDENTIALS', 'RATE_LIMITED']) {
        await expect(strict.erase(viewer, given)).rejects.toMatchObject({ code });
      }
    });

    test('is not erased without password and token, nor with both', async () => {
      const sub = randomUUID();
      const { viewer } = await signIn({ sub });
      for (const [shown, field] of [
        [{}, 'password'],
        [{ token: null, password: null }, 'password'],
        [{ token: await token({ sub }), password }, 'token'],
      ] as const) {
        const given = { ...shown, messages: 'KEEP', address: world.address() } as const;
        await expect(users.erase(viewer, given)).rejects.toMatchObject({ code: 'INVALID_INPUT', field: [field] });
      }
    });
  });

  test('invalid tokens count as failed sign-ins of their address, and a valid token is accepted beyond the limit', async () => {
    const strict = node({ limits: createMemoryLimits(), config: { addressAttempts: 3 } });
    const address = world.address();
    for (const code of ['INVALID_CREDENTIALS', 'INVALID_CREDENTIALS', 'INVALID_CREDENTIALS', 'RATE_LIMITED']) {
      await expect(strict.signInWithToken({ token: 'none', address })).rejects.toMatchObject({ code });
    }
    await strict.signInWithToken({ token: await token({ sub: randomUUID() }), address });
    const { handle } = await world.newcomer();
    await expect(strict.signIn({ handle, password, address })).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await strict.signIn({ handle, password, address: world.address() });
  });

  test('a backend that signs in many users at once is not rate limited', async () => {
    const strict = node({ limits: createMemoryLimits(), config: { addressAttempts: 3 } });
    const address = world.address();
    const tokens = await Promise.all(Array.from({ length: 12 }, () => token({ sub: randomUUID() })));
    const all = await Promise.all(tokens.map((each) => strict.signInWithToken({ token: each, address })));
    expect(new Set(all.map(({ viewer }) => viewer.userId)).size).toBe(12);
  });

  test('sign-in with a token is refused without an issuer, and sign-in with a password if passwords are off', async () => {
    await expect(signIn({ sub: 'ada' }, world.node())).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const ann = await world.newcomer();
    const only = node({ config: { passwords: false } });
    const { handle } = ann;
    await expect(only.signIn({ handle, password, address: world.address() })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(only.signUp({ handle: name(), password, address: world.address() })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    // Existing sessions continue.
    await only.refresh({ refreshToken: ann.refreshToken });
  });

  describe('an identity that operators link or unlink', () => {
    function administration(adminHandles: readonly string[] = []) {
      return createAdministration({ db, log: world.log, config: { ...usualConfig, adminHandles, identityIssuer: issuer } });
    }

    test('signs its user in, besides the password, until it is unlinked', async () => {
      const sub = randomUUID();
      const { viewer, handle } = await world.newcomer();
      const link = { userId: viewer.userId, subject: sub };
      expect([await administration().link(null, link), await administration().link(1n, link)]).toEqual([true, false]);
      expect((await signIn({ sub })).user).toMatchObject({ id: viewer.userId, handle });
      expect(await users.hasPassword(viewer)).toBe(true);
      expect([await administration().unlink(1n, link), await administration().unlink(null, link)]).toEqual([true, false]);
      expect((await signIn({ sub })).user.id).not.toBe(viewer.userId);
      await users.signIn({ handle, password, address: world.address() });
    });

    /** A node on which operators unlink the identity right before a write. */
    function unlinkingFirst(userId: bigint, subject: string): Users {
      const { append } = world.log;
      const late: UserParts['log'] = {
        ...world.log,
        async append(act) {
          await administration().unlink(null, { userId, subject });
          return append(act);
        },
      };
      return node({ log: late });
    }

    test('is refused if it is unlinked during the sign-in', async () => {
      const sub = randomUUID();
      const { user } = await signIn({ sub });
      await expect(signIn({ sub }, unlinkingFirst(user.id, sub))).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS', field: ['token'] });
      expect(await world.entries(user.id)).toEqual(['SessionStarted']);
      expect((await signIn({ sub })).user.id).not.toBe(user.id);
    });

    test('does not erase the account if it is unlinked during the request', async () => {
      const sub = randomUUID();
      const { user, viewer } = await signIn({ sub });
      const given = { token: await token({ sub, iat: now() }), messages: 'KEEP', address: world.address() } as const;
      const refused = { code: 'INVALID_CREDENTIALS', field: ['token'] };
      await expect(unlinkingFirst(user.id, sub).erase(viewer, given)).rejects.toMatchObject(refused);
      expect(await users.byIds([user.id])).toMatchObject([{ handle: user.handle, erased: false }]);
    });

    test('cannot be linked to another user than its own, even if a first sign-in is concurrent', async () => {
      const sub = randomUUID();
      const { viewer } = await world.newcomer();
      const { user } = await signIn({ sub });
      const link = { userId: viewer.userId, subject: sub };
      await expect(administration().link(null, link)).rejects.toMatchObject({ code: 'CONFLICT', field: ['subject'] });
      expect(await administration().unlink(null, link)).toBe(false);
      expect((await signIn({ sub })).user.id).toBe(user.id);

      const raced = { userId: viewer.userId, subject: randomUUID() };
      const [linked, came] = await Promise.allSettled([administration().link(null, raced), signIn({ sub: raced.subject })]);
      if (came.status === 'rejected') throw came.reason;
      if (linked.status === 'rejected') expect(linked.reason).toMatchObject({ code: 'CONFLICT', field: ['subject'] });
      expect(came.value.user.id === viewer.userId).toBe(linked.status === 'fulfilled');
    });

    test('is linked and unlinked concurrently with others, even if issuer and subject read the same when joined', async () => {
      const [ann, bob, subject] = [await world.newcomer(), await world.newcomer(), randomUUID()];
      const links = [
        { userId: ann.viewer.userId, issuer: 'my', subject: `shop ${subject}` },
        { userId: bob.viewer.userId, issuer: 'my shop', subject },
      ];
      const at = administration();
      for (const act of ['link', 'unlink'] as const) {
        expect(await Promise.all(links.map((link) => at[act](null, link)))).toEqual([true, true]);
      }
    });

    test('can be changed for an admin by the command line only, and for an unknown user by nobody', async () => {
      const { viewer, handle } = await world.newcomer();
      const link = { userId: viewer.userId, subject: randomUUID() };
      for (const act of ['link', 'unlink'] as const) {
        await expect(administration([handle])[act](1n, link)).rejects.toMatchObject({ code: 'CONFLICT', field: ['userId'] });
        expect(await administration([handle])[act](null, link)).toBe(true);
        await expect(administration()[act](null, { ...link, userId: 2n ** 60n })).rejects.toMatchObject({
          code: 'NOT_FOUND',
          field: ['userId'],
        });
      }
    });
  });

  test('an identity left by an erasure on an earlier release can be used again once operators have unlinked it', async () => {
    const sub = randomUUID();
    const { viewer } = await signIn({ sub });
    await users.erase(viewer, { token: await token({ sub }), messages: 'KEEP', address: world.address() });
    const left = { issuer, subject: sub, userId: viewer.userId, createdAt: new Date() };
    await db.transaction((tx) => tx.identity.create({ data: left }));
    await expect(signIn({ sub })).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
    const administration = createAdministration({ db, log: world.log, config: { ...usualConfig, identityIssuer: issuer } });
    const link = { userId: viewer.userId, subject: sub };
    await expect(administration.link(null, link)).rejects.toMatchObject({ code: 'NOT_FOUND', field: ['userId'] });
    expect(await administration.unlink(1n, link)).toBe(true);
    expect((await signIn({ sub })).user.id).not.toBe(viewer.userId);
  });

  test('operators find a user by an identity and see the identities of users', async () => {
    const sub = randomUUID();
    const { user } = await signIn({ sub });
    const administration = createAdministration({ db, log: world.log, config: { ...usualConfig, identityIssuer: issuer } });
    expect(await administration.byIdentity({ subject: sub })).toEqual(user);
    expect(await administration.byIdentity({ subject: sub, issuer: 'elsewhere' })).toBeNull();
    for (const nobody of ['nobody', `${sub} `, '', 'ädä', 'x'.repeat(300)]) {
      expect(await administration.byIdentity({ subject: nobody })).toBeNull();
      expect(await administration.byIdentity({ subject: sub, issuer: nobody })).toBeNull();
    }
    expect(await administration.identities([0n, user.id])).toEqual([[], [{ issuer, subject: sub, createdAt: user.createdAt }]]);
  });
}
