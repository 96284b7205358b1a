import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { formatId } from '../../schema/ids.ts';
import { showDraft } from '../../schema/index.ts';
import type { Chat } from '../../src/chat.ts';
import type { Db } from '../../src/db/index.ts';
import type { MessageRef } from '../../src/message/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import type { BeforeSendChoice } from '../../src/webhook/index.ts';
import { timeComes } from '../scheduled/later.ts';
import { chatOver } from '../support/chat.ts';
import { lateCommits } from '../support/late-commits.ts';
import { groupOf, person, say } from '../support/people.ts';
import { answers, type Behaviour, breaksOff, hangs, type Receiver, receiver } from './receiver.ts';

/** Answers with a verdict. */
function says(verdict: object): Behaviour {
  return (response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(verdict));
}

/** What the app that is asked before a message is stored can rely on, and its users, on any database. */
export function promisesOfBeforeSend(open: () => Promise<Db>): void {
  let db: Db;
  let chat: Chat;
  let app: Receiver;
  let ann: Viewer;
  let group: bigint;
  beforeAll(async () => {
    db = await open();
  });
  beforeEach(async () => {
    chat = chatOver(db);
    await chat.beforeSend.begin();
    chat.beforeSend.showBy(showDraft);
    app = await receiver();
    ann = await person(chat, 'ann');
    group = await groupOf(chat, ann);
    return async () => {
      await chat.beforeSend.remove();
      await chat[Symbol.asyncDispose]();
      await app[Symbol.asyncDispose]();
    };
  });
  afterAll(() => db[Symbol.asyncDispose]());

  async function ask(choice: Omit<BeforeSendChoice, 'url'> = {}): Promise<void> {
    const { secret } = await chat.beforeSend.set({ url: app.url, ...choice });
    if (secret === null) throw new Error('the first choice makes a secret');
    app.knows(secret);
  }

  async function said(conversationId = group): Promise<readonly string[]> {
    const rows = await db.client.message.findMany({ where: { conversationId }, orderBy: { seq: 'asc' } });
    return rows.map(({ text }) => text);
  }

  it('concurrent choices, the first included, all take effect', async () => {
    const { url } = app;
    const rest = [{ deadlineMs: 2_000 }, { onFailure: 'REFUSE' }, { conversations: 'GROUP' }] as const;
    const all = await Promise.all(rest.map((choice) => chat.beforeSend.set({ url, ...choice })));
    expect(all.filter(({ secret }) => secret !== null)).toHaveLength(1);
    expect(await chat.beforeSend.get()).toMatchObject({ url, deadlineMs: 2_000, onFailure: 'REFUSE', conversations: 'GROUP' });
  });

  describe('the app that is asked before a message is stored', () => {
    it('lets it pass, refuses it with a reason, or changes it', async () => {
      await ask();
      app.behaves(says({ allow: true }));
      await say(chat, ann, group, 'fine');
      app.behaves(says({ allow: false, reason: 'Mind your words.' }));
      await expect(say(chat, ann, group, 'rude')).rejects.toMatchObject({
        code: 'FORBIDDEN',
        message: 'Mind your words.',
        field: ['text'],
      });
      app.behaves(says({ text: '***' }));
      await say(chat, ann, group, 'very rude');
      expect(await said()).toEqual(['fine', '***']);
      expect(app.forged).toEqual([]);
    });

    it('gets the signature of the former secret as well for a day after a change of the secret, and no longer', async () => {
      const { url } = app;
      app.behaves(says({ allow: true }));
      const { secret: old } = await chat.beforeSend.set({ url, onFailure: 'REFUSE' });
      const { secret } = await chat.beforeSend.set({ url, newSecret: true });
      // A change of something else keeps both.
      await chat.beforeSend.set({ url, deadlineMs: 2_000 });
      app.knows(old ?? '');
      await say(chat, ann, group, 'with the old one');
      app.knows(secret ?? '');
      await say(chat, ann, group, 'with the new one');
      expect(app.forged).toEqual([]);
      // Headers are made by the machine's own clock, so the day passes in the database.
      await db.transaction((tx) => tx.beforeSend.updateMany({ data: { oldSecretUntil: new Date(Date.now() - 1) } }));
      await chat.beforeSend.set({ url });
      app.knows(old ?? '');
      await expect(say(chat, ann, group, 'too late')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      expect(await said()).toEqual(['with the old one', 'with the new one']);
    });

    it('is asked about a scheduled message when it is sent and not before, and the reason of a refusal stays with its author', async () => {
      await ask();
      app.behaves(says({ allow: false, reason: 'Not now.' }));
      const request = { conversationId: group, clientMessageId: randomUUID(), text: 'later', sendAt: new Date(Date.now() + 3_600_000) };
      const { scheduled } = await chat.scheduled.schedule(ann, request);
      const id = scheduled?.id ?? '';
      expect(app.calls).toHaveLength(0);
      await timeComes(db, id);
      await chat.jobs.doDue();
      expect(await chat.scheduled.byIds(ann, [id])).toMatchObject([{ refusal: { code: 'FORBIDDEN', message: 'Not now.' } }]);
      app.behaves(says({ text: 'changed' }));
      await chat.scheduled.sendNow(ann, id);
      expect(await said()).toEqual(['changed']);
    });

    it('is asked about a sender who becomes a member while sending, once the message is sent again', async () => {
      await ask();
      app.behaves(says({ allow: true }));
      const ben = await person(chat, 'ben');
      const late = lateCommits(db);
      await using elsewhere = chatOver(late.db);
      await elsewhere.beforeSend.begin();
      elsewhere.beforeSend.showBy(showDraft);
      const request = { conversationId: group, clientMessageId: randomUUID(), text: 'hello' };
      late.before = () => chat.groups.addMembers(ann, { groupId: group, userIds: [ben.userId] });
      await expect(elsewhere.messages.send(ben, request)).rejects.toMatchObject({ code: 'UNAVAILABLE', field: ['text'] });
      expect([await said(), app.calls.length]).toEqual([[], 0]);
      late.before = async () => undefined;
      await elsewhere.messages.send(ben, request);
      expect([await said(), app.calls.length]).toEqual([['hello'], 1]);
    });

    it('is asked again about a forwarded message that changes meanwhile', async () => {
      await ask();
      app.behaves(says({ allow: true }));
      const seq = await say(chat, ann, group, 'fine');
      const message = { conversationId: group, seq };
      const request = { conversationId: group, clientMessageId: randomUUID(), message };
      app.behaves(async (response, taken) => {
        await db.transaction((tx) => tx.message.updateMany({ where: message, data: { text: 'rude' } }));
        says({ allow: true })(response, taken);
      });
      await expect(chat.messages.forward(ann, request)).rejects.toMatchObject({ code: 'UNAVAILABLE', field: ['messageId'] });
      await chat.messages.forward(ann, request);
      expect(await said()).toEqual(['rude', 'rude']);
      expect(app.calls.map(({ data }) => Reflect.get(data, 'text'))).toEqual(['fine', 'fine', 'rude']);
    });

    it('receives the sender, the conversation and its kind, the text and the clientMessageId, as the API shows them', async () => {
      await ask();
      app.behaves(says({ allow: true }));
      const clientMessageId = randomUUID();
      const ben = await person(chat, 'ben');
      await chat.groups.addMembers(ann, { groupId: group, userIds: [ben.userId] });
      await chat.messages.send(ben, { conversationId: group, clientMessageId, text: 'hello' });
      expect(app.calls).toMatchObject([
        {
          type: 'BeforeMessageSent',
          data: {
            ...{ senderId: formatId('User', ben.userId), conversationId: formatId('Conversation', group), conversationKind: 'GROUP' },
            ...{ text: 'hello', clientMessageId, messageId: null, replyToId: null },
          },
        },
      ]);
    });

    it('receives the quoted message and the thread', async () => {
      await ask();
      app.behaves(says({ allow: true }));
      const root = { conversationId: group, seq: await say(chat, ann, group, 'fine') };
      await chat.messages.send(ann, { conversationId: group, clientMessageId: randomUUID(), text: 'yes', replyTo: root, threadRoot: root });
      const [, { data } = { data: {} }] = app.calls;
      expect(Reflect.get(data, 'replyToId')).toEqual(expect.any(String));
      expect(Reflect.get(data, 'threadRootId')).toBe(Reflect.get(data, 'replyToId'));
    });

    it('receives the attachments, and is asked again if only they change', async () => {
      await ask();
      app.behaves(says({ allow: true }));
      const attachments = [{ url: 'https://example.org/a', mediaType: 'image/png' }];
      const request = { conversationId: group, clientMessageId: randomUUID(), text: '', attachments };
      const message = await chat.messages.send(ann, request);
      await chat.messages.edit(ann, { message, text: 'look' });
      await chat.messages.edit(ann, { message, text: 'look', attachments: [] });
      await chat.messages.edit(ann, { message, text: 'look', attachments: [] });
      await expect(chat.messages.edit(ann, { message, text: '' })).rejects.toMatchObject({ code: 'INVALID_INPUT', field: ['text'] });
      app.behaves(says({ text: '' }));
      expect(await chat.messages.send(ann, { ...request, clientMessageId: randomUUID(), text: 'rude' })).toMatchObject({ text: '' });
      const shown = attachments.map((one) => expect.objectContaining(one));
      expect(app.calls.map(({ data }) => [Reflect.get(data, 'text'), Reflect.get(data, 'attachments')])).toEqual([
        ...[
          ['', shown],
          ['look', shown],
        ],
        ...[
          ['look', []],
          ['rude', shown],
        ],
      ]);
    });

    it('receives the custom data, and is asked again if only that changes', async () => {
      await ask();
      app.behaves(says({ allow: true }));
      const data = { a: 1, b: ['x'] };
      const request = { conversationId: group, clientMessageId: randomUUID(), text: '', data };
      const message = await chat.messages.send(ann, request);
      await chat.messages.edit(ann, { message, text: '', data: { b: ['x'], a: 1 } });
      await chat.messages.edit(ann, { message, text: 'look' });
      await chat.messages.edit(ann, { message, text: 'look', data: null });
      await chat.messages.forward(ann, { message, conversationId: group, clientMessageId: randomUUID() });
      expect(app.calls.map(({ data: told }) => [Reflect.get(told, 'text'), Reflect.get(told, 'data')])).toEqual([
        ['', data],
        ['look', data],
        ['look', null],
        ['look', null],
      ]);
    });

    it('is not asked about custom data that is too large', async () => {
      await ask();
      app.behaves(says({ allow: true }));
      const data = { a: 'x'.repeat(5_000) };
      const sending = chat.messages.send(ann, { conversationId: group, clientMessageId: randomUUID(), text: '', data });
      await expect(sending).rejects.toMatchObject({ code: 'INVALID_INPUT', field: ['data'] });
      expect(app.calls).toEqual([]);
    });

    it('is asked about custom data for which the limit is raised while it is sent, once the message is sent again', async () => {
      await ask();
      app.behaves(says({ text: 'changed' }));
      const late = lateCommits(db);
      await using elsewhere = chatOver(late.db);
      await elsewhere.beforeSend.begin();
      elsewhere.beforeSend.showBy(showDraft);
      const request = { conversationId: group, clientMessageId: randomUUID(), text: '', data: { a: 'x'.repeat(5_000) } };
      late.before = async () => {
        late.before = async () => undefined;
        await elsewhere.settings.set(null, { settings: [{ name: 'maxDataBytes', value: '10000' }] });
      };
      await expect(elsewhere.messages.send(ann, request)).rejects.toMatchObject({ code: 'UNAVAILABLE', field: ['text'] });
      await elsewhere.messages.send(ann, request);
      expect(await said()).toEqual(['changed']);
      await elsewhere.settings.rollBack(null, { version: 0 });
    });

    it.each<[string, string, (message: MessageRef) => Promise<unknown>]>([
      [
        'what is sent on',
        'messageId',
        (message) => chat.messages.forward(ann, { conversationId: group, clientMessageId: randomUUID(), message }),
      ],
      ['an edit of the text alone', 'text', (message) => chat.messages.edit(ann, { message, text: 'look' })],
    ])('is asked again about %s if attachments or custom data change meanwhile', async (_what, field, act) => {
      const attachments = [{ url: 'https://example.org/a', mediaType: 'image/png' }];
      const rude = [
        { attachments: JSON.stringify([{ ...attachments[0], url: 'https://example.org/rude' }]) },
        { data: JSON.stringify({ a: 'https://example.org/rude' }) },
      ];
      await ask();
      for (const data of rude) {
        app.behaves(says({ allow: true }));
        const request = { conversationId: group, clientMessageId: randomUUID(), text: '', attachments, data: { a: 1 } };
        const message = await chat.messages.send(ann, request);
        app.behaves(async (response, taken) => {
          await db.transaction((tx) => tx.message.updateMany({ where: { conversationId: group, seq: message.seq }, data }));
          says({ allow: true })(response, taken);
        });
        await expect(act(message)).rejects.toMatchObject({ code: 'UNAVAILABLE', field: [field] });
        app.behaves(says({ allow: true }));
        await act(message);
        expect(JSON.stringify(app.calls.at(-1))).toContain('https://example.org/rude');
      }
    });

    it('is asked about edits and forwarded messages as well', async () => {
      const seq = await say(chat, ann, group, 'first');
      await ask();
      app.behaves(says({ text: 'as it should be' }));
      await chat.messages.edit(ann, { message: { conversationId: group, seq }, text: 'second' });
      app.behaves(says({ allow: false }));
      const message = { conversationId: group, seq };
      await expect(chat.messages.forward(ann, { message, conversationId: group, clientMessageId: randomUUID() })).rejects.toMatchObject({
        code: 'FORBIDDEN',
        field: ['messageId'],
      });
      expect(app.calls.map(({ type }) => type)).toEqual(['BeforeMessageEdited', 'BeforeMessageSent']);
      expect(await said()).toEqual(['as it should be']);
    });

    it('is not asked again about a message stored under its clientMessageId, whatever it would answer then', async () => {
      await ask();
      app.behaves(says({ text: 'changed' }));
      const request = { conversationId: group, clientMessageId: randomUUID(), text: 'as it was asked for' };
      const first = await chat.messages.send(ann, request);
      app.behaves(says({ allow: false }));
      expect(await chat.messages.send(ann, request)).toMatchObject({ seq: first.seq, text: 'changed' });
      await expect(chat.messages.send(ann, { ...request, text: 'changed' })).rejects.toMatchObject({ code: 'CONFLICT' });
      expect(app.calls).toHaveLength(1);
    });

    it('is asked again under the same clientMessageId after a refusal or a failure', async () => {
      await ask({ deadlineMs: 100, onFailure: 'REFUSE' });
      const request = { conversationId: group, clientMessageId: randomUUID(), text: 'at last' };
      app.behaves(says({ allow: false }));
      await expect(chat.messages.send(ann, request)).rejects.toMatchObject({ code: 'FORBIDDEN' });
      app.behaves(hangs);
      await expect(chat.messages.send(ann, request)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      app.behaves(says({ allow: true }));
      await chat.messages.send(ann, request);
      expect(await said()).toEqual(['at last']);
    });

    it('is not asked about a forwarded message that its sender does not see, so that nobody learns what it would say', async () => {
      const ben = await person(chat, 'ben');
      const own = await groupOf(chat, ben);
      const forward = (seq: number, viewer = ben) =>
        chat.messages.forward(viewer, { message: { conversationId: group, seq }, conversationId: own, clientMessageId: randomUUID() });
      const before = await say(chat, ann, group, 'before');
      await chat.groups.addMembers(ann, { groupId: group, userIds: [ben.userId] });
      const [hidden, during] = [await say(chat, ann, group, 'hidden'), await say(chat, ann, group, 'during')];
      await chat.messages.hide(ben, { conversationId: group, seq: hidden });
      await ask();
      app.behaves(says({ allow: false, reason: 'Mind your words.' }));
      const unseen = { code: 'NOT_FOUND', field: ['messageId'] };
      for (const seq of [before, hidden]) await expect(forward(seq)).rejects.toMatchObject(unseen);
      expect(app.calls).toEqual([]);
      await expect(forward(during)).rejects.toMatchObject({ code: 'FORBIDDEN', message: 'Mind your words.' });
      await chat.groups.leave(ben, { groupId: group });
      await expect(forward(during)).rejects.toMatchObject(unseen);
      expect(app.calls).toHaveLength(1);
    });

    it('is not asked about what is refused anyway', async () => {
      const ben = await person(chat, 'ben');
      await ask();
      await expect(say(chat, ben, group, 'let me in')).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(say(chat, ann, group, ' ')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      expect(app.calls).toEqual([]);
    });

    it('is asked about the message of a contact request, which is not sent if it refuses', async () => {
      const ben = await person(chat, 'ben');
      await chat.contacts.request(ann, { userId: ben.userId, message: 'It is me!' });
      await ask();
      app.behaves(says({ allow: false }));
      await chat.contacts.answer(ben, { fromId: ann.userId, toId: ben.userId }, { accept: true });
      await chat.jobs.doDue();
      expect(app.calls).toMatchObject([{ data: { text: 'It is me!' } }]);
      expect(await db.client.message.count({ where: { senderId: ann.userId } })).toBe(0);
      expect(await db.client.job.count({ where: { kind: 'FirstMessage' } })).toBe(0);
    });

    it('is asked only about the kind of conversations that operators chose', async () => {
      const ben = await person(chat, 'ben');
      const { id: direct } = await chat.groups.openDirect(ann, { userId: ben.userId });
      await ask({ conversations: 'DIRECT' });
      app.behaves(says({ allow: false }));
      await say(chat, ann, group, 'to all');
      await expect(say(chat, ann, direct, 'to one')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    });

    it.each([
      ['does not answer in time', hangs],
      ['answers 500', answers(500)],
      ['breaks off', breaksOff],
      ['says nothing that counts', says({ allow: 'yes' })],
      ['changes it into nothing', says({ text: ' ' })],
      ['changes it into too much', says({ text: 'x'.repeat(8_001) })],
    ])('that %s is ignored, or makes the message fail, as operators chose', async (_what, fails) => {
      await ask({ deadlineMs: 100, onFailure: 'ALLOW' });
      app.behaves(fails);
      await say(chat, ann, group, 'passed over');
      await chat.beforeSend.set({ url: app.url, onFailure: 'REFUSE' });
      await expect(say(chat, ann, group, 'in the way')).rejects.toMatchObject({ code: 'UNAVAILABLE', field: ['text'] });
      expect(await said()).toEqual(['passed over']);
    });

    it('is not called any more after five failures in a row', async () => {
      await ask({ deadlineMs: 50, onFailure: 'REFUSE' });
      app.behaves(hangs);
      for (let time = 0; time < 7; time += 1) await say(chat, ann, group, `${time}`).catch(() => undefined);
      expect(app.calls).toHaveLength(5);
    });

    it('has its reason cut to 200 characters, and replaced if it has several lines', async () => {
      await ask();
      app.behaves(says({ allow: false, reason: 'x'.repeat(1_000) }));
      await expect(say(chat, ann, group, 'rude')).rejects.toMatchObject({ message: 'x'.repeat(200) });
      app.behaves(says({ allow: false, reason: 'two\nlines' }));
      await expect(say(chat, ann, group, 'rude')).rejects.toMatchObject({ message: 'This message is not allowed here.' });
    });

    it('is the one that was set last, also if the clock of the database has gone back since', async () => {
      await ask();
      const back: Db = { ...db, now: async (tx) => new Date((await db.now(tx)).getTime() - 3_600_000) };
      await using other = chatOver(back);
      await using next = await receiver();
      for (const each of [app, next]) each.behaves(says({ allow: true }));
      const { secret } = await other.beforeSend.set({ url: next.url, newSecret: true });
      if (secret === null) throw new Error('it was asked for');
      next.knows(secret);
      await expect.poll(() => say(chat, ann, group, 'hello').then(() => next.calls.length), { timeout: 5_000 }).toBeGreaterThan(0);
    });

    it('delays nothing once it is removed', async () => {
      await ask();
      await chat.beforeSend.remove();
      expect(chat.beforeSend.asks).toBe(false);
      await say(chat, ann, group, 'hello');
      expect(app.calls).toEqual([]);
    });
  });
}
