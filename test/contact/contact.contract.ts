import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RequestDirection } from '../../src/contact/index.ts';
import type { Db } from '../../src/db/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { type ContactsWorld, contactsOn } from './contacts-world.ts';

const nothing = { contacts: [], incoming: [], outgoing: [] };

function ref(from: Viewer, to: Viewer) {
  return { fromId: from.userId, toId: to.userId };
}

function side(viewer: Viewer, other: Viewer) {
  return { userId: viewer.userId, otherId: other.userId };
}

/** What contacts and contact requests promise, on any database. */
export function promisesOfContacts(open: () => Promise<Db>): void {
  let db: Db;
  let world: ContactsWorld;
  beforeAll(async () => {
    db = await open();
    world = contactsOn(db);
  });
  afterAll(() => db[Symbol.asyncDispose]());

  describe('a contact request', () => {
    test('is pending for both users, and both accounts are notified', async () => {
      const [ann, ben] = await world.people();
      const note = 'Hello 👋\nit is me';
      const { request, contact } = await world.contacts.request(ann, { userId: ben.userId, note });
      expect(contact).toBeNull();
      expect(request).toEqual({ ...ref(ann, ben), note, message: null, createdAt: expect.any(Date) });
      expect(await world.shown(ann)).toEqual({ ...nothing, outgoing: [ben.userId] });
      expect(await world.shown(ben)).toEqual({ ...nothing, incoming: [ann.userId] });
      const data = ref(ann, ben);
      expect(await world.told(ann)).toEqual([{ type: 'ContactRequestSent', data, actorId: ann.userId }]);
      expect(await world.told(ben)).toEqual([{ type: 'ContactRequestReceived', data, actorId: ann.userId }]);
      const [seenByAnn, seenByBen, seenByNobody] = await world.contacts.seenRequests([
        { ...data, userId: ann.userId },
        { ...data, userId: ben.userId },
        { ...data, userId: 999_999n },
      ]);
      expect([seenByAnn, seenByBen, seenByNobody]).toEqual([request, request, null]);
    });

    test('made again is the same request, without another entry', async () => {
      const [ann, ben] = await world.people();
      const first = await world.contacts.request(ann, { userId: ben.userId, note: 'first' });
      expect(await world.contacts.request(ann, { userId: ben.userId, note: 'second' })).toEqual(first);
      expect(await world.told(ben)).toHaveLength(1);
      expect(await world.told(ann)).toHaveLength(1);
    });

    test('made twenty times concurrently is one request', async () => {
      const [ann, ben] = await world.people();
      const made = await Promise.all(Array.from({ length: 20 }, () => world.contacts.request(ann, { userId: ben.userId })));
      expect(new Set(made.map(({ request }) => request?.createdAt.getTime())).size).toBe(1);
      expect(await world.told(ben)).toHaveLength(1);
    });

    test('that meets one in the other direction makes a contact, and both accounts are notified', async () => {
      const [ann, ben] = await world.people();
      await world.contacts.request(ann, { userId: ben.userId });
      const { request, contact } = await world.contacts.request(ben, { userId: ann.userId, note: 'me too' });
      expect(request).toBeNull();
      expect(contact).toEqual({ ...side(ben, ann), alias: null, since: expect.any(Date) });
      expect(await world.shown(ann)).toEqual({ ...nothing, contacts: [ben.userId] });
      expect(await world.shown(ben)).toEqual({ ...nothing, contacts: [ann.userId] });
      const closed = { type: 'ContactRequestClosed', data: ref(ann, ben), actorId: ben.userId };
      expect((await world.told(ann)).at(-1)).toEqual(closed);
      expect((await world.told(ben)).at(-1)).toEqual(closed);
    });

    test('made by both users concurrently makes one contact', async () => {
      const [ann, ben] = await world.people();
      const made = await Promise.all([
        world.contacts.request(ann, { userId: ben.userId }),
        world.contacts.request(ben, { userId: ann.userId }),
      ]);
      expect(made.filter(({ contact }) => contact !== null)).toHaveLength(1);
      expect(await world.shown(ann)).toEqual({ ...nothing, contacts: [ben.userId] });
      expect(await world.shown(ben)).toEqual({ ...nothing, contacts: [ann.userId] });
    });

    test('is refused for oneself, an unknown user, an inactive user and a contact', async () => {
      const [ann, ben, carl] = await world.people();
      await expect(world.contacts.request(ann, { userId: ann.userId })).rejects.toMatchObject({ code: 'INVALID_INPUT', field: ['userId'] });
      await expect(world.contacts.request(ann, { userId: 999_999n })).rejects.toMatchObject({ code: 'NOT_FOUND', field: ['userId'] });
      await db.transaction((tx) => tx.user.update({ where: { id: carl.userId }, data: { state: 'SUSPENDED' } }));
      await expect(world.contacts.request(ann, { userId: carl.userId })).rejects.toMatchObject({ code: 'NOT_FOUND', field: ['userId'] });
      await world.befriend(ann, ben);
      for (const [one, other] of [
        [ann, ben],
        [ben, ann],
      ] as const) {
        await expect(world.contacts.request(one, { userId: other.userId })).rejects.toMatchObject({ code: 'CONFLICT', field: ['userId'] });
      }
      expect(await world.shown(ann)).toEqual({ ...nothing, contacts: [ben.userId] });
    });

    test.each([['x'.repeat(301)], ['👍'.repeat(301)], ['bell\u0007'], ['\udfff']])('is refused with the note %j', async (note) => {
      const [ann, ben] = await world.people();
      await expect(world.contacts.request(ann, { userId: ben.userId, note })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        field: ['note'],
      });
      expect(await world.shown(ben)).toEqual(nothing);
    });

    test('keeps the longest note exactly, and an empty note is null', async () => {
      const [ann, ben, carl] = await world.people();
      const note = '👍'.repeat(300);
      await world.contacts.request(ann, { userId: ben.userId, note });
      await world.contacts.request(carl, { userId: ben.userId, note: '' });
      const { items } = await world.contacts.requests(ben, { direction: 'INCOMING', first: 10 });
      expect(new Map(items.map(({ request }) => [request.fromId, request.note]))).toEqual(
        new Map([
          [ann.userId, note],
          [carl.userId, null],
        ]),
      );
    });
  });

  describe('an answer', () => {
    test('that accepts makes a contact and notifies both accounts, and repeating it has no effect', async () => {
      const [ann, ben] = await world.people();
      await world.contacts.request(ann, { userId: ben.userId });
      const contact = await world.contacts.answer(ben, ref(ann, ben), { accept: true });
      expect(contact).toEqual({ ...side(ben, ann), alias: null, since: expect.any(Date) });
      expect(await world.contacts.answer(ben, ref(ann, ben), { accept: true })).toEqual(contact);
      const closed = { type: 'ContactRequestClosed', data: ref(ann, ben), actorId: ben.userId };
      expect((await world.told(ann)).slice(1)).toEqual([closed]);
      expect((await world.told(ben)).slice(1)).toEqual([closed]);
      expect(await world.contacts.byRefs([side(ann, ben), side(ben, ann)])).toEqual([{ ...contact, ...side(ann, ben) }, contact]);
      await expect(world.contacts.answer(ben, ref(ann, ben), { accept: false })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    test('that declines notifies only the account that gave it: the request stays pending for its sender', async () => {
      const [ann, ben] = await world.people();
      const { request } = await world.contacts.request(ann, { userId: ben.userId });
      expect(await world.contacts.answer(ben, ref(ann, ben), { accept: false })).toBeNull();
      expect(await world.contacts.answer(ben, ref(ann, ben), { accept: false })).toBeNull();
      expect(await world.shown(ann)).toEqual({ ...nothing, outgoing: [ben.userId] });
      expect(await world.shown(ben)).toEqual(nothing);
      expect((await world.told(ann)).slice(1)).toEqual([]);
      expect((await world.told(ben)).slice(1)).toEqual([{ type: 'ContactRequestClosed', data: ref(ann, ben), actorId: ben.userId }]);
      await expect(world.contacts.answer(ben, ref(ann, ben), { accept: true })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      // A repeated request looks as if it were still pending.
      expect(await world.contacts.request(ann, { userId: ben.userId })).toEqual({ request, contact: null });
      expect(await world.shown(ben)).toEqual(nothing);
      expect(
        await world.contacts.seenRequests([
          { ...ref(ann, ben), userId: ann.userId },
          { ...ref(ann, ben), userId: ben.userId },
        ]),
      ).toEqual([request, null]);
    });

    test('can be reversed: a request by the user who declined meets the pending one', async () => {
      const [ann, ben] = await world.people();
      await world.contacts.request(ann, { userId: ben.userId });
      await world.contacts.answer(ben, ref(ann, ben), { accept: false });
      const { contact } = await world.contacts.request(ben, { userId: ann.userId });
      expect(contact).toMatchObject(side(ben, ann));
      expect(await world.shown(ann)).toEqual({ ...nothing, contacts: [ben.userId] });
    });

    test('can be given by the recipient only, and a request of other users is not found', async () => {
      const [ann, ben, carl] = await world.people();
      await world.contacts.request(ann, { userId: ben.userId });
      await expect(world.contacts.answer(ann, ref(ann, ben), { accept: true })).rejects.toMatchObject({
        code: 'FORBIDDEN',
        field: ['requestId'],
      });
      for (const [viewer, request] of [
        [carl, ref(ann, ben)],
        [ann, ref(ben, ann)],
        [ann, ref(ann, ann)],
        [ann, { fromId: 999_999n, toId: ann.userId }],
      ] as const) {
        await expect(world.contacts.answer(viewer, request, { accept: true })).rejects.toMatchObject({
          code: 'NOT_FOUND',
          field: ['requestId'],
        });
        await expect(world.contacts.cancel(viewer, request)).rejects.toMatchObject({ code: 'NOT_FOUND', field: ['requestId'] });
      }
      expect(await world.shown(ben)).toEqual({ ...nothing, incoming: [ann.userId] });
    });

    test('and a concurrent cancellation end in one of the two', async () => {
      const [ann, ben] = await world.people();
      await world.contacts.request(ann, { userId: ben.userId });
      const [accepted, cancelled] = await Promise.allSettled([
        world.contacts.answer(ben, ref(ann, ben), { accept: true }),
        world.contacts.cancel(ann, ref(ann, ben)),
      ]);
      expect([accepted.status, cancelled.status].toSorted()).toEqual(['fulfilled', 'rejected']);
      const known = accepted.status === 'fulfilled';
      expect(await world.shown(ann)).toEqual({ ...nothing, contacts: known ? [ben.userId] : [] });
      expect(await world.shown(ben)).toEqual({ ...nothing, contacts: known ? [ann.userId] : [] });
    });
  });

  describe('a cancellation', () => {
    test('removes the request for both users and notifies both accounts, and repeating it has no effect', async () => {
      const [ann, ben] = await world.people();
      await world.contacts.request(ann, { userId: ben.userId });
      await world.contacts.cancel(ann, ref(ann, ben));
      await world.contacts.cancel(ann, ref(ann, ben));
      expect(await world.shown(ann)).toEqual(nothing);
      expect(await world.shown(ben)).toEqual(nothing);
      const data = ref(ann, ben);
      expect((await world.told(ann)).slice(1)).toEqual([{ type: 'ContactRequestClosed', data, actorId: ann.userId }]);
      expect((await world.told(ben)).slice(1)).toEqual([{ type: 'ContactRequestWithdrawn', data, actorId: ann.userId }]);
      await expect(world.contacts.answer(ben, data, { accept: true })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    test('of a declined request notifies only its sender', async () => {
      const [ann, ben] = await world.people();
      await world.contacts.request(ann, { userId: ben.userId });
      await world.contacts.answer(ben, ref(ann, ben), { accept: false });
      const before = await world.told(ben);
      await world.contacts.cancel(ann, ref(ann, ben));
      expect(await world.shown(ann)).toEqual(nothing);
      expect(await world.told(ben)).toEqual(before);
    });

    test('cannot be made by the recipient', async () => {
      const [ann, ben] = await world.people();
      await world.contacts.request(ann, { userId: ben.userId });
      await expect(world.contacts.cancel(ben, ref(ann, ben))).rejects.toMatchObject({ code: 'FORBIDDEN', field: ['requestId'] });
      await world.contacts.answer(ben, ref(ann, ben), { accept: false });
      await expect(world.contacts.cancel(ben, ref(ann, ben))).rejects.toMatchObject({ code: 'NOT_FOUND', field: ['requestId'] });
    });

    test('allows another request', async () => {
      const [ann, ben] = await world.people();
      await world.contacts.request(ann, { userId: ben.userId, note: 'first' });
      await world.contacts.cancel(ann, ref(ann, ben));
      const { request } = await world.contacts.request(ann, { userId: ben.userId, note: 'second' });
      expect(request?.note).toBe('second');
      expect(await world.shown(ben)).toEqual({ ...nothing, incoming: [ann.userId] });
    });

    test('is refused once the request is accepted', async () => {
      const [ann, ben] = await world.people();
      await world.befriend(ann, ben);
      await expect(world.contacts.cancel(ann, ref(ann, ben))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });
  });

  describe('a contact', () => {
    test('has an alias for each user, and a change of one notifies only the account that made it', async () => {
      const [ann, ben] = await world.people();
      await world.befriend(ann, ben);
      const before = await world.told(ben);
      expect(await world.contacts.update(ann, side(ann, ben), { alias: 'Benny 🐻' })).toMatchObject({
        ...side(ann, ben),
        alias: 'Benny 🐻',
      });
      await world.contacts.update(ann, side(ann, ben), { alias: 'Benny 🐻' });
      expect(await world.contacts.update(ann, side(ann, ben), {})).toMatchObject({ alias: 'Benny 🐻' });
      expect(await world.contacts.byRefs([side(ann, ben), side(ben, ann)])).toMatchObject([{ alias: 'Benny 🐻' }, { alias: null }]);
      expect(await world.contacts.update(ann, side(ann, ben), { alias: null })).toMatchObject({ alias: null });
      const changed = { type: 'ContactChanged', data: { otherId: ben.userId }, actorId: ann.userId };
      expect((await world.told(ann)).slice(-2)).toEqual([changed, changed]);
      expect((await world.told(ann)).filter(({ type }) => type === 'ContactChanged')).toHaveLength(2);
      expect(await world.told(ben)).toEqual(before);
    });

    test.each([[''], ['  '], ['x'.repeat(65)], ['two\nlines'], ['\udfff']])('refuses the alias %j', async (alias) => {
      const [ann, ben] = await world.people();
      await world.befriend(ann, ben);
      await expect(world.contacts.update(ann, side(ann, ben), { alias })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        field: ['alias'],
      });
    });

    test('of other users, with an unknown user, or that has ended cannot be changed', async () => {
      const [ann, ben, carl] = await world.people();
      await world.befriend(ann, ben);
      await world.befriend(ann, carl);
      await world.contacts.remove(ann, { userId: carl.userId });
      for (const contact of [side(ben, ann), side(ann, ann), side(ann, carl), { userId: ann.userId, otherId: 999_999n }]) {
        await expect(world.contacts.update(ann, contact, { alias: 'x' })).rejects.toMatchObject({
          code: 'NOT_FOUND',
          field: ['contactId'],
        });
      }
    });

    test('ends for both users and notifies both accounts, and repeating it has no effect', async () => {
      const [ann, ben] = await world.people();
      await world.befriend(ann, ben);
      await world.contacts.remove(ben, { userId: ann.userId });
      await world.contacts.remove(ann, { userId: ben.userId });
      expect(await world.shown(ann)).toEqual(nothing);
      expect(await world.shown(ben)).toEqual(nothing);
      expect(await world.contacts.byRefs([side(ann, ben), side(ben, ann)])).toEqual([null, null]);
      const gone = ({ type }: { readonly type: string }) => type === 'ContactChanged';
      expect((await world.told(ann)).filter(gone)).toEqual([
        { type: 'ContactChanged', data: { otherId: ben.userId }, actorId: ben.userId },
      ]);
      expect((await world.told(ben)).filter(gone)).toEqual([
        { type: 'ContactChanged', data: { otherId: ann.userId }, actorId: ben.userId },
      ]);
    });

    test('that never existed cannot be ended', async () => {
      const [ann, ben] = await world.people();
      await world.contacts.request(ann, { userId: ben.userId });
      for (const userId of [ann.userId, ben.userId, 999_999n]) {
        await expect(world.contacts.remove(ann, { userId })).rejects.toMatchObject({ code: 'NOT_FOUND', field: ['userId'] });
      }
    });

    test('that has ended can be requested again, and then has no alias', async () => {
      const [ann, ben] = await world.people();
      await world.befriend(ann, ben);
      await world.contacts.update(ann, side(ann, ben), { alias: 'Benny' });
      await world.contacts.remove(ann, { userId: ben.userId });
      await expect(world.contacts.answer(ben, ref(ann, ben), { accept: true })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await world.contacts.request(ben, { userId: ann.userId });
      expect(await world.shown(ann)).toEqual({ ...nothing, incoming: [ben.userId] });
      expect(await world.contacts.answer(ann, ref(ben, ann), { accept: true })).toMatchObject({ ...side(ann, ben), alias: null });
      expect(await world.shown(ben)).toEqual({ ...nothing, contacts: [ann.userId] });
    });
  });

  describe('the lists of contacts and requests', () => {
    async function paged(read: (after: string | undefined) => Promise<{ items: readonly { key: string }[]; hasNextPage: boolean }>) {
      const keys: string[] = [];
      const sizes: number[] = [];
      let after: string | undefined;
      for (;;) {
        const { items, hasNextPage } = await read(after);
        keys.push(...items.map(({ key }) => key));
        sizes.push(items.length);
        if (!hasNextPage) return { keys, sizes };
        after = items.at(-1)?.key;
      }
    }

    test('have each item once in pages of any size, even if many have the same time', async () => {
      const [ann] = await world.people();
      const others: Viewer[] = [];
      for (let round = 0; round < 3; round += 1) others.push(...(await world.people()));
      await Promise.all(others.map((other) => world.contacts.request(other, { userId: ann.userId })));
      const incoming = (after: string | undefined) => world.contacts.requests(ann, { direction: 'INCOMING', first: 4, after });
      const all = await world.contacts.requests(ann, { direction: 'INCOMING', first: 100 });
      expect(await paged(incoming)).toEqual({ keys: all.items.map(({ key }) => key), sizes: [4, 4, 1] });
      expect(new Set(all.items.map(({ request }) => request.fromId))).toEqual(new Set(others.map(({ userId }) => userId)));
      expect(await world.contacts.countRequests(ann, 'INCOMING')).toBe(9);
      await Promise.all(others.map((other) => world.contacts.answer(ann, ref(other, ann), { accept: true })));
      // As if all were made at the same moment.
      await db.transaction((tx) => tx.contact.updateMany({ where: { userId: ann.userId }, data: { since: new Date('2026-01-01') } }));
      const known = await world.contacts.list(ann, { first: 100 });
      expect(await paged((after) => world.contacts.list(ann, { first: 3, after }))).toEqual({
        keys: known.items.map(({ key }) => key),
        sizes: [3, 3, 3],
      });
      expect(known.items.map(({ contact }) => contact.otherId)).toEqual(
        others.map(({ userId }) => userId).toSorted((a, b) => Number(b - a)),
      );
      expect(await world.contacts.countRequests(ann, 'INCOMING')).toBe(0);
    });

    test('are sorted by time, newest first', async () => {
      const [ann, ben, carl] = await world.people();
      await world.befriend(ann, carl);
      await world.befriend(ann, ben);
      const earlier = { since: new Date('2026-01-01') };
      await db.transaction((tx) => tx.contact.update({ where: { userId_otherId: side(ann, ben) }, data: earlier }));
      expect((await world.shown(ann)).contacts).toEqual([carl.userId, ben.userId]);
    });

    test('count only what is pending for the viewer', async () => {
      const [ann, ben, carl] = await world.people();
      await world.contacts.request(ann, { userId: ben.userId });
      await world.contacts.request(ann, { userId: carl.userId });
      await world.contacts.answer(carl, ref(ann, carl), { accept: false });
      const counts = async (viewer: Viewer) =>
        Promise.all((['INCOMING', 'OUTGOING'] satisfies RequestDirection[]).map((way) => world.contacts.countRequests(viewer, way)));
      expect(await counts(ann)).toEqual([0, 2]);
      expect(await counts(ben)).toEqual([1, 0]);
      expect(await counts(carl)).toEqual([0, 0]);
    });

    test('refuse an invalid key', async () => {
      const [ann] = await world.people();
      for (const after of ['', 'x', '1', '1:2:3', '-1:2', '253402300800000:1', '1:9223372036854775808']) {
        const refused = { code: 'BAD_USER_INPUT', field: ['after'] };
        await expect(world.contacts.list(ann, { first: 1, after })).rejects.toMatchObject(refused);
        await expect(world.contacts.requests(ann, { direction: 'OUTGOING', first: 1, after })).rejects.toMatchObject(refused);
      }
    });
  });
}
