import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { type ContactsWorld, contactsOn } from './contacts-world.ts';

// Each race is run several times, since its order differs from time to time.
const times = 12;
const nothing = { contacts: [], incoming: [], outgoing: [] };

/** What two nodes promise when they concurrently change the contact between two users, on any database. */
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

  /** Runs an act after a random delay, at most about as long as a transaction. Resolves with null if the act is refused. */
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

  describe('on two nodes concurrently', () => {
    test('two users who ask each other become contacts, and the request is closed once for each', async () => {
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

    test('an acceptance and a cancellation end in one of the two', async () => {
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

    test('a block leaves its maker neither contact nor request, whatever the other user asks meanwhile', async () => {
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
        // The two may have been contacts before the block ended it.
        if ((await count(ben, 'ContactChanged')) === 0) expect(outgoing).toEqual([ann.userId]);
      }
    });

    test('a block and an acceptance leave no contact, whichever is first', async () => {
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

    test('a block and its end leave what the last entry says', async () => {
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
