import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { type ContactsWorld, contactsOn } from './contacts-world.ts';

const nothing = { contacts: [], incoming: [], outgoing: [] };

/** What blocks promise, on any database. */
export function promisesOfBlocks(open: () => Promise<Db>): void {
  let db: Db;
  let world: ContactsWorld;
  beforeAll(async () => {
    db = await open();
    world = contactsOn(db);
  });
  afterAll(() => db[Symbol.asyncDispose]());

  const ref = (one: Viewer, other: Viewer) => ({ userId: one.userId, otherId: other.userId });
  const asking = (from: Viewer, to: Viewer) => ({ fromId: from.userId, toId: to.userId });
  const changed = (by: Viewer, other: Viewer, blocked = true) => ({
    ...{ type: 'BlockChanged', data: { otherId: other.userId, blocked }, actorId: by.userId },
  });

  describe('a block', () => {
    test('is known to its maker only, on all their devices', async () => {
      const [ann, ben] = await world.people();
      const { block, endedContact } = await world.blocks.block(ann, { userId: ben.userId });
      expect([block, endedContact]).toEqual([{ ...ref(ann, ben), since: expect.any(Date) }, false]);
      expect(await world.told(ann)).toEqual([changed(ann, ben)]);
      expect(await world.told(ben)).toEqual([]);
      expect(await world.blocks.byRefs([ref(ann, ben), ref(ben, ann)])).toEqual([expect.objectContaining(block), null]);
      expect((await world.blocks.list(ann, { first: 10 })).items.map(({ block: one }) => one.otherId)).toEqual([ben.userId]);
      expect((await world.blocks.list(ben, { first: 10 })).items).toEqual([]);
    });

    test('made again or concurrently is one', async () => {
      const [ann, ben] = await world.people();
      const made = await Promise.all(Array.from({ length: 10 }, () => world.blocks.block(ann, { userId: ben.userId })));
      expect(new Set(made.map(({ block }) => block.since.getTime())).size).toBe(1);
      expect(await world.told(ann)).toEqual([changed(ann, ben)]);
    });

    test('ends a contact for both, as a removal does', async () => {
      const [ann, ben] = await world.people();
      await world.befriend(ann, ben);
      const before = (await world.told(ben)).length;
      expect((await world.blocks.block(ann, { userId: ben.userId })).endedContact).toBe(true);
      expect([await world.shown(ann), await world.shown(ben)]).toEqual([nothing, nothing]);
      expect((await world.told(ben)).slice(before)).toEqual([
        { type: 'ContactChanged', data: { otherId: ann.userId }, actorId: ann.userId },
      ]);
    });

    test('closes a request of the other user, for whom it stays pending', async () => {
      const [ann, ben] = await world.people();
      await world.contacts.request(ben, { userId: ann.userId });
      await world.blocks.block(ann, { userId: ben.userId });
      expect(await world.shown(ann)).toEqual(nothing);
      expect(await world.shown(ben)).toEqual({ ...nothing, outgoing: [ann.userId] });
      expect((await world.told(ben)).map(({ type }) => type)).toEqual(['ContactRequestSent']);
      await expect(world.contacts.answer(ann, asking(ben, ann), { accept: true })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    test('withdraws its maker’s own request', async () => {
      const [ann, ben] = await world.people();
      await world.contacts.request(ann, { userId: ben.userId });
      await world.blocks.block(ann, { userId: ben.userId });
      expect([await world.shown(ann), await world.shown(ben)]).toEqual([nothing, nothing]);
      expect((await world.told(ben)).at(-1)).toMatchObject({ type: 'ContactRequestWithdrawn' });
    });

    test('lets the other user request without effect and without notice', async () => {
      const [ann, ben, cat] = await world.people();
      await world.blocks.block(ann, { userId: ben.userId });
      const { request } = await world.contacts.request(ben, { userId: ann.userId, note: 'please' });
      const asked = await world.contacts.request(ben, { userId: cat.userId, note: 'please' });
      expect(request).toEqual({ ...asked.request, toId: ann.userId, createdAt: expect.any(Date) });
      expect(await world.shown(ann)).toEqual(nothing);
      expect(await world.told(ann)).toEqual([changed(ann, ben)]);
      expect((await world.shown(ben)).outgoing).toContain(ann.userId);
      await world.contacts.cancel(ben, asking(ben, ann));
      expect((await world.shown(ben)).outgoing).not.toContain(ann.userId);
      expect(await world.told(ann)).toEqual([changed(ann, ben)]);
    });

    test('refuses a request of its maker', async () => {
      const [ann, ben] = await world.people();
      await world.blocks.block(ann, { userId: ben.userId });
      const asked = world.contacts.request(ann, { userId: ben.userId });
      await expect(asked).rejects.toMatchObject({ code: 'BLOCKED', field: ['userId'] });
    });

    test('that ends restores neither contact nor request', async () => {
      const [ann, ben] = await world.people();
      await world.befriend(ann, ben);
      await world.blocks.block(ann, { userId: ben.userId });
      expect(await world.blocks.unblock(ann, { userId: ben.userId })).toMatchObject({ isOver: true });
      expect(await world.blocks.unblock(ann, { userId: ben.userId })).toMatchObject({ isOver: false });
      expect((await world.told(ann)).slice(-1)).toEqual([changed(ann, ben, false)]);
      expect(await world.shown(ann)).toEqual(nothing);
      expect(await world.blocks.byRefs([ref(ann, ben)])).toEqual([null]);
      expect((await world.contacts.request(ben, { userId: ann.userId })).request).not.toBeNull();
      expect((await world.shown(ann)).incoming).toEqual([ben.userId]);
    });

    test('of each other lasts until both have ended it', async () => {
      const [ann, ben] = await world.people();
      await Promise.all([world.blocks.block(ann, { userId: ben.userId }), world.blocks.block(ben, { userId: ann.userId })]);
      expect(await world.blocks.unblock(ann, { userId: ben.userId })).toMatchObject({ isOver: false });
      expect(await world.blocks.unblock(ben, { userId: ann.userId })).toMatchObject({ isOver: true });
    });

    test('is refused for oneself, an unknown user, and beyond the limit', async () => {
      const [ann, ben, cat] = await world.people();
      const few = world.with({ maxBlocks: 1 }).blocks;
      await expect(few.block(ann, { userId: ann.userId })).rejects.toMatchObject({ code: 'INVALID_INPUT', field: ['userId'] });
      await expect(few.block(ann, { userId: 999_999n })).rejects.toMatchObject({ code: 'NOT_FOUND', field: ['userId'] });
      await expect(few.unblock(ann, { userId: 999_999n })).rejects.toMatchObject({ code: 'NOT_FOUND', field: ['userId'] });
      await few.block(ann, { userId: ben.userId });
      await expect(few.block(ann, { userId: cat.userId })).rejects.toMatchObject({ code: 'LIMIT_REACHED', field: ['userId'] });
      await few.block(ann, { userId: ben.userId });
      await few.unblock(ann, { userId: ben.userId });
      await few.block(ann, { userId: cat.userId });
    });
  });

  test('a block counts between two users, whoever of them made it', async () => {
    const [ann, ben, cat] = await world.people();
    await world.blocks.block(ann, { userId: ben.userId });
    const others = [ben.userId, cat.userId, ann.userId];
    expect(await world.blocks.between(ann.userId, others)).toEqual([true, false, false]);
    expect(await world.blocks.between(ben.userId, others)).toEqual([false, false, true]);
    await world.blocks.unblock(ann, { userId: ben.userId });
    expect(await world.blocks.between(ann.userId, others)).toEqual([false, false, false]);
  });

  test('blocks are listed in pages, each once, newest first', async () => {
    const [ann] = await world.people();
    const others = [...(await world.people()), ...(await world.people())];
    // The youngest account first, so that the order is not that of the ids.
    for (const { userId } of others.toReversed()) {
      await world.blocks.block(ann, { userId });
      await world.tick();
    }
    const seen: bigint[] = [];
    let after: string | undefined;
    for (let pages = 0; pages < 10; pages += 1) {
      const { items, hasNextPage } = await world.blocks.list(ann, { first: 2, after });
      seen.push(...items.map(({ block }) => block.otherId));
      after = items.at(-1)?.key;
      if (!hasNextPage) break;
    }
    expect(seen).toEqual(others.map(({ userId }) => userId));
    await expect(world.blocks.list(ann, { first: 2, after: 'nonsense' })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  test('a block and a concurrent request end in a block, without a request that its maker sees', async () => {
    for (let time = 0; time < 10; time += 1) {
      const [ann, ben] = await world.people();
      await Promise.all([world.blocks.block(ann, { userId: ben.userId }), world.contacts.request(ben, { userId: ann.userId })]);
      expect(await world.shown(ann)).toEqual(nothing);
      expect(await world.shown(ben)).toEqual({ ...nothing, outgoing: [ann.userId] });
    }
  });

  test('a block and a concurrent acceptance leave no contact', async () => {
    for (let time = 0; time < 10; time += 1) {
      const [ann, ben] = await world.people();
      await world.contacts.request(ben, { userId: ann.userId });
      const accepting = world.contacts.answer(ann, asking(ben, ann), { accept: true }).catch((error: unknown) => error);
      await Promise.all([world.blocks.block(ann, { userId: ben.userId }), accepting]);
      expect((await world.shown(ann)).contacts).toEqual([]);
      expect((await world.shown(ben)).contacts).toEqual([]);
    }
  });
}
