import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { showDraft } from '../../schema/index.ts';
import type { Chat } from '../../src/chat.ts';
import type { Db } from '../../src/db/index.ts';
import type { ScheduledMessage } from '../../src/scheduled/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { chatOver } from '../support/chat.ts';
import { groupOf, person } from '../support/people.ts';
import { answers, type Receiver, receiver } from '../webhook/receiver.ts';
import { leave, refusal, said, timeComes, wanted } from './later.ts';

/** What scheduled messages promise with blocked words and with an app that is asked before sending, on any database. */
export function promisesOfScheduledAsked(open: () => Promise<Db>): void {
  let db: Db;
  let chat: Chat;
  let ann: Viewer;
  let group: bigint;
  beforeAll(async () => {
    db = await open();
  });
  beforeEach(async () => {
    chat = chatOver(db);
    ann = await person(chat);
    group = await groupOf(chat, ann);
    return () => chat[Symbol.asyncDispose]();
  });
  afterAll(() => db[Symbol.asyncDispose]());

  /** Makes a scheduled message due. Resolves with what is left of it. */
  async function atItsTime({ id }: ScheduledMessage): Promise<ScheduledMessage | null> {
    await timeComes(db, id);
    await chat.jobs.doDue();
    const [row = null] = await chat.scheduled.byIds(ann, [id]);
    return row;
  }

  describe('the app that is asked before a message is stored', () => {
    let app: Receiver;
    beforeEach(async () => {
      app = await receiver();
      await chat.beforeSend.begin();
      chat.beforeSend.showBy(showDraft);
      app.knows((await chat.beforeSend.set({ url: app.url, onFailure: 'REFUSE' })).secret ?? '');
      return async () => {
        await chat.beforeSend.remove();
        await app[Symbol.asyncDispose]();
      };
    });

    function says(verdict: object): void {
      app.behaves((response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(verdict)));
    }

    it('is asked at the message’s time and not before, and a refused message stays with its reason', async () => {
      says({ allow: false, reason: 'Mind your words.' });
      const later = await leave(chat, ann, wanted(group, 'rude'));
      await chat.scheduled.change(ann, { id: later.id, text: 'very rude' });
      expect(app.calls).toEqual([]);
      expect(await atItsTime(later)).toMatchObject({ text: 'very rude', refusal: { code: 'FORBIDDEN', message: 'Mind your words.' } });
      says({ text: '***' });
      expect(await chat.scheduled.sendNow(ann, later.id)).toMatchObject({ text: '***' });
      expect(await said(db, group)).toEqual(['***']);
    });

    it('keeps a message waiting without a refusal while it cannot be asked', async () => {
      app.behaves(answers(503));
      const later = await leave(chat, ann, wanted(group, 'Hello?'));
      expect(await refusal(chat.scheduled.sendNow(ann, later.id))).toBe('UNAVAILABLE');
      expect(await atItsTime(later)).toMatchObject({ refusal: null });
      expect(await db.client.job.findMany({ where: { key: later.id } })).toMatchObject([{ state: 'PENDING' }]);
      says({ allow: true });
      expect(await atItsTime(later)).toBeNull();
      expect(await said(db, group)).toEqual(['Hello?']);
    });
  });

  it('blocked words are checked at the message’s time and not before, and a changed text is sent', async () => {
    await chat.words.set(null, { name: 'later', action: 'REFUSE', words: ['badger'] });
    const later = await leave(chat, ann, wanted(group, 'A badger!'));
    const refused = await atItsTime(later);
    expect(refused).toMatchObject({ text: 'A badger!', refusal: { code: 'INVALID_INPUT' } });
    await chat.scheduled.change(ann, { id: later.id, text: 'A fox!', sendAt: wanted(group, '').sendAt });
    expect(await atItsTime(later)).toBeNull();
    expect(await said(db, group)).toEqual(['A fox!']);
    await chat.words.remove(null, { name: 'later' });
  });
}
