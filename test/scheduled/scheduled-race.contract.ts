import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Chat } from '../../src/chat.ts';
import type { Db } from '../../src/db/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { chatOver } from '../support/chat.ts';
import { lateCommits } from '../support/late-commits.ts';
import { groupOf, person } from '../support/people.ts';
import { ahead, leave, said, timeComes, wanted } from './later.ts';

const many = Array.from({ length: 40 }, (_, place) => String(place));

/** What scheduled messages promise while they are changed, cancelled and sent concurrently on two nodes, on any database. */
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

  /** Several due messages. */
  async function scene(texts = many) {
    const ann = await person(nodes[0]);
    const group = await groupOf(nodes[0], ann);
    const left = await Promise.all(texts.map((text) => leave(nodes[0], ann, wanted(group, text))));
    const ids = left.map(({ id }) => id);
    await timeComes(db, ...ids);
    return { ann, group, ids };
  }

  /**
   * Runs an act of one node on each message, last first, so that it meets the senders in the middle. Resolves with whether each succeeded.
   */
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

  /** Sends everything that is due on both nodes, as after an unnoticed crash. */
  function sayAll({ userId }: Viewer, ids: readonly string[]): Promise<unknown> {
    return Promise.all(
      nodes.flatMap((node) => [node.jobs.doDue(), ...ids.map((scheduledMessageId) => node.scheduled.due({ userId, scheduledMessageId }))]),
    );
  }

  async function closings({ userId: streamId }: Viewer): Promise<number> {
    return db.client.entry.count({ where: { streamId, type: 'ScheduledMessageClosed' } });
  }

  describe('a due message that both nodes process', () => {
    it('is sent once and announced once', async () => {
      const { ann, group, ids } = await scene();
      await sayAll(ann, ids);
      expect((await said(db, group)).toSorted()).toEqual(many.toSorted());
      expect(await closings(ann)).toBe(many.length);
      expect(await db.client.scheduledMessage.count({ where: { userId: ann.userId } })).toBe(0);
      await sayAll(ann, ids);
      expect(await said(db, group)).toHaveLength(many.length);
    });

    it('and that is cancelled is sent or cancelled, as the caller is answered', async () => {
      const { ann, group, ids } = await scene();
      const [cancelled] = await Promise.all([toEach(ids, (id) => nodes[1].scheduled.cancel(ann, id)), sayAll(ann, ids)]);
      const left = many.filter((_, place) => !cancelled[place]);
      expect((await said(db, group)).toSorted()).toEqual(left.toSorted());
      expect(await closings(ann)).toBe(many.length);
    });

    it('and that is changed is sent as before or as changed, as the caller is answered', async () => {
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

    it('and that is refused ends as changed or cancelled, whichever comes first', async () => {
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

    it('and that its author sends now is sent once', async () => {
      const { ann, group, ids } = await scene();
      await Promise.all([toEach(ids, (id) => nodes[1].scheduled.sendNow(ann, id)), sayAll(ann, ids)]);
      expect((await said(db, group)).toSorted()).toEqual(many.toSorted());
      expect(await closings(ann)).toBe(many.length);
    });
  });

  describe('concurrent acts of a user on one node', () => {
    // Concurrent acts share a commit if nothing separates them.
    async function left(...texts: readonly string[]) {
      const ann = await person(nodes[0]);
      const group = await groupOf(nodes[0], ann);
      const rows = await Promise.all(texts.map((text) => leave(nodes[0], ann, wanted(group, text))));
      return { ann, group, ids: rows.map(({ id }) => id) };
    }

    it('schedule no more than the limit', async () => {
      await using few = chatOver(db, { MAX_SCHEDULED_MESSAGES: '3' });
      const ann = await person(few);
      const group = await groupOf(few, ann);
      const results = await Promise.allSettled(many.map((text) => few.scheduled.schedule(ann, wanted(group, text))));
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
      expect(await db.client.scheduledMessage.count({ where: { userId: ann.userId } })).toBe(3);
    });

    it('make all changes that were answered', async () => {
      const { ann, ids } = await left(...many);
      const { change, byIds } = nodes[0].scheduled;
      await Promise.all(ids.flatMap((id) => [change(ann, { id, text: 'new' }), change(ann, { id, data: { of: 'a' } })]));
      expect((await byIds(ann, ids)).map((row) => row && [row.text, row.data])).toEqual(many.map(() => ['new', '{"of":"a"}']));
    });

    it('cancel a message once and announce it once', async () => {
      const { ann, ids } = await left(...many);
      const twice = await Promise.allSettled([...ids, ...ids].map((id) => nodes[0].scheduled.cancel(ann, id)));
      expect(twice.filter(({ status }) => status === 'fulfilled')).toHaveLength(many.length);
      expect(await closings(ann)).toBe(many.length);
    });

    it('send or cancel a message, in its old or its changed form', async () => {
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

    it('send a message that was changed meanwhile as changed', async () => {
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
