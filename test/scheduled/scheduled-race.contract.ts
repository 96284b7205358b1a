import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Chat } from '../../src/chat.ts';
import type { Db } from '../../src/db/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { chatOver } from '../support/chat.ts';
import { groupOf, person } from '../support/people.ts';
import { ahead, leave, said, timeComes, wanted } from './later.ts';

const many = Array.from({ length: 40 }, (_, place) => String(place));

/** What holds when what is said later is changed, cancelled and said at the same moment on two nodes, on any database. */
export function promisesOfScheduledRaces(open: () => Promise<Db>): void {
  let db: Db;
  let nodes: readonly [Chat, Chat];
  beforeAll(async () => {
    db = await open();
    nodes = [chatOver(db), chatOver(db)];
  });
  afterAll(async () => {
    for (const node of nodes) await node[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
  });

  /** Many that it is time for. */
  async function scene() {
    const ann = await person(nodes[0]);
    const group = await groupOf(nodes[0], ann);
    const left = await Promise.all(many.map((text) => leave(nodes[0], ann, wanted(group, text))));
    const ids = left.map(({ id }) => id);
    await timeComes(db, ...ids);
    return { ann, group, ids };
  }

  /** Has one node do something with each, the last first: it meets those who say them in the middle. Answers of each whether it was done. */
  function toEach(ids: readonly string[], act: (id: string, place: number) => Promise<unknown>): Promise<readonly boolean[]> {
    const acts = ids.map(
      (id, place) => () =>
        act(id, place).then(
          () => true,
          () => false,
        ),
    );
    return Promise.all(acts.toReversed().map((start) => start())).then((done) => done.toReversed());
  }

  /** Has both nodes say what it is time for, each of them everything, as after a crash that nobody noticed. */
  function sayAll({ userId }: Viewer, ids: readonly string[]): Promise<unknown> {
    return Promise.all(
      nodes.flatMap((node) => [node.jobs.doDue(), ...ids.map((scheduledMessageId) => node.scheduled.due({ userId, scheduledMessageId }))]),
    );
  }

  async function closings({ userId: streamId }: Viewer): Promise<number> {
    return db.client.entry.count({ where: { streamId, type: 'ScheduledMessageClosed' } });
  }

  describe('what both nodes are at', () => {
    it('is said once, and once told', async () => {
      const { ann, group, ids } = await scene();
      await sayAll(ann, ids);
      expect((await said(db, group)).toSorted()).toEqual(many.toSorted());
      expect(await closings(ann)).toBe(many.length);
      expect(await db.client.scheduledMessage.count({ where: { userId: ann.userId } })).toBe(0);
      await sayAll(ann, ids);
      expect(await said(db, group)).toHaveLength(many.length);
    });

    it('and is cancelled is said or cancelled, as whoever cancels is answered', async () => {
      const { ann, group, ids } = await scene();
      const [cancelled] = await Promise.all([toEach(ids, (id) => nodes[1].scheduled.cancel(ann, id)), sayAll(ann, ids)]);
      const left = many.filter((_, place) => !cancelled[place]);
      expect((await said(db, group)).toSorted()).toEqual(left.toSorted());
      expect(await closings(ann)).toBe(many.length);
    });

    it('and is changed is said as it was, or as it was changed, as whoever changes is answered', async () => {
      const { ann, group, ids } = await scene();
      const change = (id: string, place: number) => nodes[1].scheduled.change(ann, { id, text: `new ${place}`, sendAt: ahead() });
      const [changed] = await Promise.all([toEach(ids, change), sayAll(ann, ids)]);
      const old = many.filter((_, place) => !changed[place]);
      expect((await said(db, group)).toSorted()).toEqual(old.toSorted());
      await timeComes(db, ...ids);
      await nodes[0].jobs.doDue();
      const all = many.map((text, place) => (changed[place] ? `new ${text}` : text));
      expect((await said(db, group)).toSorted()).toEqual(all.toSorted());
    });

    it('and cannot be said is as it was changed, or gone, whichever of these comes first', async () => {
      const { ann, group, ids } = await scene();
      for (const scheduled of await nodes[0].scheduled.byIds(ann, ids)) {
        const clientMessageId = scheduled?.clientMessageId ?? '';
        await nodes[0].messages.send(ann, { conversationId: group, clientMessageId, text: 'another under its name' });
      }
      const act = (id: string, place: number) =>
        place % 2 === 0
          ? nodes[1].scheduled.change(ann, { id, text: `new ${place}`, sendAt: ahead() })
          : nodes[1].scheduled.cancel(ann, id);
      const [done] = await Promise.all([toEach(ids, act), sayAll(ann, ids)]);
      expect(done).not.toContain(false);
      const left = await nodes[0].scheduled.byIds(ann, ids);
      expect(left.map((row) => row && [row.text, row.refusal])).toEqual(
        many.map((text, place) => (place % 2 === 0 ? [`new ${text}`, null] : null)),
      );
    });

    it('and is said now by whoever does not wait is said once', async () => {
      const { ann, group, ids } = await scene();
      await Promise.all([toEach(ids, (id) => nodes[1].scheduled.sendNow(ann, id)), sayAll(ann, ids)]);
      expect((await said(db, group)).toSorted()).toEqual(many.toSorted());
      expect(await closings(ann)).toBe(many.length);
    });
  });
}
