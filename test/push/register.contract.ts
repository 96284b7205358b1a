import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import { isRefusal } from '../../src/errors.ts';
import type { Viewer } from '../../src/user/index.ts';
import { newUuid } from '../../src/uuid.ts';
import { groupOf, password, person, say } from '../support/people.ts';
import { type PushWorld, pushWorld } from './push-world.ts';

const address = '10.1.1.1';

/** What registering for push promises, on any database. */
export function promisesOfRegistering(open: () => Promise<Db>): void {
  let db: Db;
  let world: PushWorld;
  beforeAll(async () => {
    db = await open();
    world = await pushWorld(db);
  });
  afterEach(() => world.service.answer(null));
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
  });

  async function anotherSession({ userId }: Viewer): Promise<Viewer> {
    const [user] = await world.chat.users.byIds([userId]);
    return (await world.chat.users.signIn({ handle: user?.handle ?? '', password, address })).viewer;
  }

  async function told({ userId }: Viewer): Promise<readonly (readonly [string, string])[]> {
    const viewer = { userId, sessionId: newUuid() };
    return (await world.push.devices(viewer)).map(({ sessionId, kind }) => [sessionId, kind]);
  }

  function changes({ userId }: Viewer): Promise<number> {
    return db.client.entry.count({ where: { streamId: userId, type: 'SessionChanged' } });
  }

  /** Sends a message to a user who is away, and pushes it. */
  async function write(to: Viewer, text = 'hello'): Promise<void> {
    const ann = await person(world.chat, 'ann');
    const group = await groupOf(world.chat, ann, to);
    await say(world.chat, ann, group, text);
    await world.tell();
  }

  async function makeDue(): Promise<void> {
    await db.transaction((tx) => tx.pushDelivery.updateMany({ data: { dueAt: new Date(0) } }));
  }

  async function refused(act: Promise<unknown>): Promise<object> {
    const error: unknown = await act.then(
      () => null,
      (cause: unknown) => cause,
    );
    if (!isRefusal(error)) throw error ?? new Error('nothing was refused');
    return { code: error.code, field: error.field };
  }

  describe('a session', () => {
    it('receives pushes once registered, which is announced to the user’s devices; repeating it has no effect', async () => {
      const ben = await person(world.chat);
      const browser = world.service.subscribe();
      expect(await told(ben)).toEqual([]);
      for (let times = 0; times < 2; times += 1) {
        expect(await world.push.registerWeb(ben, browser)).toMatchObject({ sessionId: ben.sessionId, userId: ben.userId, kind: 'WEB' });
      }
      expect([await told(ben), await changes(ben)]).toEqual([[[ben.sessionId, 'WEB']], 1]);
    });

    it('has one address: the next replaces the last', async () => {
      const ben = await world.subscriber();
      const next = world.service.subscribe();
      await world.push.registerWeb(ben, next);
      await write(ben);
      expect([ben.browser.received.length, next.received.length]).toEqual([0, 1]);
      expect(await told(ben)).toEqual([[ben.sessionId, 'WEB']]);
    });

    it('loses its address to the session that registers it next, of any user', async () => {
      const ben = await world.subscriber();
      const cat = await person(world.chat, 'cat');
      await world.push.registerWeb(cat, ben.browser);
      expect([await told(ben), await told(cat)]).toEqual([[], [[cat.sessionId, 'WEB']]]);
      await write(ben);
      expect(ben.browser.received).toEqual([]);
      await write(cat);
      expect(ben.browser.received).toHaveLength(1);
    });

    it('that registers an address in a race is the only one with it, or has lost it', async () => {
      const browser = world.service.subscribe();
      const people = await Promise.all([1, 2, 3, 4].map(() => person(world.chat)));
      await Promise.all(people.map((one) => world.push.registerWeb(one, browser)));
      expect((await Promise.all(people.map(told))).flat()).toHaveLength(1);
    });

    it('receives nothing once unregistered, by itself or from another device', async () => {
      const ben = await world.subscriber();
      const desk = await anotherSession(ben);
      const atDesk = world.service.subscribe();
      await world.push.registerWeb(desk, atDesk);
      expect(await world.push.unregister(desk, { sessionId: ben.sessionId })).toBe(ben.sessionId);
      expect(await world.push.unregister(desk, { sessionId: ben.sessionId })).toBe(ben.sessionId);
      expect([await told(ben), await changes(ben)]).toEqual([[[desk.sessionId, 'WEB']], 3]);
      expect(await world.push.unregister(desk, {})).toBe(desk.sessionId);
      await write(ben);
      expect([ben.browser.received, atDesk.received, await told(ben)]).toEqual([[], [], []]);
    });

    it('cannot be unregistered by another user', async () => {
      const [ben, cat] = [await world.subscriber(), await person(world.chat)];
      for (const sessionId of [ben.sessionId, newUuid(), 'nonsense']) {
        expect(await refused(world.push.unregister(cat, { sessionId }))).toEqual({ code: 'NOT_FOUND', field: ['sessionId'] });
      }
      expect(await told(ben)).toHaveLength(1);
    });
  });

  describe('when a session ends', () => {
    it('by signing out, it receives nothing from then on, including what waits', async () => {
      const ben = await world.subscriber();
      world.service.answer({ status: 503 });
      await write(ben);
      await world.chat.users.signOut(ben, {});
      world.service.answer(null);
      await world.later();
      expect([ben.browser.received, await told(ben)]).toEqual([[], []]);
      await world.tell();
      expect(await db.client.pushDevice.count({ where: { userId: ben.userId } })).toBe(0);
    });

    it('by another device’s change of password, that device still receives pushes', async () => {
      const ben = await world.subscriber();
      const desk = await anotherSession(ben);
      const atDesk = world.service.subscribe();
      await world.push.registerWeb(desk, atDesk);
      await world.chat.users.changePassword(desk, { currentPassword: password, newPassword: 'another password', address });
      await write(ben);
      expect([ben.browser.received.length, atDesk.received.length]).toEqual([0, 1]);
    });

    it('by expiring, it receives nothing', async () => {
      const ben = await world.subscriber();
      await db.transaction((tx) => tx.session.updateMany({ where: { userId: ben.userId }, data: { expiresAt: new Date(0) } }));
      await write(ben);
      expect([ben.browser.received, await told(ben)]).toEqual([[], []]);
    });

    it('by a suspension, its user receives nothing from then on, including what waits', async () => {
      const ben = await world.subscriber();
      world.service.answer({ status: 503 });
      await write(ben);
      await world.chat.administration.suspend(null, { userId: ben.userId, reason: 'spam' });
      world.service.answer(null);
      await world.later();
      await write(ben);
      expect(ben.browser.received).toEqual([]);
    });

    it('with its account, nothing of its registration and quiet hours is left', async () => {
      const ben = await world.subscriber();
      await world.push.setQuietHours(ben, { start: '22:00', end: '07:00', timeZone: 'UTC', days: ['MONDAY'] });
      await world.push.setSilentUntil(ben, new Date('2999-01-01'));
      await world.chat.users.erase(ben, { password, messages: 'KEEP', address });
      await world.chat.jobs.doDue();
      const where = { userId: ben.userId };
      expect([await db.client.pushDevice.count({ where }), await db.client.quietHours.count({ where })]).toEqual([0, 0]);
      expect(await world.push.silentUntil([ben.userId])).toEqual([null]);
      expect(await refused(world.push.registerWeb(ben, ben.browser))).toMatchObject({ code: 'NOT_FOUND' });
      expect(await refused(world.push.setQuietHours(ben, null))).toMatchObject({ code: 'NOT_FOUND' });
      expect(await refused(world.push.setSilentUntil(ben, null))).toMatchObject({ code: 'NOT_FOUND' });
    });
  });

  describe('while the keys of the server are changed', () => {
    const older = Buffer.alloc(32, 1).toString('base64url');
    const newer = Buffer.alloc(32, 2).toString('base64url');

    it('a browser is pushed to with the key that its registration names, wherever it registers', async () => {
      const ben = { ...(await person(world.chat)), browser: world.service.subscribe() };
      const [behind, ahead] = [world.node({ VAPID_KEYS: `${older},${newer}` }), world.node({ VAPID_KEYS: `${newer},${older}` })];
      const { vapidPublicKey } = ahead;
      await behind.registerWeb(ben, { ...ben.browser, vapidPublicKey });
      await write(ben);
      await makeDue();
      await behind.sendDue();
      expect(ben.browser.received.map(({ signedBy }) => signedBy)).toEqual([vapidPublicKey]);
      const unaware = world.node({ VAPID_KEYS: older });
      for (const named of [vapidPublicKey, 'nonsense', '']) {
        const registered = unaware.registerWeb(ben, { ...ben.browser, vapidPublicKey: named });
        expect(await refused(registered)).toEqual({ code: 'INVALID_INPUT', field: ['vapidPublicKey'] });
      }
    });

    it('a node that lacks a browser’s key leaves the push to the others, and the registration in place', async () => {
      const ben = { ...(await person(world.chat)), browser: world.service.subscribe() };
      const ahead = world.node({ VAPID_KEYS: `${newer},${older}` });
      await ahead.registerWeb(ben, ben.browser);
      await write(ben);
      expect([ben.browser.received, await told(ben)]).toEqual([[], [[ben.sessionId, 'WEB']]]);
      await makeDue();
      await ahead.sendDue();
      expect(ben.browser.received).toHaveLength(1);
    });
  });

  describe('with push off', () => {
    it('nobody can register, and the effect wants no entries', async () => {
      const ben = await world.subscriber();
      const off = world.node({ PUSH: 'false' });
      expect(off.vapidPublicKey).toBeNull();
      expect(await refused(off.registerWeb(ben, ben.browser))).toMatchObject({ code: 'FORBIDDEN' });
      expect([await off.effect.wanted(), await world.push.effect.wanted()]).toEqual([false, true]);
    });

    it('the effect makes no push of entries, and still deletes devices of ended sessions', async () => {
      const [ben, cat] = [await world.subscriber(), await world.subscriber()];
      const ann = await person(world.chat, 'ann');
      await world.act();
      const group = await groupOf(world.chat, ann, ben);
      await say(world.chat, ann, group, 'hello');
      await world.chat.contacts.request(ann, { userId: ben.userId });
      await world.chat.users.signOut(cat, {});
      const off = world.node({ PUSH: 'false' });
      const { signal } = new AbortController();
      for (const run of await world.runs()) await off.effect.act(run, signal);
      expect(await db.client.pushDue.count({ where: { conversationId: group } })).toBe(0);
      expect(await db.client.pushDelivery.count({ where: { userId: ben.userId } })).toBe(0);
      expect(await db.client.pushDevice.count({ where: { userId: cat.userId } })).toBe(0);
      await world.act();
      await world.push.sendDue();
    });

    it('without a provider an app cannot register', async () => {
      const ben = await person(world.chat);
      expect(await refused(world.push.registerDevice(ben, { platform: 'FCM', token: 'x' }))).toMatchObject({ code: 'FORBIDDEN' });
    });

    it('only push services in PUSH_SERVICES can be registered', async () => {
      const ben = await world.subscriber();
      const strict = world.node({ PUSH_SERVICES: 'fcm.googleapis.com, *.push.apple.com', PUSH_ALLOW_HOSTS: '' });
      const register = (endpoint: string) => strict.registerWeb(ben, { ...ben.browser, endpoint });
      for (const endpoint of ['https://fcm.googleapis.com/x', 'https://web.push.apple.com/x']) await register(endpoint);
      for (const endpoint of ['https://push.apple.com.example.org/x', 'https://x.fcm.googleapis.com/x', ben.browser.endpoint]) {
        expect(await refused(register(endpoint)), endpoint).toEqual({ code: 'INVALID_INPUT', field: ['endpoint'] });
      }
    });
  });
}
