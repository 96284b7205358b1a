import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { type ContactsWorld, contactsOn } from './contacts-world.ts';

const nothing = { contacts: [], incoming: [], outgoing: [] };
const dayMs = 86_400_000;

/** How a contact request expires, and what happens to the message sent with it, on any database. */
export function promisesOfRequestEnds(open: () => Promise<Db>): void {
  let db: Db;
  let world: ContactsWorld;
  beforeAll(async () => {
    db = await open();
    world = contactsOn(db);
  });
  afterAll(() => db[Symbol.asyncDispose]());

  const ref = (from: Viewer, to: Viewer) => ({ fromId: from.userId, toId: to.userId });
  const keyOf = (from: Viewer, to: Viewer) => `${from.userId}:${to.userId}`;

  /** Sets the time of a request back by a number of days. */
  async function age(from: Viewer, to: Viewer, days: number): Promise<void> {
    const createdAt = new Date((await db.now()).getTime() - days * dayMs);
    await db.transaction((tx) => tx.contactRequest.updateMany({ where: ref(from, to), data: { createdAt } }));
  }

  function jobsOf(from: Viewer, to: Viewer) {
    return db.client.job.findMany({ where: { key: keyOf(from, to) }, select: { kind: true, dueAt: true } });
  }

  describe('a contact request without an answer', () => {
    test('has a job for the day on which it expires', async () => {
      const [ann, ben] = await world.people();
      const { request } = await world.contacts.request(ann, { userId: ben.userId });
      const dueAt = new Date((request?.createdAt.getTime() ?? 0) + 30 * dayMs);
      expect(await jobsOf(ann, ben)).toEqual([{ kind: 'ContactRequestExpired', dueAt }]);
    });

    test('expires for both users, and both accounts are notified once', async () => {
      const [ann, ben] = await world.people();
      await world.contacts.request(ann, { userId: ben.userId });
      await age(ann, ben, 30);
      await world.contacts.expire(ref(ann, ben));
      expect([await world.shown(ann), await world.shown(ben)]).toEqual([nothing, nothing]);
      expect((await world.told(ann)).at(-1)).toMatchObject({ type: 'ContactRequestClosed' });
      expect((await world.told(ben)).at(-1)).toMatchObject({ type: 'ContactRequestWithdrawn' });
      expect(await jobsOf(ann, ben)).toEqual([]);
      const told = await world.told(ann);
      await world.contacts.expire(ref(ann, ben));
      expect(await world.told(ann)).toEqual(told);
    });

    test('does not expire before', async () => {
      const [ann, ben] = await world.people();
      await world.contacts.request(ann, { userId: ben.userId });
      await age(ann, ben, 29);
      await world.contacts.expire(ref(ann, ben));
      expect((await world.shown(ben)).incoming).toEqual([ann.userId]);
    });

    test('does not expire early and gets a job for the right day, for instance if CONTACT_REQUEST_DAYS has grown', async () => {
      const [ann, ben] = await world.people();
      const { request } = await world.with({ contactRequestDays: 10 }).contacts.request(ann, { userId: ben.userId });
      await world.contacts.expire(ref(ann, ben));
      const dueAt = new Date((request?.createdAt.getTime() ?? 0) + 30 * dayMs);
      expect(await jobsOf(ann, ben)).toEqual([{ kind: 'ContactRequestExpired', dueAt }]);
    });

    test('can be made again, and then has the full time', async () => {
      const [ann, ben] = await world.people();
      await world.contacts.request(ann, { userId: ben.userId });
      await age(ann, ben, 31);
      await world.contacts.expire(ref(ann, ben));
      await world.contacts.request(ann, { userId: ben.userId });
      await world.contacts.expire(ref(ann, ben));
      expect((await world.shown(ben)).incoming).toEqual([ann.userId]);
    });

    test('that was declined expires for its sender, without notice to the other user', async () => {
      const [ann, ben] = await world.people();
      await world.contacts.request(ann, { userId: ben.userId });
      await world.contacts.answer(ben, ref(ann, ben), { accept: false });
      const told = await world.told(ben);
      await age(ann, ben, 30);
      await world.contacts.expire(ref(ann, ben));
      expect(await world.shown(ann)).toEqual(nothing);
      expect(await world.told(ben)).toEqual(told);
    });

    test('is either expired or accepted if both happen concurrently', async () => {
      for (let time = 0; time < 10; time += 1) {
        const [ann, ben] = await world.people();
        await world.contacts.request(ann, { userId: ben.userId });
        await age(ann, ben, 30);
        const accepting = world.contacts.answer(ben, ref(ann, ben), { accept: true }).catch(() => null);
        const [contact] = await Promise.all([accepting, world.contacts.expire(ref(ann, ben))]);
        expect((await world.shown(ann)).contacts).toEqual(contact === null ? [] : [ben.userId]);
        expect((await world.told(ann)).filter(({ type }) => type === 'ContactRequestClosed')).toHaveLength(1);
        expect((await jobsOf(ann, ben)).map(({ kind }) => kind)).toEqual([]);
      }
    });

    test('has no job once it is answered or cancelled', async () => {
      const [ann, ben, cat] = await world.people();
      await world.befriend(ann, ben);
      await world.contacts.request(ann, { userId: cat.userId });
      await world.contacts.cancel(ann, ref(ann, cat));
      expect([...(await jobsOf(ann, ben)), ...(await jobsOf(ann, cat))]).toEqual([]);
    });
  });

  describe('the message of a contact request', () => {
    test('is visible to both users, and is to be sent once the request is accepted', async () => {
      const [ann, ben] = await world.people();
      const longest = '👍'.repeat(100);
      const { request } = await world.contacts.request(ann, { userId: ben.userId, message: longest });
      expect(request?.message).toBe(longest);
      expect(await world.contacts.firstMessage(ref(ann, ben))).toBeNull();
      await world.contacts.answer(ben, ref(ann, ben), { accept: true });
      const first = await world.contacts.firstMessage(ref(ann, ben));
      expect(first).toEqual({
        ...{ text: longest, clientMessageId: expect.stringMatching(/^[\x21-\x7e]{1,64}$/), askedAt: request?.createdAt },
      });
      expect(await world.contacts.firstMessage(ref(ann, ben))).toEqual(first);
      expect((await jobsOf(ann, ben)).map(({ kind }) => kind)).toEqual(['FirstMessage']);
      await world.contacts.clearFirstMessage(ref(ann, ben), { askedAt: request?.createdAt ?? new Date(0) });
      expect(await world.contacts.firstMessage(ref(ann, ben))).toBeNull();
    });

    test('stays to be sent if it belongs to a later request than the one that was sent', async () => {
      const [ann, ben] = await world.people();
      const ask = (message: string) => world.contacts.request(ann, { userId: ben.userId, message });
      await ask('first');
      await world.contacts.answer(ben, ref(ann, ben), { accept: true });
      const first = await world.contacts.firstMessage(ref(ann, ben));
      if (first === null) throw new Error('it is left to be said');
      await world.contacts.remove(ben, { userId: ann.userId });
      await world.tick();
      await ask('second');
      await world.contacts.answer(ben, ref(ann, ben), { accept: true });
      await world.contacts.clearFirstMessage(ref(ann, ben), first);
      const second = await world.contacts.firstMessage(ref(ann, ben));
      expect(second?.text).toBe('second');
      expect(second?.clientMessageId).not.toBe(first.clientMessageId);
    });

    test('is to be sent for both users if each has asked the other', async () => {
      const [ann, ben] = await world.people();
      await world.contacts.request(ann, { userId: ben.userId, message: 'I first' });
      await world.contacts.request(ben, { userId: ann.userId, message: 'I second' });
      expect(await world.contacts.firstMessage(ref(ann, ben))).toMatchObject({ text: 'I first' });
      expect(await world.contacts.firstMessage(ref(ben, ann))).toMatchObject({ text: 'I second' });
    });

    test.each(['cancelled', 'expired'] as const)('is deleted once the request is %s', async (how) => {
      const [ann, ben] = await world.people();
      await world.contacts.request(ann, { userId: ben.userId, message: 'Never mind' });
      await age(ann, ben, 30);
      if (how === 'cancelled') await world.contacts.cancel(ann, ref(ann, ben));
      else await world.contacts.expire(ref(ann, ben));
      const row = await db.client.contactRequest.findFirst({ where: ref(ann, ben) });
      expect(row?.message).toBeNull();
    });

    test.each([
      [' \u200b', 'blank'],
      ['\ud800', 'a lone surrogate'],
      ['x'.repeat(101), 'too long'],
    ])('is refused if it is %j, %s', async (message) => {
      const [ann, ben] = await world.people();
      const asked = world.contacts.request(ann, { userId: ben.userId, message });
      await expect(asked).rejects.toMatchObject({ code: 'INVALID_INPUT', field: ['message'] });
    });
  });

  describe('contact requests', () => {
    test('are refused beyond MAX_CONTACT_REQUESTS until one is cancelled', async () => {
      const [ann, ben, cat] = await world.people();
      const { contacts } = world.with({ maxContactRequests: 1 });
      await contacts.request(ann, { userId: ben.userId });
      await expect(contacts.request(ann, { userId: cat.userId })).rejects.toMatchObject({ code: 'LIMIT_REACHED', field: ['userId'] });
      await contacts.cancel(ann, ref(ann, ben));
      await contacts.request(ann, { userId: cat.userId });
    });

    test('are limited to CONTACT_REQUESTS_PER_DAY, without counting refused ones', async () => {
      const [ann, ben, cat] = await world.people();
      const { contacts } = world.with({ contactRequestsPerDay: 1 });
      await expect(contacts.request(ann, { userId: 999_999n })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await contacts.request(ann, { userId: ben.userId });
      await contacts.cancel(ann, ref(ann, ben));
      const again = contacts.request(ann, { userId: cat.userId });
      await expect(again).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) });
    });

    test('that are pending are returned when made again, even beyond CONTACT_REQUESTS_PER_DAY', async () => {
      const [ann, ben, cat] = await world.people();
      const { contacts } = world.with({ contactRequestsPerDay: 1 });
      const first = await contacts.request(ann, { userId: ben.userId, note: 'It is me' });
      expect(await contacts.request(ann, { userId: ben.userId, note: 'Once more' })).toEqual(first);
      await expect(contacts.request(ann, { userId: cat.userId })).rejects.toMatchObject({ code: 'RATE_LIMITED' });
      await contacts.cancel(ann, ref(ann, ben));
      await expect(contacts.request(ann, { userId: ben.userId })).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    });
  });
}
