import { randomBytes, randomUUID } from 'node:crypto';
import { verify } from '@node-rs/argon2';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import type { Db } from '../../src/db/index.ts';
import { createIdentities, type Identities } from '../../src/identity/index.ts';
import { createMemoryLimits } from '../../src/limit/limit.memory.ts';
import { createAdministration, type UserParts, type Users } from '../../src/user/index.ts';
import { createScreen } from '../../src/words/screen.ts';
import { audience, backendToken, now } from '../support/issuer.ts';
import { password, type UsersWorld, usersOn, usualConfig } from './users-world.ts';

const issuer = 'the-backend';
const secret = randomBytes(32).toString('hex');

/** What signing in with the token of another promises, on any database. */
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

  describe('who comes for the first time', () => {
    test('gets an account, called as the token calls them, and a session as any other', async () => {
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

    test('is found by their name and handle', async () => {
      const handle = name();
      const { user, viewer } = await signIn({ sub: randomUUID(), preferred_username: handle, name: `Zoë ${handle.slice(2)}` });
      for (const text of [handle, handle.slice(2)]) {
        const page = await (await users.search(viewer, text))({ first: 5 });
        expect(page.items.map((item) => item.user.id)).toEqual([user.id]);
      }
    });

    test('is who they are, whatever they are called: the handle of another gives them nothing of theirs', async () => {
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
    ])('gets a handle where the token calls them by %s', async (_what, wished, expected) => {
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
    ])('gets a name of one line that can be seen, where the token says %s', async (_what, said, shown) => {
      const handle = name();
      const { user } = await signIn({ sub: randomUUID(), preferred_username: handle, name: said });
      expect(user.displayName).toBe(shown ?? handle);
    });

    test('has no picture where the token names none that could be one', async () => {
      const { user } = await signIn({ sub: randomUUID(), picture: 'javascript:alert(1)' });
      expect(user.avatarUrl).toBeNull();
    });

    test('does not become an admin by being called as one, nor take a handle that is kept back for another', async () => {
      const handle = name();
      const guarded = node({ config: { adminHandles: [handle] } });
      const { user, accessToken } = await signIn({ sub: randomUUID(), preferred_username: handle }, guarded);
      expect(user.handle).not.toBe(handle);
      await expect(guarded.authenticateAdmin(accessToken)).rejects.toMatchObject({ code: 'FORBIDDEN' });

      const former = await world.newcomer();
      await users.changeHandle(former.viewer, { handle: name() });
      expect((await signIn({ sub: randomUUID(), preferred_username: former.handle })).user.handle).not.toBe(former.handle);
    });

    test('is called otherwise where what they are called is not to be said', async () => {
      const rude = `rude${randomBytes(4).toString('hex')}`;
      const screen = createScreen(() => (text) => {
        const at = text.indexOf(rude);
        return at < 0 ? [] : [{ action: 'REFUSE', list: 'l', word: rude, start: at, end: at + rude.length }];
      });
      const { user } = await signIn({ sub: randomUUID(), preferred_username: rude, name: `So ${rude}` }, node({ screen }));
      expect(user.handle).toMatch(/^user-/);
      expect(user.displayName).toBe(user.handle);
    });

    test('is refused while nobody can sign up, and during maintenance: who has an account is not', async () => {
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

  describe('who has come before', () => {
    test('is the same user on every device and node, whatever they are called by then, unless profiles follow', async () => {
      const [sub, handle] = [randomUUID(), name()];
      const { user, viewer } = await signIn({ sub, preferred_username: handle, name: 'Ada' });
      const again = await signIn({ sub, preferred_username: name(), name: 'Augusta' }, node());
      expect(again.user).toEqual(user);
      expect(again.viewer.sessionId).not.toBe(viewer.sessionId);
      expect(await users.sessions(viewer)).toHaveLength(2);
    });

    test('is called as the token says each time, where profiles follow; what it does not say stays', async () => {
      const follows = node({ config: { identityProfile: 'always' } });
      const sub = randomUUID();
      const picture = 'https://example.org/1.png';
      const { user } = await signIn({ sub, name: 'Ada', picture }, follows);
      expect((await signIn({ sub, name: 'Augusta' }, follows)).user).toEqual({ ...user, displayName: 'Augusta' });
      expect((await signIn({ sub, picture: 'none' }, follows)).user).toEqual({ ...user, displayName: 'Augusta' });
      expect(await world.entries(user.id)).toEqual(['SessionStarted', 'SessionStarted', 'ProfileChanged', 'SessionStarted']);
    });

    test('is let in even where they cannot be called as the token says', async () => {
      const sub = randomUUID();
      const { user } = await signIn({ sub, name: 'Ada' });
      const screen = createScreen(() => () => [{ action: 'REFUSE', list: 'l', word: 'any', start: 0, end: 3 }]);
      expect((await signIn({ sub, name: 'Any' }, node({ screen, config: { identityProfile: 'always' } }))).user).toEqual(user);
    });

    test('is not who has the same name elsewhere', async () => {
      const sub = randomUUID();
      const { user } = await signIn({ sub });
      const config = readConfig({ IDENTITY_ISSUER: 'elsewhere', IDENTITY_AUDIENCE: audience, IDENTITY_SECRET: secret });
      const others = createIdentities({ config, logger: pino({ level: 'silent' }) });
      expect((await signIn({ sub, iss: 'elsewhere' }, node({ identities: others }))).user.id).not.toBe(user.id);
      expect((await signIn({ sub: sub.toUpperCase() })).user.id).not.toBe(user.id);
    });

    test('is one user where all their devices come for the first time at once, on two nodes', async () => {
      const [sub, other] = [randomUUID(), node()];
      const claims = { sub, preferred_username: name() };
      const all = await Promise.all(Array.from({ length: 12 }, (_, place) => signIn(claims, place % 2 === 0 ? users : other)));
      expect(new Set(all.map(({ user }) => user.id)).size).toBe(1);
      expect(new Set(all.map(({ viewer }) => viewer.sessionId)).size).toBe(12);
      expect(all[0]?.user.handle).toBe(claims.preferred_username);
    });

    test('gets another handle each where many who are called the same come at once', async () => {
      const handle = name();
      const all = await Promise.all(Array.from({ length: 8 }, () => signIn({ sub: randomUUID(), preferred_username: handle })));
      const handles = all.map(({ user }) => user.handle);
      expect(new Set(handles).size).toBe(8);
      expect(handles.every((one) => one.startsWith(handle))).toBe(true);
    });

    test('is told why they are suspended', async () => {
      const sub = randomUUID();
      const { user } = await signIn({ sub });
      const office = createAdministration({ db, log: world.log, config: usualConfig });
      await office.suspend(null, { userId: user.id, reason: 'Spam.' });
      await expect(signIn({ sub })).rejects.toMatchObject({ code: 'SUSPENDED', message: expect.stringContaining('Spam.') });
    });
  });

  describe('an account without a password', () => {
    test('is nobody’s who guesses one', async () => {
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

    test('has, to a node that does not know of such, one that nobody knows', async () => {
      const { user } = await signIn({ sub: randomUUID() });
      const { passwordHash } = await db.client.user.findUniqueOrThrow({ where: { id: user.id } });
      for (const guess of ['', password]) expect(await verify(passwordHash, guess)).toBe(false);
    });

    test('can be given one by operators', async () => {
      const { user, viewer } = await signIn({ sub: randomUUID() });
      const office = createAdministration({ db, log: world.log, config: usualConfig });
      const { password: made } = await office.resetPassword(null, { userId: user.id });
      expect((await users.signIn({ handle: user.handle, password: made, address: world.address() })).viewer.userId).toBe(user.id);
      expect(await users.hasPassword(viewer)).toBe(true);
    });

    test('is erased by who shows a token that was made just now, and it leaves nothing: who comes again is new', async () => {
      const sub = randomUUID();
      const { user, viewer } = await signIn({ sub });
      await users.erase(viewer, { token: await token({ sub, iat: now() - 290 }), messages: 'KEEP', address: world.address() });
      expect(await db.client.identity.count({ where: { userId: user.id } })).toBe(0);
      expect((await signIn({ sub })).user.id).not.toBe(user.id);
    });

    // Counted from when each begins: from when the file is read on, minutes may have gone by.
    test.each<[string, () => Readonly<Record<string, unknown>>]>([
      ['of before', () => ({ iat: now() - 310 })],
      ['that does not say when it was made', () => ({ iat: undefined })],
      ['that is to be made yet', () => ({ iat: now() + 310 })],
      ['that was made when nobody knows', () => ({ iat: Number.MAX_VALUE })],
      ['of another', () => ({ sub: 'another' })],
      ['that is none', () => ({ exp: 1_000 })],
    ])('is not erased by a token %s', async (_what, claims) => {
      const sub = randomUUID();
      const { user, viewer } = await signIn({ sub });
      await signIn({ sub: 'another' });
      const given = { token: await token({ sub, ...claims() }), messages: 'KEEP', address: world.address() } as const;
      await expect(users.erase(viewer, given)).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS', field: ['token'] });
      expect((await signIn({ sub })).user.id).toBe(user.id);
    });

    test('is not erased by who tries one token after the other: each counts like a failed sign-in', async () => {
      const strict = node({ limits: createMemoryLimits(), config: { addressAttempts: 2 } });
      const { viewer } = await signIn({ sub: randomUUID() });
      const given = { token: await token({ sub: 'another' }), messages: 'KEEP', address: world.address() } as const;
      for (const code of ['INVALID_CREDENTIALS', 'INVALID_CREDENTIALS', 'RATE_LIMITED']) {
        await expect(strict.erase(viewer, given)).rejects.toMatchObject({ code });
      }
    });

    test('is not erased by nothing, nor by a password and a token', async () => {
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

  test('tokens that count for nothing count as failed sign-ins of their address, and keep nobody out whose token counts', async () => {
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

  test('a backend that signs many people in at once is not taken for somebody who guesses', async () => {
    const strict = node({ limits: createMemoryLimits(), config: { addressAttempts: 3 } });
    const address = world.address();
    const tokens = await Promise.all(Array.from({ length: 12 }, () => token({ sub: randomUUID() })));
    const all = await Promise.all(tokens.map((each) => strict.signInWithToken({ token: each, address })));
    expect(new Set(all.map(({ viewer }) => viewer.userId)).size).toBe(12);
  });

  test('nobody signs in so where there is no issuer, nor with a password where those are off', async () => {
    await expect(signIn({ sub: 'ada' }, world.node())).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const ann = await world.newcomer();
    const only = node({ config: { passwords: false } });
    const { handle } = ann;
    await expect(only.signIn({ handle, password, address: world.address() })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(only.signUp({ handle: name(), password, address: world.address() })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    // Who is signed in goes on.
    await only.refresh({ refreshToken: ann.refreshToken });
  });

  describe('operators link', () => {
    function office(adminHandles: readonly string[] = []) {
      return createAdministration({ db, log: world.log, config: { ...usualConfig, adminHandles, identityIssuer: issuer } });
    }

    test('somebody who has a password with an account elsewhere, by which they then sign in too, until it is taken back', async () => {
      const sub = randomUUID();
      const { viewer, handle } = await world.newcomer();
      const link = { userId: viewer.userId, subject: sub };
      expect([await office().link(null, link), await office().link(1n, link)]).toEqual([true, false]);
      expect((await signIn({ sub })).user).toMatchObject({ id: viewer.userId, handle });
      expect(await users.hasPassword(viewer)).toBe(true);
      expect([await office().unlink(1n, link), await office().unlink(null, link)]).toEqual([true, false]);
      expect((await signIn({ sub })).user.id).not.toBe(viewer.userId);
      await users.signIn({ handle, password, address: world.address() });
    });

    test('nobody in any more by what is taken back, where they are just signing in by it', async () => {
      const sub = randomUUID();
      const { user } = await signIn({ sub });
      const { append } = world.log;
      const late: UserParts['log'] = {
        ...world.log,
        async append(act) {
          await office().unlink(null, { userId: user.id, subject: sub });
          return append(act);
        },
      };
      await expect(signIn({ sub }, node({ log: late }))).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS', field: ['token'] });
      expect(await world.entries(user.id)).toEqual(['SessionStarted']);
      expect((await signIn({ sub })).user.id).not.toBe(user.id);
    });

    test('nobody with what is another’s, also where the other comes just then', async () => {
      const sub = randomUUID();
      const { viewer } = await world.newcomer();
      const { user } = await signIn({ sub });
      const link = { userId: viewer.userId, subject: sub };
      await expect(office().link(null, link)).rejects.toMatchObject({ code: 'CONFLICT', field: ['subject'] });
      expect(await office().unlink(null, link)).toBe(false);
      expect((await signIn({ sub })).user.id).toBe(user.id);

      const raced = { userId: viewer.userId, subject: randomUUID() };
      const [linked, came] = await Promise.allSettled([office().link(null, raced), signIn({ sub: raced.subject })]);
      if (came.status === 'rejected') throw came.reason;
      if (linked.status === 'rejected') expect(linked.reason).toMatchObject({ code: 'CONFLICT', field: ['subject'] });
      expect(came.value.user.id === viewer.userId).toBe(linked.status === 'fulfilled');
    });

    test('several at once, each with their own, also where the names of issuer and subject together read alike', async () => {
      const [ann, bob, subject] = [await world.newcomer(), await world.newcomer(), randomUUID()];
      const links = [
        { userId: ann.viewer.userId, issuer: 'my', subject: `shop ${subject}` },
        { userId: bob.viewer.userId, issuer: 'my shop', subject },
      ];
      const at = office();
      for (const act of ['link', 'unlink'] as const) {
        expect(await Promise.all(links.map((link) => at[act](null, link)))).toEqual([true, true]);
      }
    });

    test('an admin by the command line alone, and nobody who is not there', async () => {
      const { viewer, handle } = await world.newcomer();
      const link = { userId: viewer.userId, subject: randomUUID() };
      for (const act of ['link', 'unlink'] as const) {
        await expect(office([handle])[act](1n, link)).rejects.toMatchObject({ code: 'CONFLICT', field: ['userId'] });
        expect(await office([handle])[act](null, link)).toBe(true);
        await expect(office()[act](null, { ...link, userId: 2n ** 60n })).rejects.toMatchObject({ code: 'NOT_FOUND', field: ['userId'] });
      }
    });
  });

  test('who was erased by a node that knows nothing of accounts elsewhere can come again once operators have unlinked them', async () => {
    const sub = randomUUID();
    const { viewer } = await signIn({ sub });
    await users.erase(viewer, { token: await token({ sub }), messages: 'KEEP', address: world.address() });
    const left = { issuer, subject: sub, userId: viewer.userId, createdAt: new Date() };
    await db.transaction((tx) => tx.identity.create({ data: left }));
    await expect(signIn({ sub })).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
    const office = createAdministration({ db, log: world.log, config: { ...usualConfig, identityIssuer: issuer } });
    const link = { userId: viewer.userId, subject: sub };
    await expect(office.link(null, link)).rejects.toMatchObject({ code: 'NOT_FOUND', field: ['userId'] });
    expect(await office.unlink(1n, link)).toBe(true);
    expect((await signIn({ sub })).user.id).not.toBe(viewer.userId);
  });

  test('operators find who has an account elsewhere, and see which', async () => {
    const sub = randomUUID();
    const { user } = await signIn({ sub });
    const office = createAdministration({ db, log: world.log, config: { ...usualConfig, identityIssuer: issuer } });
    expect(await office.byIdentity({ subject: sub })).toEqual(user);
    expect(await office.byIdentity({ subject: sub, issuer: 'elsewhere' })).toBeNull();
    for (const nobody of ['nobody', `${sub} `, '', 'ädä', 'x'.repeat(300)]) {
      expect(await office.byIdentity({ subject: nobody })).toBeNull();
      expect(await office.byIdentity({ subject: sub, issuer: nobody })).toBeNull();
    }
    expect(await office.identities([0n, user.id])).toEqual([[], [{ issuer, subject: sub, createdAt: user.createdAt }]]);
  });
}
