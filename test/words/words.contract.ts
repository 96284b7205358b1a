import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, test } from 'vitest';
import type { Chat } from '../../src/chat.ts';
import type { NewData } from '../../src/data.ts';
import type { Db } from '../../src/db/index.ts';
import type { Report } from '../../src/queue/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import type { ListChange } from '../../src/words/index.ts';
import { freshKey, refusal } from '../group/talk-world.ts';
import { chatOver } from '../support/chat.ts';
import { groupOf, password, person, say } from '../support/people.ts';

/** What blocked words promise, on any database. */
export function promisesOfBlockedWords(open: () => Promise<Db>): void {
  let db: Db;
  let chat: Chat;
  beforeAll(async () => {
    db = await open();
    chat = chatOver(db);
  });
  afterEach(async () => {
    for (const { name } of await chat.words.lists()) await chat.words.remove(null, { name });
    await db.transaction((tx) => tx.moderationItem.deleteMany());
    await db.transaction((tx) => tx.moderationReport.deleteMany());
  });
  afterAll(async () => {
    await chat[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
  });

  /** Lists a word with one of the three actions. */
  function forbid(action: ListChange['action'], word = 'badger', name = 'list') {
    return chat.words.set(null, { name, action, words: [word] });
  }

  async function talk() {
    const [ann, ben] = [await person(chat), await person(chat)];
    return { ann, ben, group: await groupOf(chat, ann, ben) };
  }

  function send(sender: Viewer, conversationId: bigint, text: string, clientMessageId = freshKey()) {
    return chat.messages.send(sender, { conversationId, text, clientMessageId });
  }

  /** The open items of the moderation queue, each with its reports. */
  async function queue() {
    const { items } = await chat.moderation.queue({ state: 'OPEN', first: 100 });
    return await Promise.all(
      items.map(async ({ item: { target, text, ...item } }) => {
        const reports = await chat.moderation.reports({ target, text, ...item }, { first: 100 });
        return { target, text, reports: reports.items.map((report): Partial<Report> => report.item) };
      }),
    );
  }

  const refusedText = { code: 'INVALID_INPUT', field: ['text'] };

  describe('a message with a refused word', () => {
    it('is refused without naming the word and not stored, and the next one without it is stored', async () => {
      const { ann, group } = await talk();
      await forbid('REFUSE');
      const { seq } = await send(ann, group, 'a hare');
      const act = send(ann, group, 'a BÀDGER!');
      expect(await refusal(act)).toEqual(refusedText);
      await expect(act).rejects.not.toThrow(/badger/i);
      expect(await chat.messages.byRefs([{ conversationId: group, seq: seq + 1 }])).toEqual([null]);
      expect(await queue()).toEqual([]);
      expect(await send(ann, group, 'a fox')).toMatchObject({ text: 'a fox', seq: seq + 1 });
    });

    it('that was stored before is still found by its clientMessageId', async () => {
      const { ann, group } = await talk();
      const key = freshKey();
      const sent = await send(ann, group, 'a badger', key);
      await forbid('REFUSE');
      expect(await send(ann, group, 'a badger', key)).toEqual(sent);
      expect(await refusal(send(ann, group, 'a badger'))).toEqual(refusedText);
    });

    it('is refused before it is masked', async () => {
      const { ann, group } = await talk();
      await forbid('MASK', 'badger', 'one');
      await forbid('REFUSE', 'fox', 'two');
      expect(await refusal(send(ann, group, 'badger and fox'))).toEqual(refusedText);
    });

    it('is refused to a non-member as any message is', async () => {
      const { group } = await talk();
      const stranger = await person(chat);
      await forbid('REFUSE');
      expect(await refusal(send(stranger, group, 'a badger'))).toEqual({ code: 'NOT_FOUND', field: ['conversationId'] });
    });
  });

  describe('names and descriptions of attachments', () => {
    function attach(sender: Viewer, conversationId: bigint, words: { readonly name?: string; readonly alt?: string }) {
      const attachments = [fox, { ...fox, ...words }];
      return chat.messages.send(sender, { conversationId, text: 'look', attachments, clientMessageId: freshKey() });
    }
    const fox = { url: 'https://badger.example.org/badger', mediaType: 'image/png', name: 'fox.png' };

    it.each(['name', 'alt'] as const)('are refused if the %s has a refused word: sent, edited and forwarded', async (field) => {
      const { ann, ben, group } = await talk();
      const standing = await attach(ann, group, { [field]: 'a badger' });
      await forbid('REFUSE');
      const refused = { code: 'INVALID_INPUT', field: ['attachments', '1', field] };
      expect(await refusal(attach(ann, group, { [field]: 'a badger' }))).toEqual(refused);
      const message = await attach(ann, group, {});
      const attachments = [fox, { ...fox, [field]: 'a BADGER' }];
      expect(await refusal(chat.messages.edit(ann, { message, text: 'look', attachments }))).toEqual(refused);
      const forwarding = chat.messages.forward(ben, { message: standing, conversationId: group, clientMessageId: freshKey() });
      expect(await refusal(forwarding)).toEqual({ code: 'INVALID_INPUT', field: ['messageId'] });
      // What was stored before it was listed stays.
      expect(await chat.messages.edit(ann, { message: standing, text: 'look there' })).toMatchObject({ attachments: standing.attachments });
    });

    it('are masked, and URLs stay as they are', async () => {
      const { ann, group } = await talk();
      await forbid('MASK');
      const sent = await attach(ann, group, { name: 'badger.png', alt: 'A badger.' });
      const [first, second] = sent.attachments;
      expect([first, second]).toMatchObject([fox, { url: fox.url, name: '******.png', alt: 'A ******.' }]);
      expect(await chat.messages.byRefs([sent])).toEqual([sent]);
    });

    it('are flagged with all texts of the message', async () => {
      const { ann, group } = await talk();
      await forbid('FLAG');
      const message = await attach(ann, group, { name: 'badger.png', alt: 'A badger.' });
      const text = `look\nimage/png ${fox.url} “fox.png”\nimage/png ${fox.url} “badger.png” “A badger.”`;
      // A word is reported once, however often it occurs.
      expect(await queue()).toMatchObject([{ target: { seq: message.seq }, text, reports: [{ text, words: [{ word: 'badger' }] }] }]);
      await chat.messages.edit(ann, {
        message,
        text: '',
        attachments: [{ url: 'https://example.org/', mediaType: 'a/b', name: 'badger' }],
      });
      expect(await queue()).toMatchObject([{ text, reports: [{ text: 'a/b https://example.org/ “badger”' }] }]);
    });
  });

  describe('custom data of messages', () => {
    function put(sender: Viewer, conversationId: bigint, data: NewData) {
      return chat.messages.send(sender, { conversationId, text: 'look', data, clientMessageId: freshKey() });
    }
    const withFox = { badger: 'fox', options: ['fox', { is: 'fox' }], badgers: 1 };
    const withBadger = { ...withFox, options: ['fox', { is: 'a badger' }] };

    it('is refused with the path of the text that has the word: sent, edited and forwarded', async () => {
      const { ann, ben, group } = await talk();
      const standing = await put(ann, group, withBadger);
      await forbid('REFUSE');
      const refused = { code: 'INVALID_INPUT', field: ['data', 'options', '1', 'is'] };
      expect(await refusal(put(ann, group, withBadger))).toEqual(refused);
      const message = await put(ann, group, withFox);
      expect(await refusal(chat.messages.edit(ann, { message, text: 'look', data: withBadger }))).toEqual(refused);
      const forwarding = chat.messages.forward(ben, { message: standing, conversationId: group, clientMessageId: freshKey() });
      expect(await refusal(forwarding)).toEqual({ code: 'INVALID_INPUT', field: ['messageId'] });
      // What was stored before it was listed stays.
      expect(await chat.messages.edit(ann, { message: standing, text: 'look there' })).toMatchObject({ data: standing.data });
    });

    it('is masked in its texts, and its keys stay as they are', async () => {
      const { ann, group } = await talk();
      await forbid('MASK');
      const message = await put(ann, group, withBadger);
      expect(message.data).toBe(JSON.stringify({ ...withFox, options: ['fox', { is: 'a ******' }] }));
      expect(await chat.messages.byRefs([message])).toEqual([message]);
      const edited = await chat.messages.edit(ann, { message, text: 'look', data: { 'a badger': 'a "badger"' } });
      expect(edited.data).toBe('{"a badger":"a \\"******\\""}');
    });

    it('is flagged with all texts of the message', async () => {
      const { ann, group } = await talk();
      await forbid('FLAG');
      const message = await put(ann, group, withBadger);
      const text = `look\n${message.data}`;
      expect(await queue()).toMatchObject([{ target: { seq: message.seq }, text, reports: [{ text, words: [{ word: 'badger' }] }] }]);
    });
  });

  describe('a message with a masked word', () => {
    it('is stored with asterisks, and is the same request when it is sent again, whatever the lists say then', async () => {
      const { ann, group } = await talk();
      await forbid('MASK');
      const key = freshKey();
      const sent = await send(ann, group, 'a B\u0301ADGER\u200b, said I', key);
      expect(sent.text).toBe('a ******\u200b, said I');
      expect((await chat.messages.byRefs([sent]))[0]?.text).toBe('a ******\u200b, said I');
      expect(await send(ann, group, 'a B\u0301ADGER\u200b, said I', key)).toEqual(sent);
      expect(await refusal(send(ann, group, sent.text, key))).toEqual({ code: 'CONFLICT', field: ['clientMessageId'] });
      await chat.words.remove(null, { name: 'list' });
      expect(await send(ann, group, 'a B\u0301ADGER\u200b, said I', key)).toEqual(sent);
    });

    it('may have the full length: the limit applies to the text as written', async () => {
      const { ann, group } = await talk();
      await forbid('MASK', 'ß');
      await chat.words.set(null, { name: 'list', wholeWords: false });
      expect((await send(ann, group, 'ß'.repeat(8_000))).text).toBe('*'.repeat(8_000));
    });
  });

  describe('a message with a flagged word', () => {
    it('is stored as it is, and is in the moderation queue with the words that were found', async () => {
      const { ann, group } = await talk();
      await chat.words.set(null, { name: 'animals', action: 'FLAG', words: ['Badger', 'fox', 'owl'] });
      await forbid('MASK', 'otter', 'masked');
      const { seq } = await send(ann, group, 'badger, fox, otter, BADGER');
      expect(await queue()).toEqual([
        {
          target: { kind: 'MESSAGE', conversationId: group, seq, userId: ann.userId },
          text: 'badger, fox, *****, BADGER',
          reports: [
            {
              ...{ reporterId: null, reason: 'BLOCKED_WORDS', note: null, at: expect.any(Date) },
              text: 'badger, fox, *****, BADGER',
              words: [
                { list: 'animals', word: 'Badger' },
                { list: 'animals', word: 'fox' },
              ],
            },
          ],
        },
      ]);
    });

    it('is in the queue once, also if many share a commit', async () => {
      const { ann, ben, group } = await talk();
      await forbid('FLAG');
      const texts = Array.from({ length: 60 }, (_, at) => `badger ${at}`);
      const sent = await Promise.all(texts.map((text, at) => send(at % 2 === 0 ? ann : ben, group, text)));
      const found = await queue();
      expect(new Set(found.map(({ text }) => text))).toEqual(new Set(texts));
      const seqs = found.map(({ target }) => (target.kind === 'MESSAGE' ? target.seq : 0));
      expect(new Set(seqs)).toEqual(new Set(sent.map(({ seq }) => seq)));
      expect(found).toHaveLength(60);
    });

    it('is not in the queue again if it is sent again', async () => {
      const { ann, group } = await talk();
      await forbid('FLAG');
      const key = freshKey();
      for (let time = 0; time < 3; time += 1) await send(ann, group, 'badger', key);
      expect(await queue()).toHaveLength(1);
    });
  });

  it('an edit is checked like a message: refused, masked, or added to the open item of the message', async () => {
    const { ann, ben, group } = await talk();
    const message = await send(ann, group, 'a fox');
    await forbid('REFUSE');
    expect(await refusal(chat.messages.edit(ann, { message, text: 'badger' }))).toEqual(refusedText);
    await forbid('MASK');
    expect(await chat.messages.edit(ann, { message, text: 'a badger' })).toMatchObject({ text: 'a ******' });
    // The text is the same already.
    const head = (await chat.groups.byIds([group]))[0]?.lastSeq;
    expect(await chat.messages.edit(ann, { message, text: 'a badger' })).toMatchObject({ text: 'a ******' });
    expect((await chat.groups.byIds([group]))[0]?.lastSeq).toBe(head);
    await chat.reports.message(ben, { message, reason: 'SPAM' });
    await forbid('FLAG');
    await chat.messages.edit(ann, { message, text: 'badger one' });
    await chat.messages.edit(ann, { message, text: 'badger two' });
    const [item, ...others] = await queue();
    expect(others).toEqual([]);
    // Of the lists the newest report, beside those of users, each with the text at its time.
    expect(item?.reports.map(({ reason, text }) => [reason, text]).toSorted()).toEqual([
      ['BLOCKED_WORDS', 'badger two'],
      ['SPAM', 'a ******'],
    ]);
  });

  it('an edit without effect is not checked, and one that is refused anyway reveals nothing of the lists', async () => {
    const { ann, ben, group } = await talk();
    const message = await send(ben, group, 'a badger');
    await forbid('REFUSE');
    expect(await chat.messages.edit(ben, { message, text: 'a badger' })).toMatchObject({ text: 'a badger', editedAt: null });
    await chat.groups.muteMember(ann, { groupId: group, userId: ben.userId, until: new Date(Date.now() + 3_600_000) });
    for (const text of ['two badgers', 'one badger']) {
      expect(await refusal(chat.messages.edit(ben, { message, text }))).toEqual({ code: 'MUTED', field: ['messageId'] });
    }
  });

  it('a forwarded message is checked again: the copy is masked, or refused with the field of the message', async () => {
    const { ann, ben, group } = await talk();
    const message = await send(ann, group, 'a badger');
    await forbid('MASK');
    const forward = (clientMessageId: string) => chat.messages.forward(ben, { message, conversationId: group, clientMessageId });
    const key = freshKey();
    const copy = await forward(key);
    expect(copy).toMatchObject({ text: 'a ******', origin: { userId: ann.userId } });
    await forbid('REFUSE');
    expect(await forward(key)).toEqual(copy);
    expect(await refusal(forward(freshKey()))).toEqual({ code: 'INVALID_INPUT', field: ['messageId'] });
  });

  it('the texts of a contact request are checked when it is made', async () => {
    const [ann, ben] = [await person(chat), await person(chat)];
    const ask = (words: { note?: string; message?: string }) => chat.contacts.request(ann, { userId: ben.userId, ...words });
    await forbid('REFUSE');
    expect(await refusal(ask({ note: 'badger' }))).toEqual({ code: 'INVALID_INPUT', field: ['note'] });
    expect(await refusal(ask({ message: 'badger' }))).toEqual({ code: 'INVALID_INPUT', field: ['message'] });
    await forbid('MASK');
    await forbid('FLAG', 'fox', 'flags');
    expect(await ask({ note: 'a badger, a fox', message: 'badger' })).toMatchObject({
      request: { note: 'a ******, a fox', message: '******' },
    });
    expect(await queue()).toMatchObject([{ target: { kind: 'USER', userId: ann.userId }, text: 'a ******, a fox' }]);
    await chat.contacts.answer(ben, { fromId: ann.userId, toId: ben.userId }, { accept: true });
    await chat.jobs.doDue();
    const [direct] = await chat.groups.directWith(ben, [ann.userId]);
    const page = await db.client.message.findMany({ where: { conversationId: direct?.id ?? 0n } });
    expect(page.map(({ text }) => text)).toEqual(['******']);
  });

  test.each(['REFUSE', 'MASK'] as const)('no handle, name or nickname has a word of a list with the action %s', async (action) => {
    const { ann, group } = await talk();
    await forbid(action);
    const invalid = (field: string) => ({ code: 'INVALID_INPUT', field: [field] });
    const join = (more: object) =>
      chat.users.signUp({ handle: `h${randomBytes(6).toString('hex')}`, password, address: '10.1.1.1', ...more });
    expect(await refusal(join({ handle: 'the.badger' }))).toEqual(invalid('handle'));
    expect(await refusal(join({ displayName: 'The Badger' }))).toEqual(invalid('displayName'));
    // As many times as a profile can be changed: refused changes do not count.
    for (let times = 0; times < 60; times += 1)
      expect(await refusal(chat.users.updateProfile(ann, { displayName: 'Badger' }))).toEqual(invalid('displayName'));
    expect(await refusal(chat.users.changeHandle(ann, { handle: 'a-badger' }))).toEqual(invalid('handle'));
    expect(await refusal(chat.groups.create(ann, { name: 'Badgers & a badger' }))).toEqual(invalid('name'));
    expect(await refusal(chat.groups.update(ann, { groupId: group, name: 'badger' }))).toEqual(invalid('name'));
    expect(await refusal(chat.groups.updateOwnPart(ann, { conversationId: group, nickname: 'Badger' }))).toEqual(invalid('nickname'));
    expect(await chat.users.updateProfile(ann, { displayName: 'Badgers' })).toMatchObject({ displayName: 'Badgers' });
  });

  it('bios, and descriptions, announcements and custom data of groups, are masked or refused', async () => {
    const { ann, group } = await talk();
    await forbid('MASK');
    expect(await chat.users.updateProfile(ann, { bio: 'a badger' })).toMatchObject({ bio: 'a ******' });
    expect(await chat.groups.create(ann, { name: 'fine', description: 'of badger' })).toMatchObject({ description: 'of ******' });
    const changed = { groupId: group, description: 'badger!', announcement: 'no badger', data: { badger: ['badger', 7] } };
    const masked = { description: '******!', announcement: 'no ******', data: '{"badger":["******",7]}' };
    expect(await chat.groups.update(ann, changed)).toMatchObject(masked);
    expect(await chat.groups.create(ann, { name: 'fine', data: { of: 'badger' } })).toMatchObject({ data: '{"of":"******"}' });
    await forbid('REFUSE');
    expect(await refusal(chat.groups.update(ann, { groupId: group, data: { a: ['badger'] } }))).toEqual({
      code: 'INVALID_INPUT',
      field: ['data', 'a', '0'],
    });
    expect(await refusal(chat.groups.create(ann, { name: 'fine', data: { of: 'badger' } }))).toEqual({
      code: 'INVALID_INPUT',
      field: ['data', 'of'],
    });
    for (const field of ['description', 'announcement']) {
      expect(await refusal(chat.groups.update(ann, { groupId: group, [field]: 'badger' }))).toEqual({
        code: 'INVALID_INPUT',
        field: [field],
      });
    }
    expect(await refusal(chat.users.updateProfile(ann, { bio: 'badger' }))).toEqual({ code: 'INVALID_INPUT', field: ['bio'] });
  });

  it('names and texts of users and groups from before a word was listed stay, even if a change repeats them', async () => {
    const { ann, group } = await talk();
    const own = { displayName: 'Badger', bio: 'a badger' };
    const theirs = { name: 'badger', description: 'of badger', announcement: 'badger!', data: { a: 'badger' } };
    await chat.users.updateProfile(ann, own);
    await chat.users.changeHandle(ann, { handle: 'the.badger' });
    await chat.groups.update(ann, { groupId: group, ...theirs });
    await chat.groups.updateOwnPart(ann, { conversationId: group, nickname: 'Badger' });
    const levels = { REFUSE: 'NONE', MASK: 'MENTIONS', FLAG: 'ALL' } as const;
    for (const action of ['REFUSE', 'MASK', 'FLAG'] as const) {
      await forbid(action);
      const avatarUrl = `https://example.org/${action}`;
      expect(await chat.users.updateProfile(ann, { ...own, avatarUrl })).toMatchObject({ ...own, avatarUrl });
      expect(await chat.users.changeHandle(ann, { handle: 'the.badger' })).toMatchObject(own);
      expect(await chat.groups.update(ann, { groupId: group, ...theirs, avatarUrl })).toMatchObject({
        ...{ ...theirs, data: '{"a":"badger"}', avatarUrl },
      });
      await chat.groups.updateOwnPart(ann, { conversationId: group, nickname: 'Badger', notificationLevel: levels[action] });
    }
    expect(await queue()).toEqual([]);
  });

  it('a status text and the note of a join request are refused, masked, or put in the queue under their user', async () => {
    const { ann, ben, group } = await talk();
    const dan = await person(chat);
    await chat.groups.update(ann, { groupId: group, joinPolicy: 'APPROVAL' });
    const status = (statusText: string) => chat.presence.choose(ben, { choice: 'BUSY', statusText });
    const ask = (viewer: Viewer, note: string) => chat.joining.join(viewer, { groupId: group, note });
    await forbid('REFUSE');
    expect(await refusal(status('a badger'))).toEqual({ code: 'INVALID_INPUT', field: ['statusText'] });
    expect(await refusal(ask(dan, 'a badger'))).toEqual({ code: 'INVALID_INPUT', field: ['note'] });
    await forbid('MASK');
    await forbid('FLAG', 'fox', 'flags');
    expect(await status('a badger, a fox')).toMatchObject({ statusText: 'a ******, a fox' });
    expect(await ask(dan, 'a badger, a fox')).toMatchObject({ request: { note: 'a ******, a fox' } });
    const found = await queue();
    expect(new Set(found.map(({ target, text }) => `${target.kind === 'USER' && target.userId} ${text}`))).toEqual(
      new Set([`${ben.userId} a ******, a fox`, `${dan.userId} a ******, a fox`]),
    );
  });

  it('flagged names and texts are in the queue under their user or group', async () => {
    const { ann, group } = await talk();
    await forbid('FLAG');
    const { viewer } = await chat.users.signUp({ handle: 'mr.badger', displayName: 'Badger', password, address: '10.1.1.1' });
    await chat.users.updateProfile(ann, { displayName: 'Badger', bio: 'badger!' });
    await chat.users.changeHandle(ann, { handle: 'mrs.badger' });
    const made = await chat.groups.create(ann, { name: 'badger', description: 'fine' });
    await chat.groups.update(ann, { groupId: group, announcement: 'badger' });
    const found = (await queue()).map(({ target, reports: [report] }) => [target, report?.text]);
    expect(found).toHaveLength(4);
    expect(found).toEqual(
      expect.arrayContaining([
        [{ kind: 'USER', userId: viewer.userId }, 'mr.badger\nBadger'],
        [{ kind: 'USER', userId: ann.userId }, 'mrs.badger'],
        [{ kind: 'GROUP', conversationId: made.id }, 'badger'],
        [{ kind: 'GROUP', conversationId: group }, 'badger'],
      ]),
    );
  });

  describe('a word list', () => {
    it('has its last editor, and each of its settings is changed independently', async () => {
      const { list, before } = await chat.words.set(7n, { name: 'animals', words: [' Badger ', 'bàdger', 'fox', 'a fox'] });
      const usual = { name: 'animals', action: 'REFUSE', enabled: true, wholeWords: true };
      expect(list).toEqual({ ...usual, wordCount: 3, bytes: 16, updatedAt: expect.any(Date), updatedById: 7n });
      expect(before).toBeNull();
      expect(await chat.words.lists()).toEqual([list]);
      expect(await chat.words.words(['animals', 'none'])).toEqual([['Badger', 'fox', 'a fox'], []]);
      expect(await chat.words.set(null, { name: 'animals', action: 'MASK', wholeWords: false })).toMatchObject({
        list: { action: 'MASK', wholeWords: false, enabled: true, wordCount: 3, updatedById: null },
        before: list,
      });
      expect(await chat.words.set(null, { name: 'animals', words: ['owl'] })).toMatchObject({
        list: { action: 'MASK', wordCount: 1, bytes: 3 },
      });
    });

    it('has no effect while it is disabled or after it is removed', async () => {
      const { ann, group } = await talk();
      await forbid('REFUSE');
      await chat.words.set(null, { name: 'list', enabled: false });
      await say(chat, ann, group, 'badger');
      await chat.words.set(null, { name: 'list', enabled: true });
      expect(await refusal(send(ann, group, 'badger'))).toEqual(refusedText);
      await chat.words.remove(null, { name: 'list' });
      await say(chat, ann, group, 'badger');
      expect(await refusal(chat.words.remove(null, { name: 'list' }))).toEqual({ code: 'NOT_FOUND', field: ['name'] });
    });

    it.each([
      ['without a name', { name: '', words: ['a'] }, ['name']],
      ['with another kind of name', { name: 'The List', words: ['a'] }, ['name']],
      ['with too long a name', { name: 'x'.repeat(65), words: ['a'] }, ['name']],
      ['without words', { name: 'new' }, ['words']],
      ['with no words', { name: 'new', words: [] }, ['words']],
      ['with a word of nothing', { name: 'new', words: ['a', ' '] }, ['words', '1']],
      ['with a word that nobody sees', { name: 'new', words: ['\u200b\u0301'] }, ['words', '0']],
      ['with a word of two lines', { name: 'new', words: ['a\nb'] }, ['words', '0']],
      ['with half a letter', { name: 'new', words: ['a\ud800'] }, ['words', '0']],
      ['with too long a word', { name: 'new', words: ['x'.repeat(101)] }, ['words', '0']],
    ])('%s is refused', async (_what, change, field) => {
      expect(await refusal(chat.words.set(null, change))).toEqual({ code: 'INVALID_INPUT', field });
      expect(await chat.words.lists()).toEqual([]);
    });

    it('is refused if all lists together would have too many words or too much text, and if there are too many lists', async () => {
      const tooMuch = { code: 'LIMIT_REACHED', field: ['words'] };
      const words = (count: number, prefix: string) => Array.from({ length: count }, (_, at) => `${prefix}${at}`);
      expect(await refusal(chat.words.set(null, { name: 'a', words: words(50_001, 'w') }))).toEqual(tooMuch);
      await chat.words.set(null, { name: 'a', words: words(30_000, 'w'), enabled: false });
      expect(await refusal(chat.words.set(null, { name: 'b', words: words(20_001, 'v') }))).toEqual(tooMuch);
      await chat.words.set(null, { name: 'b', words: words(20_000, 'v'), enabled: false });
      await chat.words.set(null, { name: 'b', words: ['one'] });
      const long = Array.from({ length: 11_000 }, (_, at) => `${at}`.padEnd(100, 'x'));
      expect(await refusal(chat.words.set(null, { name: 'c', words: long }))).toEqual(tooMuch);
      for (let at = 3; at <= 100; at += 1) await chat.words.set(null, { name: `list${at}`, words: ['one'], enabled: false });
      expect(await refusal(chat.words.set(null, { name: 'more', words: ['one'] }))).toEqual({ code: 'LIMIT_REACHED', field: ['name'] });
    });

    it('keeps every change if several nodes change lists concurrently', async () => {
      const other = chatOver(db);
      await Promise.all(
        Array.from({ length: 16 }, (_, at) =>
          (at % 2 === 0 ? chat : other).words.set(BigInt(at), { name: `l${at}`, words: [`word${at}`] }),
        ),
      );
      expect(await chat.words.lists()).toHaveLength(16);
      const { wordsVersion } = await db.client.deployment.findFirstOrThrow();
      await chat.words.set(null, { name: 'l0', enabled: false });
      expect((await db.client.deployment.findFirstOrThrow()).wordsVersion).toBe(wordsVersion + 1);
      await other[Symbol.asyncDispose]();
    });

    it('is found by the regular check of a node that gets no messages, and used from the start by a node that starts later', async () => {
      await using there = chatOver(db, { HEAD_CHECK_MS: '50' });
      await there.words.begin();
      const { ann, group } = await talk();
      await forbid('MASK');
      const heard = async () =>
        (await there.messages.send(ann, { conversationId: group, text: 'badger', clientMessageId: freshKey() })).text;
      await expect.poll(heard).toBe('******');
      await using later = chatOver(db);
      await later.words.begin();
      expect(later.words.screen.checkText('badger').text).toBe('******');
    });
  });
}
