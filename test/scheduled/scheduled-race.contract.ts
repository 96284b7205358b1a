import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Chat } from '../../src/chat.ts';
import type { Db } from '../../src/db/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { chatOver } from '../support/chat.ts';
import { lateCommits } from '../support/late-commits.ts';
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
  async function scene(texts = many) {
    const ann = await person(nodes[0]);
    const group = await groupOf(nodes[0], ann);
    const left = await Promise.all(texts.map((text) => leave(nodes[0], ann, wanted(group, text))));
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
      const { ann, ids } = await scene(many.map((text) => `badger ${text}`));
      for (const node of nodes) await node.words.set(null, { name: 'refused', action: 'REFUSE', words: ['badger'] });
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

  describe('what a user does at one moment, on one node,', () => {
    // Acts of one moment share a commit where nothing keeps them apart.
    async function left(...texts: readonly string[]) {
      const ann = await person(nodes[0]);
      const group = await groupOf(nodes[0], ann);
      const rows = await Promise.all(texts.map((text) => leave(nodes[0], ann, wanted(group, text))));
      return { ann, group, ids: rows.map(({ id }) => id) };
    }

    it('leaves no more than may wait', async () => {
      await using few = chatOver(db, { MAX_SCHEDULED_MESSAGES: '3' });
      const ann = await person(few);
      const group = await groupOf(few, ann);
      const results = await Promise.allSettled(many.map((text) => few.scheduled.schedule(ann, wanted(group, text))));
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
      expect(await db.client.scheduledMessage.count({ where: { userId: ann.userId } })).toBe(3);
    });

    it('changes it in all ways that were answered', async () => {
      const { ann, ids } = await left(...many);
      const { change, byIds } = nodes[0].scheduled;
      await Promise.all(ids.flatMap((id) => [change(ann, { id, text: 'new' }), change(ann, { id, data: { of: 'a' } })]));
      expect((await byIds(ann, ids)).map((row) => row && [row.text, row.data])).toEqual(many.map(() => ['new', '{"of":"a"}']));
    });

    it('cancels it once, and tells it once', async () => {
      const { ann, ids } = await left(...many);
      const twice = await Promise.allSettled([...ids, ...ids].map((id) => nodes[0].scheduled.cancel(ann, id)));
      expect(twice.filter(({ status }) => status === 'fulfilled')).toHaveLength(many.length);
      expect(await closings(ann)).toBe(many.length);
    });

    it('says it or cancels it, as it was or as it was changed', async () => {
      const { ann, group, ids } = await left(...many);
      const { change, cancel, sendNow } = nodes[0].scheduled;
      const acts = ids.map((id, place) => (place % 2 === 0 ? cancel(ann, id) : change(ann, { id, text: `new ${place}` })));
      const sent = ids.map((id) => sendNow(ann, id));
      const [done] = await Promise.all([Promise.allSettled(acts), Promise.allSettled(sent)]);
      const outcome = many.map((text, place) => {
        if (done[place]?.status === 'rejected') return text;
        return place % 2 === 0 ? [] : `new ${text}`;
      });
      expect((await said(db, group)).toSorted()).toEqual(outcome.flat().toSorted());
    });

    it('says what was changed while it was being said, as it was changed', async () => {
      const { ann, group, ids } = await left('as it was');
      const [id = ''] = ids;
      const late = lateCommits(db);
      await using elsewhere = chatOver(late.db);
      late.before = () => {
        late.before = async () => undefined;
        return nodes[0].scheduled.change(ann, { id, text: 'as changed' });
      };
      expect(await elsewhere.scheduled.sendNow(ann, id)).toMatchObject({ text: 'as changed' });
      expect(await said(db, group)).toEqual(['as changed']);
    });
  });
}
