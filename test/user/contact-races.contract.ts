import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { type ContactsWorld, contactsOn } from './contacts-world.ts';

// Each race is run so often; who is first differs from time to time.
const times = 12;
const nothing = { contacts: [], incoming: [], outgoing: [] };

/** What two nodes promise that change at once what is between two people, on any database. */
export function promisesOfContactRaces(open: () => Promise<Db>): void {
  let db: Db;
  let here: ContactsWorld;
  let there: ContactsWorld;
  beforeAll(async () => {
    db = await open();
    [here, there] = [contactsOn(db), contactsOn(db)];
  });
  afterAll(() => db[Symbol.asyncDispose]());

  const ref = (from: Viewer, to: Viewer) => ({ fromId: from.userId, toId: to.userId });

  /** Lets each wait for a moment of its own, of at most as long as a transaction takes. */
  async function at<T>(act: () => Promise<T>): Promise<T | null> {
    for (let turns = Math.floor(Math.random() * 6); turns > 0; turns -= 1) await db.client.user.count({ where: { id: 0n } });
    return act().catch((error: { readonly code?: string }) => {
      if (error.code === undefined || error.code === 'UNAVAILABLE') throw error;
      return null;
    });
  }

  async function count(viewer: Viewer, type: string): Promise<number> {
    return (await here.told(viewer)).filter((entry) => entry.type === type).length;
  }

  async function jobs(): Promise<number> {
    return db.client.job.count();
  }

  describe('on two nodes at once', () => {
    test('two who ask each other are contacts, told once', async () => {
      for (let time = 0; time < times; time += 1) {
        const [ann, ben] = await here.people();
        await Promise.all([
          at(() => here.contacts.request(ann, { userId: ben.userId })),
          at(() => there.contacts.request(ben, { userId: ann.userId })),
        ]);
        expect(await here.shown(ann)).toEqual({ ...nothing, contacts: [ben.userId] });
        expect(await here.shown(ben)).toEqual({ ...nothing, contacts: [ann.userId] });
        expect([await count(ann, 'ContactRequestClosed'), await count(ben, 'ContactRequestClosed')]).toEqual([1, 1]);
      }
    });

    test('who accepts and who takes back come to one or the other', async () => {
      const before = await jobs();
      for (let time = 0; time < times; time += 1) {
        const [ann, ben] = await here.people();
        await here.contacts.request(ann, { userId: ben.userId });
        const [contact] = await Promise.all([
          at(() => here.contacts.answer(ben, ref(ann, ben), { accept: true })),
          at(() => there.contacts.cancel(ann, ref(ann, ben))),
        ]);
        expect(await here.shown(ben)).toEqual({ ...nothing, contacts: contact === null ? [] : [ann.userId] });
        expect(await count(ben, 'ContactRequestWithdrawn')).toBe(contact === null ? 1 : 0);
      }
      expect(await jobs()).toBe(before);
    });

    test('who blocks has neither contact nor request of the other, whatever they do meanwhile', async () => {
      for (let time = 0; time < times; time += 1) {
        const [ann, ben] = await here.people();
        await here.contacts.request(time % 2 === 0 ? ann : ben, { userId: (time % 2 === 0 ? ben : ann).userId });
        await Promise.all([
          at(() => here.blocks.block(ann, { userId: ben.userId })),
          at(() => there.contacts.request(ben, { userId: ann.userId })),
        ]);
        expect(await here.shown(ann)).toEqual(nothing);
        const { outgoing, ...others } = await here.shown(ben);
        expect(others).toEqual({ contacts: [], incoming: [] });
        // They may have met before the block ended it.
        if ((await count(ben, 'ContactChanged')) === 0) expect(outgoing).toEqual([ann.userId]);
      }
    });

    test('who blocks and who accepts part either way', async () => {
      for (let time = 0; time < times; time += 1) {
        const [ann, ben] = await here.people();
        await here.contacts.request(ann, { userId: ben.userId });
        const [accepted] = await Promise.all([
          at(() => there.contacts.answer(ben, ref(ann, ben), { accept: true })),
          at(() => here.blocks.block(ann, { userId: ben.userId })),
        ]);
        expect([await here.shown(ann), await here.shown(ben)]).toEqual([nothing, nothing]);
        expect(await count(ben, 'ContactChanged')).toBe(accepted === null ? 0 : 1);
        expect(await count(ben, 'ContactRequestWithdrawn')).toBe(accepted === null ? 1 : 0);
      }
    });

    test('who blocks and who ends it leave what the last one said', async () => {
      for (let time = 0; time < times; time += 1) {
        const [ann, ben] = await here.people();
        await here.blocks.block(ann, { userId: ben.userId });
        await Promise.all([
          at(() => here.blocks.unblock(ann, { userId: ben.userId })),
          at(() => there.blocks.block(ann, { userId: ben.userId })),
        ]);
        const last = (await here.told(ann)).findLast(({ type }) => type === 'BlockChanged');
        const [stands] = await here.blocks.between(ann.userId, [ben.userId]);
        expect(last?.data).toEqual({ otherId: ben.userId, blocked: stands });
      }
    });
  });
}
