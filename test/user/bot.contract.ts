import { hash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressing } from '../../src/contact/index.ts';
import type { Db } from '../../src/db/index.ts';
import { type Administration, createAdministration, createRoles } from '../../src/user/index.ts';
import { contactsOn } from '../contact/contacts-world.ts';
import { everyRow } from '../transfer/every-row.ts';
import { fault } from './fault.ts';
import { password, type UsersWorld, usersOn, usualConfig } from './users-world.ts';

const dayMs = 86_400_000;
const nobody = 2n ** 61n;

/** What bots, and accounts that operators create, promise on any database. */
export function promisesOfBots(open: () => Promise<Db>): void {
  let db: Db;
  let world: UsersWorld;
  let administration: Administration;

  beforeAll(async () => {
    db = await open();
    world = usersOn(db);
    administration = createAdministration({ db, log: world.log, config: { ...usualConfig, identityIssuer: 'shop' } });
  });

  afterAll(() => db[Symbol.asyncDispose]());

  const freshHandle = () => `b_${randomBytes(6).toString('hex')}`;
  const newBot = () => administration.createBot({ handle: freshHandle() });
  const newKey = (userId: bigint, options: { readonly days?: number } = {}) =>
    administration.createBotKey(null, { userId, name: 'the shop', ...options });

  describe('a bot', () => {
    it('is a user that is marked as a bot for everybody and found like others', async () => {
      const handle = freshHandle();
      const called = {
        handle: handle.toUpperCase(),
        displayName: 'The Shop',
        avatarUrl: 'https://example.org/a.png',
        bio: 'I sell.',
        data: { shop: 7 },
      };
      const bot = await administration.createBot(called);
      expect(bot).toEqual({
        ...{ ...called, id: expect.any(BigInt), handle, createdAt: expect.any(Date) },
        ...{ data: '{"shop":7}', bot: true, erased: false },
      });
      expect(await world.users.byHandle(handle)).toEqual(bot);
      expect(await world.users.byIds([bot.id])).toEqual([bot]);
      const { viewer } = await world.newcomer();
      expect(await world.users.byIds([viewer.userId])).toMatchObject([{ bot: false }]);
      const found = await (await world.users.search(viewer, handle))({ first: 5 });
      expect(found.items.map(({ user }) => user)).toEqual([bot]);
    });

    it('has its handle as its display name if none is given', async () => {
      const bot = await newBot();
      expect(bot).toMatchObject({ displayName: bot.handle, avatarUrl: null, bio: null });
    });

    it('is refused a handle that is taken, and of two concurrent bots with one handle one is made', async () => {
      const { handle } = await world.newcomer();
      expect(await fault(administration.createBot({ handle }))).toEqual(['CONFLICT', 'handle']);
      const named = createAdministration({ db, log: world.log, config: { ...usualConfig, adminHandles: ['root'] } });
      expect(await fault(named.createBot({ handle: 'root' }))).toEqual(['CONFLICT', 'handle']);
      const raced = freshHandle();
      const both = await Promise.allSettled([administration.createBot({ handle: raced }), administration.createBot({ handle: raced })]);
      expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    });

    it('is refused a handle that another user has given up recently', async () => {
      const { viewer, handle } = await world.newcomer();
      await world.users.changeHandle(viewer, { handle: freshHandle() });
      expect(await fault(administration.createBot({ handle }))).toEqual(['CONFLICT', 'handle']);
    });

    it('gets no password and no linked identity', async () => {
      const bot = await newBot();
      const signIn = world.users.signIn({ handle: bot.handle, password, address: world.address() });
      expect(await fault(signIn)).toEqual(['INVALID_CREDENTIALS']);
      expect(await fault(administration.resetPassword(null, { userId: bot.id }))).toEqual(['CONFLICT', 'userId']);
      expect(await fault(administration.link(null, { userId: bot.id, subject: 'u1' }))).toEqual(['CONFLICT', 'userId']);
      // As a node of a release without bots does it.
      const { passwordHash } = await db.client.user.findUniqueOrThrow({ where: { id: (await world.newcomer()).viewer.userId } });
      await db.transaction((tx) => tx.user.update({ where: { id: bot.id }, data: { passwordHash } }));
      expect(await fault(world.users.signIn({ handle: bot.handle, password, address: world.address() }))).toEqual(['INVALID_CREDENTIALS']);
    });

    it('is in the list of bots, newest first, until it is erased', async () => {
      const [one, two] = [await newBot(), await newBot()];
      await world.newcomer();
      const first = await administration.bots({ first: 1 });
      expect(first).toEqual({ items: [{ user: two, key: String(two.id) }], hasNextPage: true });
      const next = await administration.bots({ first: 1, after: first.items[0]?.key });
      expect(next.items.map(({ user }) => user)).toEqual([one]);
      await administration.erase(null, { userId: two.id, messages: 'KEEP' });
      expect((await administration.bots({ first: 1 })).items.map(({ user }) => user)).toEqual([one]);
      expect(await world.users.byIds([two.id])).toMatchObject([{ erased: true, bot: false }]);
    });

    it('may write to users who allow messages from contacts only, unless they have blocked it', async () => {
      const [bot, blocked] = [await newBot(), await newBot()];
      const [{ viewer: closed }, { viewer: other }] = [await world.newcomer(), await world.newcomer()];
      await world.users.updateSettings(closed, { messagesFrom: 'CONTACTS' });
      await contactsOn(db).blocks.block(closed, { userId: blocked.id });
      const pairs = [bot.id, blocked.id, other.userId].map((fromId) => ({ fromId, toId: closed.userId }));
      expect(await addressing.read(db.client, pairs)).toEqual([null, 'NOT_CONTACTS', 'NOT_CONTACTS']);
    });
  });

  describe('a bot key', () => {
    it('authenticates its bot on every node until it is revoked, and on none after that', async () => {
      const bot = await newBot();
      const { key, session } = await newKey(bot.id);
      expect(key).toMatch(/^mpim_[\w-]{64}$/);
      expect(session).toMatchObject({ userId: bot.id, deviceName: 'the shop', deviceKind: 'OTHER', expiresAt: null });
      const access = { userId: bot.id, sessionId: session.id, bot: true, role: 'USER', deviceKind: 'OTHER' };
      expect(await world.users.authenticate(key)).toMatchObject(access);
      expect(await world.node().authenticate(key)).toMatchObject(access);
      expect(await world.users.readToken(key)).toMatchObject({ userId: bot.id, sessionId: session.id, bot: true });
      expect(await administration.revokeBotKey({ key: session.id })).toBe(bot.id);
      for (const users of [world.users, world.node()]) {
        expect(await fault(users.authenticate(key))).toEqual(['UNAUTHENTICATED']);
        expect(await fault(users.readToken(key))).toEqual(['UNAUTHENTICATED']);
      }
    });

    it('stays valid when the keys that sign tokens are replaced', async () => {
      const { key } = await newKey((await newBot()).id);
      const users = world.node({ keys: [{ id: 'other', secret: randomBytes(32).toString('base64url') }] });
      expect(await users.authenticate(key)).toMatchObject({ bot: true });
    });

    it('is not stored: no column of any table has its secret, one has a digest', async () => {
      const { key, session } = await newKey((await newBot()).id);
      const secret = Buffer.from(key.slice('mpim_'.length), 'base64url').subarray(16);
      const texts = [...(['hex', 'base64', 'base64url'] as const).map((form) => secret.toString(form)), key.slice(-42)];
      const rows = Object.values(await everyRow(db)).flat();
      const values = rows.flatMap((row) => Object.values(row));
      const digest = hash('sha256', secret, 'buffer');
      expect(values.filter((value) => value instanceof Uint8Array && digest.equals(value))).toHaveLength(1);
      const tells = (value: unknown) =>
        value instanceof Uint8Array ? Buffer.from(value).includes(secret) : texts.some((text) => String(value).includes(text));
      expect(values.filter(tells)).toEqual([]);
      expect(Object.keys(session)).not.toContain('keyDigest');
    });

    it('is refused with another secret, with another id, and cut short', async () => {
      const [one, two] = [await newKey((await newBot()).id), await newKey((await newBot()).id)];
      const { refreshToken, viewer } = await world.newcomer();
      const bytes = (key: string) => Buffer.from(key.slice('mpim_'.length), 'base64url');
      const idOf = (id: string) => Buffer.from(id.replaceAll('-', ''), 'hex');
      const made = (id: Buffer, secret: Buffer) => `mpim_${Buffer.concat([id, secret]).toString('base64url')}`;
      const shown = [
        made(bytes(one.key).subarray(0, 16), bytes(two.key).subarray(16)),
        made(idOf(viewer.sessionId), bytes(one.key).subarray(16)),
        made(Buffer.alloc(16), Buffer.alloc(32)),
        one.key.slice(0, -1),
        `${one.key}A`,
        one.key.replace('mpim_', 'MPIM_'),
        one.key.slice('mpim_'.length),
        'mpim_',
        refreshToken,
      ];
      for (const key of shown) expect(await fault(world.users.authenticate(key))).toEqual(['UNAUTHENTICATED']);
    });

    it('expires if it is made for a number of days', async () => {
      const { key, session } = await newKey((await newBot()).id, { days: 30 });
      expect((session.expiresAt?.getTime() ?? 0) - session.createdAt.getTime()).toBe(30 * dayMs);
      expect(await world.users.authenticate(key)).toMatchObject({ expiresAt: session.expiresAt });
      await world.age(session.id, 30 * dayMs);
      expect(await fault(world.users.authenticate(key))).toEqual(['UNAUTHENTICATED']);
      const { viewer } = await world.newcomer();
      expect(await world.users.sessions({ ...viewer, userId: session.userId })).toEqual([]);
    });

    it('does not expire for lack of use', async () => {
      const { key, session } = await newKey((await newBot()).id);
      await db.transaction((tx) =>
        tx.session.updateMany({ where: { userId: session.userId }, data: { rotatedAt: new Date(0), lastSeenAt: new Date(0) } }),
      );
      expect(await world.users.authenticate(key)).toMatchObject({ userId: session.userId });
    });

    it('is independent of other keys of the same bot, and each start and end is logged once', async () => {
      const bot = await newBot();
      const [one, two] = [await newKey(bot.id), await newKey(bot.id)];
      expect((await administration.sessions([bot.id]))[0]?.map(({ id }) => id)).toEqual([two.session.id, one.session.id]);
      await administration.revokeBotKey({ key: one.session.id });
      expect(await world.users.authenticate(two.key)).toMatchObject({ userId: bot.id });
      expect(await world.entries(bot.id)).toEqual(['ProfileChanged', 'SessionStarted', 'SessionStarted', 'SessionEnded']);
      await administration.revokeBotKey({ key: one.session.id });
      expect(await world.entries(bot.id)).toHaveLength(4);
    });

    it('is refused beyond MAX_SESSIONS, where expired keys do not count', async () => {
      const bot = await newBot();
      const strict = createAdministration({ db, log: world.log, config: { ...usualConfig, maxSessions: 2 } });
      const make = () => strict.createBotKey(null, { userId: bot.id, name: 'k', days: 1 });
      const [one] = [await make(), await make()];
      expect(await fault(make())).toEqual(['LIMIT_REACHED', 'userId']);
      await world.age(one.session.id, dayMs);
      await make();
      expect(await fault(make())).toEqual(['LIMIT_REACHED', 'userId']);
    });

    it('ends when its bot is erased or suspended', async () => {
      const [erased, suspended] = [await newBot(), await newBot()];
      const keys = [await newKey(erased.id), await newKey(suspended.id)];
      await administration.erase(null, { userId: erased.id, messages: 'KEEP' });
      await administration.suspend(null, { userId: suspended.id, reason: 'It went astray.' });
      for (const { key } of keys) expect(await fault(world.users.authenticate(key))).toEqual(['UNAUTHENTICATED']);
      expect(await fault(newKey(erased.id))).toEqual(['NOT_FOUND', 'userId']);
      expect(await fault(newKey(suspended.id))).toEqual(['CONFLICT', 'userId']);
      await administration.restore({ userId: suspended.id });
      expect(await world.users.authenticate((await newKey(suspended.id)).key)).toMatchObject({ userId: suspended.id });
    });

    it('is made for bots only, and needs a valid name and a valid number of days', async () => {
      const [bot, { viewer }] = [await newBot(), await world.newcomer()];
      const refused = (options: object) => fault(administration.createBotKey(null, { userId: bot.id, name: 'k', ...options }));
      expect(await refused({ userId: viewer.userId })).toEqual(['CONFLICT', 'userId']);
      expect(await refused({ userId: nobody })).toEqual(['NOT_FOUND', 'userId']);
      for (const name of ['', ' ', 'a\nb', 'x'.repeat(101), '\ud800']) expect(await refused({ name })).toEqual(['INVALID_INPUT', 'name']);
      for (const days of [0, -1, 3_651]) expect(await refused({ days })).toEqual(['INVALID_INPUT', 'days']);
    });

    it('can be revoked by the key itself, even if its secret is wrong', async () => {
      const bot = await newBot();
      const keys = [await newKey(bot.id), await newKey(bot.id)];
      const [one = '', two = ''] = keys.map(({ key }) => key);
      expect(await administration.revokeBotKey({ key: one })).toBe(bot.id);
      expect(await fault(world.users.authenticate(one))).toEqual(['UNAUTHENTICATED']);
      expect(await administration.revokeBotKey({ key: two.slice(0, 40) + one.slice(40) })).toBe(bot.id);
      expect(await fault(world.users.authenticate(two))).toEqual(['UNAUTHENTICATED']);
    });

    it('is the only kind of session that can be revoked this way: sessions of people are not found', async () => {
      const { viewer } = await world.newcomer();
      for (const key of [viewer.sessionId, '01900000-0000-7000-8000-000000000000', `mpim_${'A'.repeat(64)}`, 'nonsense']) {
        expect(await fault(administration.revokeBotKey({ key }))).toEqual(['NOT_FOUND', 'keyId']);
      }
    });

    it('has an admin’s access exactly as long as its bot is an admin', async () => {
      const bot = await newBot();
      const roles = createRoles({ db, log: world.log, config: usualConfig });
      const { key } = await newKey(bot.id);
      expect(await fault(world.users.authenticateAdmin(key))).toEqual(['FORBIDDEN']);
      await roles.give({ userId: bot.id, role: 'ADMIN' });
      expect(await world.users.authenticateAdmin(key)).toMatchObject({ userId: bot.id });
      const { viewer } = await world.newcomer();
      const byAdmin = administration.createBotKey(viewer.userId, { userId: bot.id, name: 'k' });
      expect(await fault(byAdmin)).toEqual(['CONFLICT', 'userId']);
      await roles.give({ userId: bot.id, role: 'USER' });
      expect(await fault(world.users.authenticateAdmin(key))).toEqual(['FORBIDDEN']);
    });

    it('can be signed out by its own bot, like any device', async () => {
      const bot = await newBot();
      const { key } = await newKey(bot.id);
      await world.users.signOut(await world.users.authenticate(key), {});
      expect(await fault(world.users.authenticate(key))).toEqual(['UNAUTHENTICATED']);
    });
  });

  describe('an account that operators create', () => {
    it('is linked to the identity by which its user signs in', async () => {
      const subject = randomBytes(6).toString('hex');
      const user = await administration.createUser({ handle: freshHandle(), displayName: 'Ann', subject });
      expect(user).toMatchObject({ displayName: 'Ann', bot: false });
      expect(await administration.byIdentity({ subject })).toEqual(user);
      expect(await administration.identities([user.id])).toEqual([[{ issuer: 'shop', subject, createdAt: user.createdAt }]]);
      const again = administration.createUser({ handle: freshHandle(), subject });
      expect(await fault(again)).toEqual(['CONFLICT', 'subject']);
      await administration.createUser({ handle: freshHandle(), subject, issuer: 'another' });
    });

    it('has no password until one is generated by a reset', async () => {
      const { id, handle } = await administration.createUser({ handle: freshHandle() });
      const signIn = (secret: string) => world.users.signIn({ handle, password: secret, address: world.address() });
      expect(await fault(signIn(password))).toEqual(['INVALID_CREDENTIALS']);
      const { password: given } = await administration.resetPassword(null, { userId: id });
      expect((await signIn(given)).viewer.userId).toBe(id);
    });

    it('is made once for one identity, however many concurrent requests ask for it', async () => {
      const subject = randomBytes(6).toString('hex');
      const asked = await Promise.allSettled([1, 2, 3].map(() => administration.createUser({ handle: freshHandle(), subject })));
      expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const refused = asked.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
      expect(refused).toEqual([1, 2].map(() => expect.objectContaining({ code: 'CONFLICT', field: ['subject'] })));
    });

    it('is refused with the name of the invalid field', async () => {
      const refused = (options: object) => fault(administration.createUser({ handle: freshHandle(), ...options }));
      expect(await refused({ handle: 'no good' })).toEqual(['INVALID_INPUT', 'handle']);
      expect(await refused({ displayName: ' ' })).toEqual(['INVALID_INPUT', 'displayName']);
      expect(await refused({ avatarUrl: 'ftp://example.org' })).toEqual(['INVALID_INPUT', 'avatarUrl']);
      expect(await refused({ bio: '\u0000' })).toEqual(['INVALID_INPUT', 'bio']);
      expect(await refused({ subject: 'é' })).toEqual(['INVALID_INPUT', 'subject']);
      expect(await refused({ issuer: 'shop' })).toEqual(['INVALID_INPUT', 'subject']);
      expect(await refused({ subject: 'u', issuer: '' })).toEqual(['INVALID_INPUT', 'issuer']);
    });
  });
}
