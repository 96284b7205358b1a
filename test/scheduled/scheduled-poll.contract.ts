import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Chat } from '../../src/chat.ts';
import type { Db } from '../../src/db/index.ts';
import type { Message } from '../../src/message/index.ts';
import type { ScheduledMessage } from '../../src/scheduled/index.ts';
import { stored, tally, vote } from '../message/poll-world.ts';
import { chatOver } from '../support/chat.ts';
import { groupOf, person } from '../support/people.ts';
import { ahead, leave, refusal, timeComes, wanted } from './later.ts';

const hourMs = 3_600_000;

/** What scheduled polls promise, on any database. */
export function promisesOfScheduledPolls(open: () => Promise<Db>): void {
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

  async function two() {
    const [ann, ben] = [await person(chat), await person(chat)];
    return { ann, ben, group: await groupOf(chat, ann, ben) };
  }

  /** Lets the time of a scheduled message come, and does what is due then. */
  async function makeDue({ id }: ScheduledMessage): Promise<void> {
    await timeComes(db, id);
    await chat.jobs.doDue();
  }

  /** The only message of a conversation. */
  async function theOne(conversationId: bigint): Promise<Message> {
    const { seq } = await db.client.message.findFirstOrThrow({ where: { conversationId } });
    const [message = null] = await chat.messages.byRefs([{ conversationId, seq }]);
    if (message === null) throw new Error('it is not shown');
    return message;
  }

  const poll = { options: ['soup', 'rice'], multiple: true, anonymous: true };

  describe('a scheduled poll', () => {
    it('is sent at its time as scheduled, and closes at its own', async () => {
      const { ann, ben, group } = await two();
      const closesAt = ahead(2 * hourMs);
      const later = await leave(chat, ann, wanted(group, 'What do we eat?', { poll: { ...poll, closesAt } }));
      expect(later.poll).toEqual({ ...poll, closesAt });
      expect(await stored(db, group)).toEqual({ votes: 0, jobs: 0 });
      await makeDue(later);
      const asked = await theOne(group);
      expect(asked).toMatchObject({ text: 'What do we eat?', poll: { ...poll, closesAt, closedAt: null } });
      expect(await stored(db, group)).toEqual({ votes: 0, jobs: 1 });
      await vote(chat, ben, asked, 0, 1);
      expect(await tally(chat, asked, 2)).toEqual([1, 1, 1]);
    });

    it('needs valid options, a question, and a closing time after its sending', async () => {
      const { ann, group } = await two();
      async function why(wish: object, more: object = {}): Promise<string> {
        return refusal(chat.scheduled.schedule(ann, wanted(group, 'Well?', { poll: { ...poll, ...wish }, ...more })));
      }
      expect(await why({ options: ['soup'] })).toBe('INVALID_INPUT poll options');
      expect(await why({ options: ['soup', 'soup'] })).toBe('INVALID_INPUT poll options 1');
      expect(await why({}, { text: '' })).toBe('INVALID_INPUT text');
      expect(await why({ closesAt: ahead(-1) })).toBe('INVALID_INPUT poll closesAt');
      expect(await why({ closesAt: ahead(hourMs / 2) })).toBe('INVALID_INPUT poll closesAt');
      const sendAt = ahead();
      expect(await why({ closesAt: sendAt }, { sendAt })).toBe('INVALID_INPUT poll closesAt');
      expect(await why({ closesAt: ahead(366 * 24 * hourMs) })).toBe('INVALID_INPUT poll closesAt');
      expect((await chat.scheduled.list(ann, { first: 10 })).items).toEqual([]);
    });

    it('is found by its request, waiting or sent, and another poll under its key is refused', async () => {
      const { ann, group } = await two();
      const request = wanted(group, 'Well?', { poll: { ...poll, closesAt: ahead(2 * hourMs) } });
      const later = await leave(chat, ann, request);
      expect(await leave(chat, ann, request)).toEqual(later);
      const other = { ...request, poll: { ...request.poll, options: ['soup', 'cake'] } };
      expect(await refusal(chat.scheduled.schedule(ann, other))).toBe('CONFLICT clientMessageId');
      await chat.scheduled.change(ann, { id: later.id, poll: { options: ['yes', 'no'] } });
      await makeDue(later);
      expect(await chat.scheduled.schedule(ann, request)).toMatchObject({ message: { poll: { options: ['yes', 'no'] } } });
      expect(await refusal(chat.messages.send(ann, other))).toBe('CONFLICT clientMessageId');
    });

    it('is changed as a whole, removed or added, and stays if a change does not name it', async () => {
      const { ann, group } = await two();
      const later = await leave(chat, ann, wanted(group, 'Well?', { poll }));
      const { id } = later;
      expect(await chat.scheduled.change(ann, { id, text: 'So?' })).toMatchObject({ text: 'So?', poll });
      const single = { options: ['yes', 'no'], multiple: false, anonymous: false, closesAt: null };
      expect(await chat.scheduled.change(ann, { id, poll: { options: ['yes', 'no'] } })).toMatchObject({ poll: single });
      expect(await chat.scheduled.change(ann, { id, poll: null })).toMatchObject({ text: 'So?', poll: null });
      expect(await chat.scheduled.change(ann, { id, poll, text: 'Well?' })).toEqual(later);
      const closesAt = ahead(2 * hourMs);
      await chat.scheduled.change(ann, { id, poll: { ...poll, closesAt } });
      expect(await refusal(chat.scheduled.change(ann, { id, sendAt: ahead(3 * hourMs) }))).toBe('INVALID_INPUT poll closesAt');
    });

    it('that would be closed when it is sent is refused then, and stays with its author', async () => {
      const { ann, group } = await two();
      const later = await leave(chat, ann, wanted(group, 'Well?', { poll: { ...poll, closesAt: ahead(2 * hourMs) } }));
      const over = JSON.stringify({ ...later.poll, closesAt: ahead(-1) });
      await db.transaction((tx) => tx.scheduledMessage.updateMany({ where: { conversationId: group }, data: { poll: over } }));
      await makeDue(later);
      expect(await chat.scheduled.byIds(ann, [later.id])).toMatchObject([{ refusal: { code: 'INVALID_INPUT' } }]);
      await chat.scheduled.change(ann, { id: later.id, sendAt: ahead(), poll });
      await makeDue(later);
      expect(await theOne(group)).toMatchObject({ text: 'Well?', poll });
    });
  });
}
