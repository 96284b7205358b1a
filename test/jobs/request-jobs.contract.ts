import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Chat } from '../../src/chat.ts';
import type { Db } from '../../src/db/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { chatOver } from '../support/chat.ts';
import { person } from '../support/people.ts';

const dayMs = 86_400_000;

/** What the jobs of contact requests promise, on any database. */
export function promisesOfRequestJobs(open: () => Promise<Db>): void {
  let db: Db;
  let chat: Chat;
  beforeAll(async () => {
    db = await open();
    chat = chatOver(db);
  });
  afterAll(async () => {
    await chat[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
  });

  const ref = (from: Viewer, to: Viewer) => ({ fromId: from.userId, toId: to.userId });

  async function two() {
    return [await person(chat, 'ann'), await person(chat, 'ben')] as const;
  }

  function rowOf(from: Viewer, to: Viewer) {
    return db.client.contactRequest.findUnique({ where: { fromId_toId: ref(from, to) } });
  }

  /** Moves a request and its job so many days into the past. */
  async function age(from: Viewer, to: Viewer, days: number): Promise<void> {
    const earlier = (date: Date) => new Date(date.getTime() - days * dayMs);
    await db.transaction(async (tx) => {
      const row = await tx.contactRequest.findUniqueOrThrow({ where: { fromId_toId: ref(from, to) } });
      const where = { kind_key: { kind: 'ContactRequestExpired', key: `${from.userId}:${to.userId}` } };
      const job = await tx.job.findUniqueOrThrow({ where });
      await tx.contactRequest.update({ where: { fromId_toId: ref(from, to) }, data: { createdAt: earlier(row.createdAt) } });
      await tx.job.update({ where, data: { dueAt: earlier(job.dueAt) } });
    });
  }

  async function waiting(viewer: Viewer): Promise<readonly [number, number]> {
    return [await chat.contacts.countRequests(viewer, 'INCOMING'), await chat.contacts.countRequests(viewer, 'OUTGOING')];
  }

  describe('a contact request', () => {
    it('expires after 30 days and not before', async () => {
      const [ann, ben] = await two();
      await chat.contacts.request(ann, { userId: ben.userId, message: 'It is me!' });
      await age(ann, ben, 29);
      await chat.jobs.doDue();
      expect([await waiting(ann), await waiting(ben)]).toEqual([
        [0, 1],
        [1, 0],
      ]);
      await age(ann, ben, 1);
      await chat.jobs.doDue();
      expect([await waiting(ann), await waiting(ben)]).toEqual([
        [0, 0],
        [0, 0],
      ]);
      expect((await rowOf(ann, ben))?.message).toBeNull();
    });

    it('that is accepted sends its note as a message, and keeps no copy', async () => {
      const [ann, ben] = await two();
      await chat.contacts.request(ann, { userId: ben.userId, message: 'It is me!' });
      await chat.contacts.answer(ben, ref(ann, ben), { accept: true });
      await chat.jobs.doDue();
      const [direct] = await chat.groups.directWith(ben, [ann.userId]);
      if (!direct) throw new Error('the message has opened it');
      const said = await db.client.message.findMany({ where: { conversationId: direct.id } });
      expect(said).toMatchObject([{ text: 'It is me!', senderId: ann.userId }]);
      expect((await rowOf(ann, ben))?.message).toBeNull();
    });

    it('without a note leaves no job', async () => {
      const [ann, ben] = await two();
      await chat.contacts.request(ann, { userId: ben.userId });
      await chat.contacts.answer(ben, ref(ann, ben), { accept: true });
      expect(await db.client.job.count({ where: { key: `${ann.userId}:${ben.userId}` } })).toBe(0);
    });
  });
}
