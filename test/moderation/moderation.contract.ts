import { afterAll, afterEach, beforeAll, describe, expect, it, test } from 'vitest';
import type { Chat } from '../../src/chat.ts';
import type { Db } from '../../src/db/index.ts';
import type { Decision } from '../../src/moderation/index.ts';
import { type Item, type ItemKind, type ItemState, newReports } from '../../src/queue/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { freshKey, refusal } from '../group/talk-world.ts';
import { chatOver } from '../support/chat.ts';
import { groupOf, inWords, listen, password, person, say } from '../support/people.ts';

/** What reports and the queue promise, on any database. */
export function promisesOfModeration(open: () => Promise<Db>): void {
  let db: Db;
  let chat: Chat;
  beforeAll(async () => {
    db = await open();
    chat = chatOver(db, { REPORTS_PER_DAY: '1000' });
  });
  afterEach(async () => {
    await db.transaction((tx) => tx.moderationItem.deleteMany());
    await db.transaction((tx) => tx.moderationReport.deleteMany());
  });
  afterAll(async () => {
    await chat[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
  });

  /** A group of three with a message of the first. */
  async function talk(text = 'something bad') {
    const [ann, ben, cat] = [await person(chat, 'ann'), await person(chat, 'ben'), await person(chat, 'cat')];
    const group = await groupOf(chat, ann, ben, cat);
    return { ann, ben, cat, group, message: { conversationId: group, seq: await say(chat, ann, group, text) } };
  }

  async function queue(state: ItemState = 'OPEN', kind: ItemKind | null = null): Promise<readonly Item[]> {
    return (await chat.moderation.queue({ state, kind, first: 100 })).items.map(({ item }) => item);
  }

  /** The only open item. */
  async function onlyOne(): Promise<Item> {
    const [item, ...others] = await queue();
    if (item === undefined || others.length > 0) throw new Error(`there are ${others.length + (item === undefined ? 0 : 1)} open items`);
    return item;
  }

  async function reports(item: Item) {
    return (await chat.moderation.reports(item, { first: 100 })).items.map((report) => report.item);
  }

  function resolve(item: Pick<Item, 'id'>, action: Decision, actorId: bigint | null = 1n, note?: string) {
    return chat.moderation.resolve(actorId, { itemId: item.id, action, note });
  }

  const { signal } = new AbortController();
  const notThere = { code: 'NOT_FOUND', field: ['messageId'] };

  describe('a report of a message', () => {
    it('is in the queue with its reporter, reason, time and the message’s text', async () => {
      const { ann, ben, group, message } = await talk();
      const reported = await chat.reports.message(ben, { message, reason: 'HATE', note: 'look' });
      expect(reported).toMatchObject({ ...message, text: 'something bad' });
      const item = await onlyOne();
      expect(item).toEqual({
        ...{ id: expect.any(String), state: 'OPEN', text: 'something bad', createdAt: expect.any(Date), resolution: null },
        target: { kind: 'MESSAGE', conversationId: group, seq: message.seq, userId: ann.userId },
      });
      expect(await reports(item)).toEqual([
        { reporterId: ben.userId, reason: 'HATE', note: 'look', text: 'something bad', words: [], at: item.createdAt },
      ]);
      expect(await chat.moderation.byIds(['none', item.id, '01900000-0000-7000-8000-000000000000'])).toEqual([null, item, null]);
    });

    it('keeps the text after an edit or a recall, and a later report has the text of its time', async () => {
      const { ann, ben, cat, message } = await talk('first');
      await chat.reports.message(ben, { message, reason: 'SPAM' });
      await chat.messages.edit(ann, { message, text: 'second' });
      await chat.reports.message(cat, { message, reason: 'HATE' });
      await chat.messages.recall(ann, message);
      const item = await onlyOne();
      expect(item.text).toBe('first');
      expect(new Map((await reports(item)).map(({ reporterId, text }) => [reporterId, text]))).toEqual(
        new Map([
          [cat.userId, 'second'],
          [ben.userId, 'first'],
        ]),
      );
      expect(await chat.moderation.messages([item])).toMatchObject([{ text: '', recalledAt: expect.any(Date) }]);
    });

    it('keeps descriptions of attachments, however long, and shows admins the current ones', async () => {
      const { ann, ben, message } = await talk('look');
      const file = { url: 'https://example.org/a', mediaType: 'image/png' };
      await chat.messages.edit(ann, { message, text: '', attachments: [{ ...file, name: 'a.png', alt: 'Bad,\nvery' }, file] });
      await chat.reports.message(ben, { message, reason: 'HATE' });
      const item = await onlyOne();
      expect(item.text).toBe('image/png https://example.org/a “a.png” “Bad, very”\nimage/png https://example.org/a');
      expect(await chat.moderation.messages([item])).toMatchObject([{ text: '', attachments: [{ name: 'a.png' }, file] }]);
      const large = {
        url: `https://example.org/${'x'.repeat(2_028)}`,
        mediaType: 'image/png',
        name: '漢'.repeat(255),
        alt: '🎉'.repeat(1_000),
      };
      await chat.messages.edit(ann, { message, text: '🎉'.repeat(8_000), attachments: Array(10).fill(large) });
      await chat.reports.message(ben, { message, reason: 'HATE' });
      const [report] = await reports(await onlyOne());
      expect(report?.text?.split('\n')).toEqual([
        '🎉'.repeat(8_000),
        ...Array(10).fill(`image/png ${large.url} “${large.name}” “${large.alt}”`),
      ]);
      await chat.messages.recall(ann, message);
      expect(await chat.moderation.messages([item])).toMatchObject([{ text: '', attachments: [] }]);
    });

    it('keeps custom data as a line, and shows admins the current data', async () => {
      const { ann, ben, message } = await talk('look');
      const data = { options: ['sea\nside', { '"': '🎉' }] };
      await chat.messages.edit(ann, { message, text: '', data });
      await chat.reports.message(ben, { message, reason: 'HATE' });
      const item = await onlyOne();
      expect(item.text).toBe('{"options":["sea\\nside",{"\\"":"🎉"}]}');
      expect(await chat.moderation.messages([item])).toMatchObject([{ text: '', data: item.text }]);
      await chat.messages.recall(ann, message);
      expect(await chat.moderation.messages([item])).toMatchObject([{ text: '', data: null }]);
    });

    it('exists once per user, who can change it, with one item for all reports', async () => {
      const { ben, cat, message } = await talk();
      await chat.reports.message(ben, { message, reason: 'SPAM', note: 'once' });
      await chat.reports.message(cat, { message, reason: 'SPAM' });
      await chat.reports.message(ben, { message, reason: 'HARASSMENT' });
      const item = await onlyOne();
      expect((await reports(item)).map(({ reporterId, reason, note }) => [reporterId, reason, note]).toSorted()).toEqual(
        [
          [ben.userId, 'HARASSMENT', null],
          [cat.userId, 'SPAM', null],
        ].toSorted(),
      );
      const [counts] = await chat.moderation.counts([item]);
      expect(counts?.reporters).toBe(2);
      expect(new Set(counts?.reasons)).toEqual(
        new Set([
          { reason: 'SPAM', count: 1 },
          { reason: 'HARASSMENT', count: 1 },
        ]),
      );
    });

    it('exists once per user in a race on two nodes', async () => {
      const { ben, cat, message } = await talk();
      await using other = chatOver(db, { REPORTS_PER_DAY: '1000' });
      await Promise.all(
        Array.from({ length: 20 }, (_, at) =>
          (at % 2 === 0 ? chat : other).reports.message(at % 4 < 2 ? ben : cat, { message, reason: 'SPAM', note: `${at}` }),
        ),
      );
      expect(await reports(await onlyOne())).toHaveLength(2);
    });

    it('is for users who see the message, and the same NOT_FOUND for anybody else', async () => {
      const { ann, ben, cat, group, message } = await talk();
      const late = await person(chat);
      await chat.groups.addMembers(ann, { groupId: group, userIds: [late.userId] });
      const report = (viewer: Viewer, ref = message) => refusal(chat.reports.message(viewer, { message: ref, reason: 'SPAM' }));
      expect(await report(await person(chat))).toEqual(notThere);
      expect(await report(late)).toEqual(notThere);
      expect(await report(ben, { conversationId: group, seq: 1 })).toEqual(notThere);
      expect(await report(ben, { conversationId: 9_000_000_000n, seq: 1 })).toEqual(notThere);
      await chat.messages.hide(ben, message);
      expect(await report(ben)).toEqual(notThere);
      await chat.groups.leave(cat, { groupId: group });
      expect(await report(cat)).toEqual(notThere);
      expect(await queue()).toEqual([]);
    });

    it('is refused for the viewer’s own message and a recalled one', async () => {
      const { ann, ben, message } = await talk();
      const invalid = { code: 'INVALID_INPUT', field: ['messageId'] };
      expect(await refusal(chat.reports.message(ann, { message, reason: 'SPAM' }))).toEqual(invalid);
      await chat.messages.recall(ann, message);
      expect(await refusal(chat.reports.message(ben, { message, reason: 'SPAM' }))).toEqual(invalid);
    });

    it('is logged in no stream', async () => {
      const { ann, ben, group, message } = await talk();
      const heads = async () => [...(await db.client.stream.findMany({ where: { id: { in: [group, ann.userId, ben.userId] } } }))];
      const before = await heads();
      await chat.reports.message(ben, { message, reason: 'SPAM' });
      await chat.reports.user(ben, { userId: ann.userId, reason: 'SPAM' });
      expect(await heads()).toEqual(before);
    });
  });

  describe('a report of a user', () => {
    it('keeps their name and bio of that time', async () => {
      const [ann, ben] = [await person(chat), await person(chat)];
      await chat.users.updateProfile(ann, { displayName: 'The Admin', bio: 'Trust me.' });
      await chat.reports.user(ben, { userId: ann.userId, reason: 'IMPERSONATION' });
      await chat.users.updateProfile(ann, { displayName: 'Ann', bio: null });
      const { text, target } = await onlyOne();
      expect(target).toEqual({ kind: 'USER', userId: ann.userId });
      expect(text).toMatch(/^The Admin \(@someone\.\d+\)\nTrust me\.$/);
    });

    it('is for another existing user', async () => {
      const [ann, ben] = [await person(chat), await person(chat)];
      const report = (userId: bigint) => refusal(chat.reports.user(ann, { userId, reason: 'SPAM' }));
      expect(await report(ann.userId)).toEqual({ code: 'INVALID_INPUT', field: ['userId'] });
      expect(await report(9_000_000_000n)).toEqual({ code: 'NOT_FOUND', field: ['userId'] });
      // A conversation's id is a stream's id as well.
      expect(await report(await groupOf(chat, ann, ben))).toEqual({ code: 'NOT_FOUND', field: ['userId'] });
      await chat.users.erase(ben, { password, messages: 'KEEP', address: 'here' });
      expect(await report(ben.userId)).toEqual({ code: 'NOT_FOUND', field: ['userId'] });
      expect(await queue()).toEqual([]);
    });

    it('is possible for a user who has blocked the viewer, and does not reveal the block', async () => {
      const [ann, ben] = [await person(chat), await person(chat)];
      await chat.blocks.block(ann, { userId: ben.userId });
      await chat.reports.user(ben, { userId: ann.userId, reason: 'HARASSMENT' });
      expect(await onlyOne()).toMatchObject({ target: { userId: ann.userId } });
    });
  });

  test.each(['x'.repeat(1_001), 'nul \0', 'half \ud800', 'bell \u0007'])('a note of %j is refused', async (note) => {
    const { ann, ben, message } = await talk();
    const invalid = { code: 'INVALID_INPUT', field: ['note'] };
    expect(await refusal(chat.reports.message(ben, { message, reason: 'OTHER', note }))).toEqual(invalid);
    expect(await refusal(chat.reports.user(ben, { userId: ann.userId, reason: 'OTHER', note }))).toEqual(invalid);
    await chat.reports.message(ben, { message, reason: 'OTHER', note: `two\nlines ${'x'.repeat(900)}` });
    expect(await refusal(resolve(await onlyOne(), 'DISMISS', 1n, note))).toEqual(invalid);
  });

  it('reports are limited per day, not counting refused ones', async () => {
    await using strict = chatOver(db, { REPORTS_PER_DAY: '2' });
    const { ann, ben, cat, message } = await talk();
    const spam = { reason: 'SPAM' } as const;
    for (let time = 0; time < 3; time += 1) await refusal(strict.reports.user(ben, { userId: 9_000_000_000n, ...spam }));
    await strict.reports.message(ben, { message, ...spam });
    await strict.reports.user(ben, { userId: cat.userId, ...spam });
    await expect(strict.reports.user(ben, { userId: ann.userId, ...spam })).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      retryAfterMs: expect.any(Number),
    });
    await strict.reports.user(cat, { userId: ann.userId, ...spam });
  });

  describe('the queue', () => {
    it('has open items oldest first and resolved ones newest first, by kind and in pages', async () => {
      const { ann, ben, group, message } = await talk();
      const people = await Promise.all(Array.from({ length: 4 }, () => person(chat)));
      await chat.reports.message(ben, { message, reason: 'SPAM' });
      for (const { userId } of people) await chat.reports.user(ben, { userId, reason: 'SPAM' });
      const other = { conversationId: group, seq: await say(chat, ann, group, 'more') };
      await chat.reports.message(ben, { message: other, reason: 'SPAM' });
      const all = await queue();
      expect(all.map(({ target }) => (target.kind === 'GROUP' ? 0 : target.userId))).toEqual([
        ann.userId,
        ...people.map(({ userId }) => userId),
        ann.userId,
      ]);
      expect((await queue('OPEN', 'MESSAGE')).map(({ id }) => id)).toEqual([all[0]?.id, all[5]?.id]);
      const seen: string[] = [];
      for (let after: string | undefined; ; ) {
        const page = await chat.moderation.queue({ state: 'OPEN', first: 4, after });
        seen.push(...page.items.map(({ item }) => item.id));
        after = page.items.at(-1)?.key;
        if (!page.hasNextPage) break;
      }
      expect(seen).toEqual(all.map(({ id }) => id));
      for (const item of all) await resolve(item, 'DISMISS');
      expect((await queue('RESOLVED')).map(({ id }) => id)).toEqual(seen.toReversed());
      expect((await queue('RESOLVED', 'MESSAGE')).map(({ id }) => id)).toEqual([all[5]?.id, all[0]?.id]);
      expect(await queue()).toEqual([]);
    });

    it('has the reports of an item in pages, newest first', async () => {
      const { ann, group, message } = await talk();
      const crowd = await Promise.all(Array.from({ length: 7 }, () => person(chat)));
      await chat.groups.update(ann, { groupId: group, history: 'ALL' });
      await chat.groups.addMembers(ann, { groupId: group, userIds: crowd.map(({ userId }) => userId) });
      await Promise.all(crowd.map((viewer) => chat.reports.message(viewer, { message, reason: 'SPAM' })));
      const item = await onlyOne();
      const seen: (bigint | null)[] = [];
      for (let after: string | undefined; ; ) {
        const page = await chat.moderation.reports(item, { first: 3, after });
        seen.push(...page.items.map((report) => report.item.reporterId));
        after = page.items.at(-1)?.key;
        if (!page.hasNextPage) break;
      }
      expect(seen).toEqual((await reports(item)).map(({ reporterId }) => reporterId));
      expect(new Set(seen)).toEqual(new Set(crowd.map(({ userId }) => userId)));
    });

    it('shows as context of a reported message what a reporter could read, and no more', async () => {
      const { ann, ben, cat, group } = await talk('before all');
      const late = await person(chat);
      for (let at = 0; at < 3; at += 1) await say(chat, ann, group, `early ${at}`);
      await chat.groups.addMembers(ann, { groupId: group, userIds: [late.userId] });
      await say(chat, ann, group, 'since');
      const message = { conversationId: group, seq: await say(chat, ann, group, 'bad') };
      for (let at = 0; at < 2; at += 1) await say(chat, ann, group, `later ${at}`);
      const texts = async () => (await chat.moderation.context(await onlyOne())).map(({ text }) => text);
      await chat.reports.message(late, { message, reason: 'SPAM' });
      expect(await texts()).toEqual(['since', 'bad', 'later 0', 'later 1']);
      await chat.reports.message(ben, { message, reason: 'SPAM' });
      expect(await texts()).toEqual(['before all', 'early 0', 'early 1', 'early 2', 'since', 'bad', 'later 0', 'later 1']);
      for (let at = 2; at < 9; at += 1) await say(chat, cat, group, `later ${at}`);
      expect((await texts()).slice(-2)).toEqual(['later 3', 'later 4']);
      await chat.messages.recall(ann, { conversationId: group, seq: message.seq - 1 });
      expect(await texts()).toContain('');
    });

    it('shows no context of an item that only a word list has found, and none from after its reporter left', async () => {
      const { ann, ben, group, message } = await talk();
      await chat.words.set(null, { name: 'list', action: 'FLAG', words: ['badger'] });
      await say(chat, ann, group, 'a badger');
      expect(await chat.moderation.context(await onlyOne())).toEqual([]);
      await chat.words.remove(null, { name: 'list' });
      await resolve(await onlyOne(), 'DISMISS');
      await chat.reports.message(ben, { message, reason: 'SPAM' });
      await chat.groups.leave(ben, { groupId: group });
      await say(chat, ann, group, 'among us');
      expect((await chat.moderation.context(await onlyOne())).map(({ text }) => text)).toEqual(['something bad', 'a badger']);
      await chat.reports.user(ben, { userId: ann.userId, reason: 'SPAM' });
      const [user] = await queue('OPEN', 'USER');
      if (user === undefined) throw new Error('the user was reported');
      expect(await chat.moderation.context(user)).toEqual([]);
    });
  });

  describe('a decision', () => {
    it('to remove a message recalls it for everyone, without an actor, and resolves the item', async () => {
      const { ann, ben, cat, group, message } = await talk();
      await chat.messages.pin(ann, message);
      await chat.reports.message(ben, { message, reason: 'HATE' });
      const listening = listen(chat, cat);
      await listening.ready();
      const item = await onlyOne();
      const resolved = await resolve(item, 'REMOVE_MESSAGE', 42n, 'out');
      expect(resolved).toMatchObject({ state: 'RESOLVED', text: 'something bad' });
      expect(resolved.resolution).toEqual({ action: 'REMOVE_MESSAGE', note: 'out', at: expect.any(Date), byId: 42n });
      expect(await queue('RESOLVED')).toEqual([resolved]);
      const events = await listening.until((event) => event.kind === 'entry' && event.entry.type === 'MessageRecalled');
      listening.stop();
      expect(events.map(inWords)).toEqual([`${message.seq + 2} PinChanged`, `${message.seq + 3} MessageRecalled`]);
      const entries = await db.client.entry.findMany({ where: { streamId: group, type: { in: ['MessageRecalled'] } } });
      expect(entries).toMatchObject([{ actorId: null }]);
      expect(await chat.messages.byRefs([message])).toMatchObject([
        { text: '', recalledAt: resolved.resolution?.at, senderId: ann.userId },
      ]);
    });

    it('to remove a recalled message succeeds without effect', async () => {
      const { ann, ben, message } = await talk();
      await chat.reports.message(ben, { message, reason: 'HATE' });
      const recalled = await chat.messages.recall(ann, message);
      expect(await resolve(await onlyOne(), 'REMOVE_MESSAGE')).toMatchObject({ state: 'RESOLVED' });
      expect(await chat.messages.byRefs([message])).toEqual([recalled]);
    });

    it.each(['DISMISS', 'OTHER'] as const)('to %s leaves the message as it is, and a later report is a new item', async (action) => {
      const { ben, cat, message } = await talk();
      await chat.reports.message(ben, { message, reason: 'HATE' });
      const item = await onlyOne();
      await resolve(item, action, null, 'suspended for a week');
      expect(await chat.messages.byRefs([message])).toMatchObject([{ text: 'something bad', recalledAt: null }]);
      await chat.reports.message(cat, { message, reason: 'SPAM' });
      const next = await onlyOne();
      expect(next.id).not.toBe(item.id);
      expect((await reports(next)).map(({ reporterId }) => reporterId)).toEqual([cat.userId]);
      expect((await reports(item)).map(({ reporterId }) => reporterId)).toEqual([ben.userId]);
    });

    it('of several at once is taken once, the others get CONFLICT, and repeating it returns it again', async () => {
      const { ben, message } = await talk();
      await chat.reports.message(ben, { message, reason: 'HATE' });
      const item = await onlyOne();
      await using other = chatOver(db);
      const outcomes = await Promise.allSettled(
        Array.from({ length: 8 }, (_, at) =>
          (at % 2 === 0 ? chat : other).moderation.resolve(BigInt(at), { itemId: item.id, action: at < 4 ? 'DISMISS' : 'REMOVE_MESSAGE' }),
        ),
      );
      const won = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
      expect(won).toHaveLength(1);
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'CONFLICT', field: ['itemId'] });
      }
      const { action, byId } = won[0]?.resolution ?? {};
      const removed = (await chat.messages.byRefs([message]))[0]?.recalledAt !== null;
      expect(removed).toBe(action === 'REMOVE_MESSAGE');
      expect(await resolve(item, action as Decision, byId ?? null)).toEqual(won[0]);
      expect(await refusal(resolve(item, action as Decision, 99n))).toEqual({ code: 'CONFLICT', field: ['itemId'] });
      const another = action === 'DISMISS' ? 'REMOVE_MESSAGE' : 'DISMISS';
      expect(await refusal(resolve(item, another, byId ?? null))).toEqual({ code: 'CONFLICT', field: ['itemId'] });
    });

    it('is refused for a wrong action, without a note, or for an unknown item', async () => {
      const [ann, ben] = [await person(chat), await person(chat)];
      await chat.reports.user(ben, { userId: ann.userId, reason: 'SPAM' });
      const item = await onlyOne();
      expect(await refusal(resolve(item, 'REMOVE_MESSAGE'))).toEqual({ code: 'INVALID_INPUT', field: ['action'] });
      expect(await refusal(resolve(item, 'OTHER'))).toEqual({ code: 'INVALID_INPUT', field: ['note'] });
      for (const id of ['none', '', '01900000-0000-7000-8000-000000000000']) {
        expect(await refusal(resolve({ id }, 'DISMISS'))).toEqual({ code: 'NOT_FOUND', field: ['itemId'] });
      }
      expect(await onlyOne()).toEqual(item);
    });

    it('is removed with its item and reports after 90 days', async () => {
      const { ben, message } = await talk();
      await chat.reports.message(ben, { message, reason: 'HATE' });
      const item = await resolve(await onlyOne(), 'DISMISS');
      const job = await db.client.job.findUniqueOrThrow({ where: { kind_key: { kind: 'ModerationItemOver', key: item.id } } });
      expect(job.dueAt.getTime() - (item.resolution?.at.getTime() ?? 0)).toBe(90 * 86_400_000);
      await db.transaction((tx) => tx.job.update({ where: { id: job.id }, data: { dueAt: new Date(Date.now() - 1_000) } }));
      await chat.jobs.doDue();
      expect(await chat.moderation.byIds([item.id])).toEqual([null]);
      expect(await db.client.moderationReport.count()).toBe(0);
    });
  });

  describe('a user who erases their account', () => {
    async function erase(viewer: Viewer, messages: 'KEEP' | 'REMOVE'): Promise<void> {
      await chat.users.erase(viewer, { password, messages, address: 'here' });
      await chat.jobs.doDue();
    }

    it('leaves their reports without the notes', async () => {
      const { ben, message } = await talk();
      await chat.reports.message(ben, { message, reason: 'HATE', note: 'I am hurt' });
      await erase(ben, 'REMOVE');
      expect(await reports(await onlyOne())).toMatchObject([{ reporterId: ben.userId, reason: 'HATE', note: null, text: 'something bad' }]);
    });

    it('and keeps their messages stays reported for those and for nothing else', async () => {
      const { ann, ben, message } = await talk();
      await chat.reports.message(ben, { message, reason: 'HATE' });
      await chat.reports.user(ben, { userId: ann.userId, reason: 'HATE' });
      await erase(ann, 'KEEP');
      expect(await onlyOne()).toMatchObject({ target: { kind: 'MESSAGE' }, text: 'something bad' });
      const [ended, ...others] = await queue('RESOLVED');
      expect(others).toEqual([]);
      expect(ended).toMatchObject({ target: { kind: 'USER' }, text: null, resolution: { action: 'ERASED', byId: null } });
      expect(await db.client.job.count({ where: { kind: 'ModerationItemOver', key: ended?.id ?? '' } })).toBe(1);
    });

    it('and keeps their messages loses the items of recalled and unreadable ones', async () => {
      const { ann, ben, group, message } = await talk();
      const alone = await groupOf(chat, ann, ben);
      const unread = { conversationId: alone, seq: await say(chat, ann, alone, 'soon nobody reads it') };
      for (const one of [message, unread]) await chat.reports.message(ben, { message: one, reason: 'HATE' });
      await chat.messages.recall(ann, message);
      for (const groupId of [group, alone]) await chat.groups.leave(ben, { groupId });
      await erase(ann, 'KEEP');
      expect(await queue()).toEqual([]);
      expect((await queue('RESOLVED')).map(({ text, resolution }) => [text, resolution?.action])).toEqual([
        [null, 'ERASED'],
        [null, 'ERASED'],
      ]);
    });

    it('and removes their messages leaves none of their text in the queue, resolved or not', async () => {
      const { ann, ben, group, message } = await talk('my secret');
      const other = { conversationId: group, seq: await say(chat, ann, group, 'my secret too') };
      for (const one of [message, other]) await chat.reports.message(ben, { message: one, reason: 'HATE' });
      await chat.messages.edit(ann, { message, text: 'my other secret' });
      await chat.reports.message(ben, { message, reason: 'HATE' });
      const [first] = await queue();
      if (first === undefined) throw new Error('two were reported');
      await resolve(first, 'DISMISS');
      await erase(ann, 'REMOVE');
      expect(await queue()).toEqual([]);
      const rows = await Promise.all([db.client.moderationItem.findMany(), db.client.moderationReport.findMany()]);
      expect(rows.flat().map(({ text }) => text)).toEqual([null, null, null, null]);
      expect((await queue('RESOLVED')).map(({ resolution }) => resolution?.action).toSorted()).toEqual(['DISMISS', 'ERASED']);
      await chat.moderation.eraseAll(ann.userId, { messages: 'REMOVE', signal });
      expect(await queue('RESOLVED')).toHaveLength(2);
    });

    it('and had hundreds of messages with blocked words holds up nobody who writes meanwhile', async () => {
      const { ann, ben, group } = await talk();
      const at = await db.now();
      const seqs = Array.from({ length: 120 }, (_, place) => place + 1_000);
      await db.transaction((tx) =>
        newReports.write(
          tx,
          seqs.map((seq) => ({
            ...{ target: { kind: 'MESSAGE', conversationId: group, seq, userId: ann.userId }, text: 'bad', at },
            ...{ reporterId: null, reason: 'BLOCKED_WORDS', note: null, words: [] },
          })),
        ),
      );
      const removals = () => db.client.job.count({ where: { kind: 'ModerationItemOver' } });
      const before = await removals();
      const order: string[] = [];
      const erasing = chat.moderation.eraseAll(ann.userId, { messages: 'REMOVE', signal }).then(() => order.push('erased'));
      await say(chat, ben, group, 'hello').then(() => order.push('said'));
      await erasing;
      expect(order).toEqual(['said', 'erased']);
      expect(await db.client.moderationItem.count({ where: { state: 'OPEN' } })).toBe(0);
      expect((await removals()) - before).toBe(120);
    });
  });

  it('a message that an admin removed is found as recalled when its sender sends it again', async () => {
    const { ann, ben, group } = await talk();
    const request = { conversationId: group, clientMessageId: freshKey(), text: 'bad' };
    const message = await chat.messages.send(ann, request);
    await chat.reports.message(ben, { message, reason: 'HATE' });
    await resolve(await onlyOne(), 'REMOVE_MESSAGE');
    expect(await chat.messages.send(ann, request)).toMatchObject({ seq: message.seq, text: '' });
  });
}
