import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { showDraft } from '../../schema/index.ts';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import type { Chat } from '../../src/chat.ts';
import type { Db } from '../../src/db/index.ts';
import { createLog } from '../../src/log/index.ts';
import type { Message } from '../../src/message/index.ts';
import { createRetention } from '../../src/retention/index.ts';
import { refusal } from '../group/talk-world.ts';
import { age } from '../retention/age.ts';
import { chatOver } from '../support/chat.ts';
import { groupOf, password, person } from '../support/people.ts';
import { receiver } from '../webhook/receiver.ts';
import { ahead, ask, stored, tally, timeComes, told, vote, type WantedPoll } from './poll-world.ts';

/** What the life of a poll promises, on any database. */
export function promisesOfPollsLives(open: () => Promise<Db>): void {
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

  /** Ada's group with Bob and Cy. */
  async function scene() {
    const [ada, bob, cy] = [await person(chat), await person(chat), await person(chat)];
    return { ada, bob, cy, group: await groupOf(chat, ada, bob, cy) };
  }

  async function found({ conversationId, seq }: Pick<Message, 'conversationId' | 'seq'>): Promise<Message | null> {
    return (await chat.messages.byRefs([{ conversationId, seq }]))[0] ?? null;
  }

  describe('a poll is refused with the field at fault, and nothing is stored:', () => {
    const wrong: readonly (readonly [string, Partial<WantedPoll>, readonly string[]])[] = [
      ['of no option', { options: [] }, ['options']],
      ['of one option', { options: ['a'] }, ['options']],
      ['of more than twenty', { options: Array.from({ length: 21 }, (_, place) => `${place}`) }, ['options']],
      ['of options without an end', { options: Array<string>(100_000).fill('a') }, ['options']],
      ['of options that are alike', { options: ['a', 'b', 'a'] }, ['options', '2']],
      ['of options that look alike', { options: ['\u00e4', 'b', ' a\u0308 '] }, ['options', '2']],
      ['of options that differ in what is not drawn', { options: ['soup', 'b', 's\u00ado\u200bu\u2066p\ufe0f'] }, ['options', '2']],
      ['of options that differ in which spaces they have', { options: ['so up', 'so\u00a0 \u3000up'] }, ['options', '1']],
      ['of a blank option', { options: ['a', ' \u200b'] }, ['options', '1']],
      ['of an empty option', { options: ['', 'a'] }, ['options', '0']],
      ['of an option too long', { options: ['a', '🎉'.repeat(201)] }, ['options', '1']],
      ['of an option of two lines', { options: ['a', 'b\nc'] }, ['options', '1']],
      ['of half a character', { options: ['a', 'b\ud83d'] }, ['options', '1']],
      ['of U+0000', { options: ['a', 'b\0'] }, ['options', '1']],
      ['that is over', { closesAt: ahead(-1_000) }, ['closesAt']],
      ['of a year and a day', { closesAt: ahead(366 * 86_400_000) }, ['closesAt']],
    ];
    it.each(wrong)('%s', async (_, poll, field) => {
      const { ada, group } = await scene();
      const asked = ask(chat, ada, group, poll);
      expect(await refusal(asked)).toEqual({ code: 'INVALID_INPUT', field: ['poll', ...field] });
      expect(await db.client.message.count({ where: { conversationId: group } })).toBe(0);
      expect(await stored(db, group)).toEqual({ votes: 0, jobs: 0 });
    });

    it('without a question, whatever else it has', async () => {
      const { ada, group } = await scene();
      const asked = ask(
        chat,
        ada,
        group,
        {},
        { text: '', data: { a: 1 }, attachments: [{ url: 'https://example.org/a', mediaType: 'a/b' }] },
      );
      expect(await refusal(asked)).toEqual({ code: 'INVALID_INPUT', field: ['text'] });
    });
  });

  it('options with visible differences are accepted exactly: flags, families, scripts, case and direction', async () => {
    const { ada, group } = await scene();
    const options = ['🏴󠁧󠁢󠁷󠁬󠁳󠁿', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', '🏴', '👨‍👧', '👨👧', 'soup', 'Soup', 'sоup', '\u202ebad', 'm2', 'm²', 'می\u200cخواهم'];
    expect((await ask(chat, ada, group, { options })).poll?.options).toEqual(options);
  });

  it('twenty options of two hundred characters each are stored exactly', async () => {
    const { ada, bob, group } = await scene();
    const options = Array.from({ length: 20 }, (_, place) => `${'🎉'.repeat(198)}${10 + place}`);
    const message = await ask(chat, ada, group, { options, multiple: true });
    expect((await found(message))?.poll?.options).toEqual(options);
    await vote(chat, bob, message, ...options.keys());
    expect(await tally(chat, message, 20)).toEqual([...Array<number>(20).fill(1), 1]);
  });

  describe('the same request again', () => {
    it('finds the first poll, even past its closing time, and conflicts with another poll', async () => {
      const { ada, group } = await scene();
      const closesAt = ahead();
      const request = { conversationId: group, clientMessageId: randomUUID(), text: 'Well?' };
      const poll = { options: ['a', 'b'], closesAt };
      const first = await chat.messages.send(ada, { ...request, poll });
      await timeComes(db, first);
      await chat.jobs.doDue();
      expect(await chat.messages.send(ada, { ...request, poll: { ...poll, multiple: false, anonymous: null } })).toMatchObject({
        seq: first.seq,
      });
      const others = [
        null,
        { ...poll, options: ['b', 'a'] },
        { ...poll, multiple: true },
        { ...poll, anonymous: true },
        { options: ['a', 'b'] },
      ];
      for (const another of others) {
        const again = chat.messages.send(ada, { ...request, poll: another });
        expect(await refusal(again)).toEqual({ code: 'CONFLICT', field: ['clientMessageId'] });
      }
    });
  });

  describe('a poll is closed', () => {
    it('by its author once, after which nobody can vote and the votes stay', async () => {
      const { ada, bob, cy, group } = await scene();
      const message = await ask(chat, bob, group, { closesAt: ahead() });
      await vote(chat, cy, message, 1);
      expect(await stored(db, group)).toEqual({ votes: 1, jobs: 1 });
      const closed = await chat.messages.closePoll(bob, message);
      expect(closed.poll?.closedAt).toBeInstanceOf(Date);
      expect(await found(message)).toEqual(closed);
      expect(await chat.messages.closePoll(bob, message)).toEqual(closed);
      expect(await refusal(vote(chat, ada, message, 0))).toEqual({ code: 'TOO_LATE', field: ['messageId'] });
      expect(await told(db, message)).toEqual([`${cy.userId} [1]`, `${bob.userId} closed`]);
      expect(await stored(db, group)).toEqual({ votes: 1, jobs: 0 });
    });

    it('by the owner, and not by another member or the other side of a direct conversation', async () => {
      const { ada, bob, cy, group } = await scene();
      const message = await ask(chat, bob, group);
      expect(await refusal(chat.messages.closePoll(cy, message))).toEqual({ code: 'FORBIDDEN', field: ['messageId'] });
      await chat.messages.closePoll(ada, message);
      expect(await told(db, message)).toEqual([`${ada.userId} closed`]);
      const { id } = await chat.groups.openDirect(ada, { userId: bob.userId });
      const between = await ask(chat, ada, id);
      await chat.messages.votePoll(bob, { message: between, options: [] });
      expect(await refusal(chat.messages.closePoll(bob, between))).toEqual({ code: 'FORBIDDEN', field: ['messageId'] });
    });

    it('by a job at its closing time, with that time and without an actor', async () => {
      const { ada, bob, group } = await scene();
      const message = await ask(chat, ada, group, { closesAt: ahead() });
      await vote(chat, bob, message, 2);
      await chat.jobs.doDue();
      expect((await found(message))?.poll?.closedAt).toBeNull();
      const closesAt = await timeComes(db, message);
      await chat.jobs.doDue();
      expect((await found(message))?.poll).toMatchObject({ closesAt, closedAt: closesAt });
      await chat.jobs.doDue();
      expect(await told(db, message)).toEqual([`${bob.userId} [2]`, 'null closed']);
      expect(await stored(db, group)).toEqual({ votes: 1, jobs: 0 });
    });

    it('with its closing time by a user who is late, if the job has not run yet', async () => {
      const { ada, group } = await scene();
      const message = await ask(chat, ada, group, { closesAt: ahead() });
      const closesAt = await timeComes(db, message);
      expect((await chat.messages.closePoll(ada, message)).poll).toMatchObject({ closedAt: closesAt });
      await chat.jobs.doDue();
      expect(await told(db, message)).toEqual([`${ada.userId} closed`]);
    });

    it('not before its closing time, even by a job', async () => {
      const { ada, group } = await scene();
      const message = await ask(chat, ada, group, { closesAt: ahead() });
      await chat.messages.closeDue(message);
      expect((await found(message))?.poll?.closedAt).toBeNull();
      expect(await stored(db, group)).toEqual({ votes: 0, jobs: 1 });
    });

    it('neither in a dissolved group nor after its recall', async () => {
      const { ada, bob, group } = await scene();
      const [kept, back] = [await ask(chat, ada, group, { closesAt: ahead() }), await ask(chat, ada, group, { closesAt: ahead() })];
      await chat.messages.recall(ada, back);
      expect(await stored(db, group)).toEqual({ votes: 0, jobs: 1 });
      await chat.groups.dissolve(ada, { groupId: group });
      const before = await db.client.stream.findUnique({ where: { id: group } });
      await timeComes(db, kept);
      await chat.jobs.doDue();
      await chat.messages.closeDue(back);
      expect((await db.client.stream.findUnique({ where: { id: group } }))?.lastSeq).toBe(before?.lastSeq);
      const noMessage = { code: 'NOT_FOUND', field: ['messageId'] };
      expect(await refusal(vote(chat, bob, kept, 0))).toEqual(noMessage);
      expect(await refusal(chat.messages.closePoll(ada, kept))).toEqual(noMessage);
      expect(await stored(db, group)).toEqual({ votes: 0, jobs: 0 });
    });
  });

  describe('a message with a poll', () => {
    it('can be edited with the same poll, and must have a text', async () => {
      const { ada, bob, group } = await scene();
      const message = await ask(chat, ada, group, { options: ['soup', 'rice'] });
      await vote(chat, bob, message, 1);
      const edited = await chat.messages.edit(ada, { message, text: 'What do we eat today?', data: { a: 1 } });
      expect(edited).toMatchObject({ text: 'What do we eat today?', poll: message.poll });
      expect(await found(message)).toEqual(edited);
      expect(await tally(chat, message, 2)).toEqual([0, 1, 1]);
      expect(await refusal(chat.messages.edit(ada, { message, text: '' }))).toEqual({ code: 'INVALID_INPUT', field: ['text'] });
    });

    it('leaves nothing of its poll after its recall: options, votes and closing job', async () => {
      const { ada, bob, group } = await scene();
      const secret = 'nobody is to know';
      const message = await ask(chat, ada, group, { options: [secret, 'b'], closesAt: ahead() });
      const other = await ask(chat, ada, group, { closesAt: ahead() });
      await vote(chat, bob, message, 0);
      await vote(chat, bob, other, 0);
      expect((await chat.messages.recall(ada, message)).poll).toBeNull();
      expect((await found(message))?.poll).toBeNull();
      const rows = await db.client.message.findMany({ where: { conversationId: group, seq: message.seq } });
      expect(rows).toMatchObject([{ poll: null, pollClosedAt: null }]);
      expect(await stored(db, group)).toEqual({ votes: 1, jobs: 1 });
      expect(await tally(chat, message, 2)).toEqual([0, 0, 0]);
      expect(await refusal(vote(chat, bob, message, 1))).toEqual({ code: 'INVALID_INPUT', field: ['messageId'] });
      expect(await refusal(chat.messages.closePoll(ada, message))).toEqual({ code: 'INVALID_INPUT', field: ['messageId'] });
    });

    it('that a node without polls has recalled shows no poll', async () => {
      const { ada, group } = await scene();
      const message = await ask(chat, ada, group);
      await db.transaction((tx) =>
        tx.message.updateMany({ where: { conversationId: group, seq: message.seq }, data: { text: '', recalledAt: new Date() } }),
      );
      expect((await found(message))?.poll).toBeNull();
    });

    it('is forwarded as its question, without the poll', async () => {
      const { ada, bob, group } = await scene();
      const message = await ask(chat, ada, group);
      const { id } = await chat.groups.openDirect(bob, { userId: bob.userId });
      const sent = await chat.messages.forward(bob, { message, conversationId: id, clientMessageId: randomUUID() });
      expect(sent).toMatchObject({ text: message.text, poll: null, origin: { userId: ada.userId } });
      expect(await found(sent)).toEqual(sent);
    });

    it('is removed with its votes by retention', async () => {
      const { ada, bob, group } = await scene();
      const message = await ask(chat, ada, group, { closesAt: ahead() });
      await vote(chat, bob, message, 0);
      const last = await ask(chat, ada, group);
      await vote(chat, bob, last, 1);
      await age(db, group, { upTo: message.seq, days: 31 });
      const logger = pino({ level: 'silent' });
      const log = createLog({ db, bus: createMemoryBus(), logger });
      const config = { historyDays: 30, accountLogDays: 0, roles: ['worker' as const] };
      await using retention = createRetention({ db, log, logger, config });
      await retention.round({ after: group - 1n }, new AbortController().signal);
      const rows = await db.client.message.findMany({ where: { conversationId: group }, orderBy: { seq: 'asc' } });
      expect(rows.map(({ poll }) => poll === null)).toEqual([true, false]);
      expect((await stored(db, group)).votes).toBe(1);
      await db.transaction((tx) => tx.job.updateMany({ where: { kind: 'PollDue' }, data: { dueAt: ahead(-1_000) } }));
      await chat.jobs.doDue();
      expect(await told(db, message)).toEqual([`${bob.userId} [0]`]);
    });
  });

  describe('a user’s vote', () => {
    it('stays when the user leaves, is removed or erases their account', async () => {
      const { ada, bob, cy, group } = await scene();
      const message = await ask(chat, ada, group);
      const dan = await person(chat);
      await chat.groups.addMembers(ada, { groupId: group, userIds: [dan.userId] });
      const later = await ask(chat, ada, group);
      for (const who of [bob, cy, dan]) await vote(chat, who, later, 0);
      await vote(chat, bob, message, 1);
      await chat.groups.leave(bob, { groupId: group });
      await chat.groups.removeMember(ada, { groupId: group, userId: cy.userId });
      await chat.users.erase(dan, { password, messages: 'REMOVE', address: 'somewhere' });
      await chat.jobs.doDue();
      expect(await tally(chat, later)).toEqual([3, 0, 0, 3]);
      expect(await tally(chat, message)).toEqual([0, 1, 0, 1]);
    });
  });

  describe('blocked words', () => {
    it('are found in options too: refused with the option, masked, or flagged with the whole poll', async () => {
      const { ada, bob, group } = await scene();
      await chat.words.set(null, { name: 'no', action: 'REFUSE', words: ['badger'] });
      await chat.words.set(null, { name: 'mask', action: 'MASK', words: ['stoat'] });
      await chat.words.set(null, { name: 'look', action: 'FLAG', words: ['ferret'] });
      const field = ['poll', 'options', '1'];
      expect(await refusal(ask(chat, ada, group, { options: ['a', 'a badger'] }))).toEqual({ code: 'INVALID_INPUT', field });
      const masked = await ask(chat, ada, group, { options: ['a stoat', 'b'] });
      expect(masked.poll?.options).toEqual(['a *****', 'b']);
      expect(await found(masked)).toEqual(masked);
      const flagged = await ask(chat, bob, group, { options: ['a ferret', 'b'] });
      const { items } = await chat.moderation.queue({ state: 'OPEN', first: 10 });
      const item = items.find(
        ({ item: { target } }) => target.kind === 'MESSAGE' && target.seq === flagged.seq && target.conversationId === group,
      );
      expect(item?.item.text).toBe('What do we eat?\n○ a ferret\n○ b');
      for (const name of ['no', 'mask', 'look']) await chat.words.remove(null, { name });
    });

    it('are kept by a report with the options, even after the recall', async () => {
      const { ada, bob, group } = await scene();
      const message = await ask(chat, ada, group, { options: ['vile', 'viler'] });
      await chat.reports.message(bob, { message, reason: 'HATE' });
      await chat.messages.recall(ada, message);
      const { items } = await chat.moderation.queue({ state: 'OPEN', first: 50 });
      expect(items.map(({ item: { text } }) => text)).toContain('What do we eat?\n○ vile\n○ viler');
    });
  });

  it('the app that is asked before a message is stored receives the options, at sending and at editing', async () => {
    const { ada, group } = await scene();
    await using app = await receiver();
    await chat.beforeSend.begin();
    chat.beforeSend.showBy(showDraft);
    app.knows((await chat.beforeSend.set({ url: app.url, onFailure: 'REFUSE' })).secret ?? '');
    app.behaves((response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"allow":true}'));
    const closesAt = ahead();
    const message = await ask(chat, ada, group, { closesAt, anonymous: true });
    await chat.messages.edit(ada, { message, text: 'Well?' });
    await chat.messages.forward(ada, { message, conversationId: group, clientMessageId: randomUUID() });
    app.behaves((response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"text":""}'));
    const emptied = ask(chat, ada, group, {}, { data: { a: 1 } });
    expect(await refusal(emptied)).toEqual({ code: 'UNAVAILABLE', field: ['text'] });
    await chat.beforeSend.remove();
    const poll = { options: ['soup', 'rice', 'cake'], multiple: false, anonymous: true, closesAt: closesAt.toISOString() };
    expect(app.calls.slice(0, 3).map(({ data }) => Reflect.get(data, 'poll'))).toEqual([poll, poll, null]);
  });
}
