import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { type ContactsWorld, contactsOn } from './contacts-world.ts';

const nothing = { contacts: [], incoming: [], outgoing: [] };
const dayMs = 86_400_000;

/** How a request to become a contact ends by itself, and what is said with it, on any database. */
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

  /** Has a request been made so many days ago. */
  async function age(from: Viewer, to: Viewer, days: number): Promise<void> {
    const createdAt = new Date((await db.now()).getTime() - days * dayMs);
    await db.transaction((tx) => tx.contactRequest.updateMany({ where: ref(from, to), data: { createdAt } }));
  }

  function jobsOf(from: Viewer, to: Viewer) {
    return db.client.job.findMany({ where: { key: keyOf(from, to) }, select: { kind: true, dueAt: true } });
  }

  describe('a request that nobody answers', () => {
    test('leaves a job for the day on which it is over', async () => {
      const [ann, ben] = await world.people();
      const { request } = await world.contacts.request(ann, { userId: ben.userId });
      const dueAt = new Date((request?.createdAt.getTime() ?? 0) + 30 * dayMs);
      expect(await jobsOf(ann, ben)).toEqual([{ kind: 'ContactRequestExpired', dueAt }]);
    });

    test('is over then for both, and who asked is told so', async () => {
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

    test('is not over before', async () => {
      const [ann, ben] = await world.people();
      await world.contacts.request(ann, { userId: ben.userId });
      await age(ann, ben, 29);
      await world.contacts.expire(ref(ann, ben));
      expect((await world.shown(ben)).incoming).toEqual([ann.userId]);
    });

    test('is ended on its day where its time came too soon, for instance because there are more days by then', async () => {
      const [ann, ben] = await world.people();
      const { request } = await world.with({ contactRequestDays: 10 }).contacts.request(ann, { userId: ben.userId });
      await world.contacts.expire(ref(ann, ben));
      const dueAt = new Date((request?.createdAt.getTime() ?? 0) + 30 * dayMs);
      expect(await jobsOf(ann, ben)).toEqual([{ kind: 'ContactRequestExpired', dueAt }]);
    });

    test('can be made anew, and then has all its time', async () => {
      const [ann, ben] = await world.people();
      await world.contacts.request(ann, { userId: ben.userId });
      await age(ann, ben, 31);
      await world.contacts.expire(ref(ann, ben));
      await world.contacts.request(ann, { userId: ben.userId });
      await world.contacts.expire(ref(ann, ben));
      expect((await world.shown(ben)).incoming).toEqual([ann.userId]);
    });

    test('that was declined is over for who asked, and of that the other hears nothing', async () => {
      const [ann, ben] = await world.people();
      await world.contacts.request(ann, { userId: ben.userId });
      await world.contacts.answer(ben, ref(ann, ben), { accept: false });
      const told = await world.told(ben);
      await age(ann, ben, 30);
      await world.contacts.expire(ref(ann, ben));
      expect(await world.shown(ann)).toEqual(nothing);
      expect(await world.told(ben)).toEqual(told);
    });

    test('is over or accepted, never both, where the two meet', async () => {
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

    test('leaves no job once it was answered or taken back', async () => {
      const [ann, ben, cat] = await world.people();
      await world.befriend(ann, ben);
      await world.contacts.request(ann, { userId: cat.userId });
      await world.contacts.cancel(ann, ref(ann, cat));
      expect([...(await jobsOf(ann, ben)), ...(await jobsOf(ann, cat))]).toEqual([]);
    });
  });

  describe('what is said with a request', () => {
    test('is shown to both, and left to be said once it is accepted', async () => {
      const [ann, ben] = await world.people();
      const { request } = await world.contacts.request(ann, { userId: ben.userId, message: 'It is me!' });
      expect(request?.message).toBe('It is me!');
      expect(await world.contacts.firstMessage(ref(ann, ben))).toBeNull();
      await world.contacts.answer(ben, ref(ann, ben), { accept: true });
      const first = await world.contacts.firstMessage(ref(ann, ben));
      expect(first).toEqual({
        ...{ text: 'It is me!', clientMessageId: expect.stringMatching(/^[\x21-\x7e]{1,64}$/), askedAt: request?.createdAt },
      });
      expect(await world.contacts.firstMessage(ref(ann, ben))).toEqual(first);
      expect((await jobsOf(ann, ben)).map(({ kind }) => kind)).toEqual(['FirstMessage']);
      await world.contacts.clearFirstMessage(ref(ann, ben), { askedAt: request?.createdAt ?? new Date(0) });
      expect(await world.contacts.firstMessage(ref(ann, ben))).toBeNull();
    });

    test('is kept where it belongs to a later request than the one that was said', async () => {
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

    test('is said by both where each has asked the other', async () => {
      const [ann, ben] = await world.people();
      await world.contacts.request(ann, { userId: ben.userId, message: 'I first' });
      await world.contacts.request(ben, { userId: ann.userId, message: 'I second' });
      expect(await world.contacts.firstMessage(ref(ann, ben))).toMatchObject({ text: 'I first' });
      expect(await world.contacts.firstMessage(ref(ben, ann))).toMatchObject({ text: 'I second' });
    });

    test.each(['cancelled', 'expired'] as const)('is gone once it was %s', async (how) => {
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
    ])('is refused where it is %j, %s', async (message) => {
      const [ann, ben] = await world.people();
      const asked = world.contacts.request(ann, { userId: ben.userId, message });
      await expect(asked).rejects.toMatchObject({ code: 'INVALID_INPUT', field: ['message'] });
    });
  });

  describe('requests', () => {
    test('wait up to a number, and then some have to go first', async () => {
      const [ann, ben, cat] = await world.people();
      const { contacts } = world.with({ maxContactRequests: 1 });
      await contacts.request(ann, { userId: ben.userId });
      await expect(contacts.request(ann, { userId: cat.userId })).rejects.toMatchObject({ code: 'LIMIT_REACHED', field: ['userId'] });
      await contacts.cancel(ann, ref(ann, ben));
      await contacts.request(ann, { userId: cat.userId });
    });

    test('are made so often a day, of which what was refused does not count', async () => {
      const [ann, ben, cat] = await world.people();
      const { contacts } = world.with({ contactRequestsPerDay: 1 });
      await expect(contacts.request(ann, { userId: 999_999n })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await contacts.request(ann, { userId: ben.userId });
      await contacts.cancel(ann, ref(ann, ben));
      const again = contacts.request(ann, { userId: cat.userId });
      await expect(again).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) });
    });

    test('that wait already are answered as they stand, also by who may make no more that day', async () => {
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
