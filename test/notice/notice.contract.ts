import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import type { Chat } from '../../src/chat.ts';
import type { Db } from '../../src/db/index.ts';
import { createLog, serverStreamId } from '../../src/log/index.ts';
import { createNotices, type NewNotice, type PostedNotice } from '../../src/notice/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { uuidBytes } from '../../src/uuid.ts';
import { chatOver } from '../support/chat.ts';
import { inWords, listen, person } from '../support/people.ts';

/** What notices promise, on any database. */
export function promisesOfNotices(open: () => Promise<Db>): void {
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

  /** Posts a notice that must not be refused. */
  async function post(to: NewNotice['to'], more: Partial<NewNotice> = {}): Promise<PostedNotice> {
    const { notice, errors } = await chat.notices.post(null, { title: 'Maintenance', body: 'Tonight.', to, ...more });
    if (notice === null) throw errors[0];
    return notice;
  }

  async function handleOf({ userId }: Viewer): Promise<string> {
    const [user] = await chat.users.byIds([userId]);
    return String(user?.handle);
  }

  async function titles(viewer: Viewer): Promise<readonly string[]> {
    const { items } = await chat.notices.list(viewer, { first: 100 });
    return items.map(({ notice: { title } }) => title);
  }

  /** The entries of a stream about a notice. */
  async function entries(streamId: bigint, { id }: PostedNotice): Promise<readonly string[]> {
    const rows = await db.client.entry.findMany({ where: { streamId, data: { contains: id } }, orderBy: { seq: 'asc' } });
    return rows.map(({ type }) => type);
  }

  async function jobs({ id }: PostedNotice): Promise<readonly string[]> {
    const rows = await db.client.job.findMany({ where: { key: id }, orderBy: { kind: 'asc' } });
    return rows.map(({ kind }) => kind);
  }

  /** Moves the time of a notice into the past, and does the job. */
  async function timeComes({ id }: PostedNotice): Promise<void> {
    const past = new Date(Date.now() - 1_000);
    await db.transaction((tx) => tx.job.updateMany({ where: { kind: 'NoticeDue', key: id }, data: { dueAt: past } }));
    await chat.jobs.doDue();
  }

  const inAnHour = (): Date => new Date(Date.now() + 3_600_000);

  it('notices have a stream of their own in every database, number 0, and other streams begin at 1', async () => {
    await person(chat);
    const first = await db.client.stream.findMany({ orderBy: { id: 'asc' }, take: 2, select: { id: true, kind: true } });
    expect(first).toEqual([
      { id: serverStreamId, kind: 'SERVER' },
      { id: 1n, kind: 'ACCOUNT' },
    ]);
  });

  describe('a notice to all', () => {
    it('is one entry in the server’s stream, without its text, and no entry in accounts', async () => {
      const [ann, ben] = [await person(chat), await person(chat)];
      const notice = await post('ALL', { title: 'What it is about', body: 'What it says' });
      expect(notice).toMatchObject({ state: 'POSTED', audience: 'ALL', createdById: null, postedAt: expect.any(Date) });
      expect(await entries(serverStreamId, notice)).toEqual(['NoticePosted']);
      for (const { userId } of [ann, ben]) expect(await entries(userId, notice)).toEqual([]);
      expect(await db.client.entry.count({ where: { data: { contains: 'What it' } } })).toBe(0);
      expect(await jobs(notice)).toEqual([]);
      expect(await chat.notices.reach([notice])).toEqual([null]);
    });

    it('reaches connected users and, once, returning ones', async () => {
      const [ann, ben] = [await person(chat), await person(chat)];
      const held = await chat.feed.positions(ben);
      const atAnns = listen(chat, ann);
      await atAnns.ready();
      await post('ALL', { title: 'heard' });
      const event = await atAnns.next();
      expect(inWords(event)).toMatch(/NoticePosted$/);
      atAnns.stop();
      const atBens = listen(chat, ben, held);
      const [missed, ready] = await atBens.ready();
      expect(missed).toEqual(event);
      expect(ready).toMatchObject({ kind: 'ready', positions: await chat.feed.positions(ben) });
      atBens.stop();
      const again = listen(chat, ben, await chat.feed.positions(ben));
      expect((await again.ready()).map(inWords)).toEqual(['ready']);
      again.stop();
    });

    it('is invisible to users who sign up later, in the list, by its id and from any position', async () => {
      const early = await person(chat);
      const notice = await post('ALL', { title: 'before' });
      const late = await person(chat);
      await post('ALL', { title: 'after' });
      expect((await titles(early)).slice(0, 2)).toEqual(['after', 'before']);
      expect(await titles(late)).toEqual(['after']);
      expect(await chat.notices.byId(early, notice.id)).toMatchObject({ title: 'before' });
      expect(await chat.notices.byId(late, notice.id)).toBeNull();
      const events = listen(chat, late, [{ streamId: serverStreamId, seq: 0, epoch: db.epoch }]);
      const seen = await events.ready();
      events.stop();
      expect(seen.map(inWords)).toEqual([expect.stringMatching(/^resync REJOINED \d+$/), expect.stringMatching(/NoticePosted$/), 'ready']);
    });
  });

  describe('a notice to some users', () => {
    it('is an entry in each of their accounts and in no other', async () => {
      const [ann, ben, cat] = [await person(chat), await person(chat), await person(chat)];
      const notice = await post([{ userId: ann.userId }, { userId: ben.userId }, { userId: ann.userId }], { title: 'for two' });
      expect(await chat.notices.reach([notice])).toEqual([{ recipients: 2, handedOn: 0 }]);
      expect(await titles(ann)).toEqual([]);
      await chat.jobs.doDue();
      expect(await entries(serverStreamId, notice)).toEqual([]);
      expect(await Promise.all([ann, ben, cat].map(({ userId }) => entries(userId, notice)))).toEqual([
        ['NoticePosted'],
        ['NoticePosted'],
        [],
      ]);
      expect(await Promise.all([ann, ben, cat].map(titles))).toEqual([['for two'], ['for two'], []]);
      expect(await chat.notices.byId(ann, notice.id)).toMatchObject({ title: 'for two' });
      expect(await chat.notices.byId(cat, notice.id)).toBeNull();
      expect(await chat.notices.reach([notice])).toEqual([{ recipients: 2, handedOn: 2 }]);
    });

    it('reaches each once, however often and concurrently its job runs', async () => {
      const people = await Promise.all(Array.from({ length: 3 }, () => person(chat)));
      const notice = await post(people.map(({ userId }) => ({ userId })));
      const ref = { noticeId: notice.id };
      await expect(chat.notices.due(ref, AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
      await Promise.all([1, 2, 3].map(() => chat.notices.due(ref, new AbortController().signal)));
      await chat.jobs.doDue();
      for (const { userId } of people) expect(await entries(userId, notice)).toEqual(['NoticePosted']);
    });

    it('reaches hundreds of users', async () => {
      const at = new Date();
      const ids = Array.from({ length: 250 }, (_, n) => 500_000n + BigInt(n));
      await db.transaction(async (tx) => {
        await tx.stream.createMany({ data: ids.map((id) => ({ id, kind: 'ACCOUNT', lastAt: at, activeAt: at, createdAt: at })) });
        await tx.user.createMany({
          data: ids.map((id) => ({ id, handle: `many.${id}`, displayName: 'Many', passwordHash: '', createdAt: at })),
        });
      });
      const notice = await post(ids.map((userId) => ({ userId })));
      await chat.jobs.doDue();
      const told = await db.client.entry.findMany({ where: { streamId: { in: ids } }, select: { streamId: true, type: true } });
      expect(told.map(({ streamId }) => streamId).toSorted((one, other) => Number(one - other))).toEqual(ids);
      expect(await chat.notices.reach([notice])).toEqual([{ recipients: 250, handedOn: 250 }]);
    });

    it('finds recipients by handle too, in any case', async () => {
      const ann = await person(chat, 'ann');
      const [user] = await chat.users.byIds([ann.userId]);
      await post([{ handle: String(user?.handle).toUpperCase() }], { title: 'by handle' });
      await chat.jobs.doDue();
      expect(await titles(ann)).toEqual(['by handle']);
    });

    it('reaches all recipients or none, with an error for each unknown one', async () => {
      const [ann, gone] = [await person(chat), await person(chat)];
      await chat.users.erase(gone, { password: 'correct horse', messages: 'KEEP', address: 'somewhere' });
      const to = [{ userId: gone.userId }, { userId: ann.userId }, { handle: 'no' }, { userId: 9_000_000_000n }];
      const { notice, errors } = await chat.notices.post(null, { title: 'Maintenance', body: 'Tonight.', to });
      expect(notice).toBeNull();
      expect(errors.map(({ code, field }) => [code, field])).toEqual([
        ['NOT_FOUND', ['to', '0']],
        ['NOT_FOUND', ['to', '2']],
        ['NOT_FOUND', ['to', '3']],
      ]);
      await chat.jobs.doDue();
      expect(await titles(ann)).toEqual([]);
    });

    it('leaves nothing with an erased user, before or after it is posted', async () => {
      const [ann, ben, cat] = [await person(chat), await person(chat), await person(chat)];
      const had = await post([{ userId: ann.userId }, { userId: ben.userId }]);
      await chat.jobs.doDue();
      const waiting = await post([{ userId: ann.userId }, { userId: cat.userId }], { at: inAnHour() });
      await chat.users.erase(ann, { password: 'correct horse', messages: 'KEEP', address: 'somewhere' });
      await timeComes(waiting);
      expect(await entries(ann.userId, waiting)).toEqual([]);
      expect(await entries(cat.userId, waiting)).toEqual(['NoticePosted']);
      await chat.jobs.doDue();
      expect(await db.client.noticeRecipient.count({ where: { userId: ann.userId } })).toBe(0);
      expect(await chat.notices.reach([had, waiting])).toEqual([
        { recipients: 1, handedOn: 1 },
        { recipients: 1, handedOn: 1 },
      ]);
    });
  });

  describe('a scheduled notice', () => {
    it('to all is invisible until its time, and then reaches everybody', async () => {
      const ann = await person(chat);
      const at = inAnHour();
      const events = listen(chat, ann);
      await events.ready();
      const notice = await post('ALL', { title: 'later', at });
      expect(notice).toMatchObject({ state: 'SCHEDULED', postAt: at, postedAt: null });
      await chat.jobs.doDue();
      expect([await titles(ann), await chat.notices.byId(ann, notice.id), await chat.notices.byIds([notice.id])]).toEqual([
        [],
        null,
        [null],
      ]);
      await timeComes(notice);
      expect(inWords(await events.next())).toMatch(/NoticePosted$/);
      events.stop();
      expect(await titles(ann)).toEqual(['later']);
      await chat.notices.due({ noticeId: notice.id }, new AbortController().signal);
      expect(await entries(serverStreamId, notice)).toEqual(['NoticePosted']);
    });

    it('to some users reaches them at its time, and is listed by that time', async () => {
      const ann = await person(chat);
      const later = await post([{ userId: ann.userId }], { title: 'made first', at: inAnHour() });
      await post('ALL', { title: 'posted first' });
      await timeComes(later);
      expect(await titles(ann)).toEqual(['made first', 'posted first']);
      expect(await entries(ann.userId, later)).toEqual(['NoticePosted']);
    });

    it('with a time in the past is posted at once', async () => {
      expect(await post('ALL', { at: new Date(0) })).toMatchObject({ state: 'POSTED', postedAt: expect.any(Date) });
    });
  });

  describe('a revoked notice', () => {
    it('is never posted if its time has not come', async () => {
      const ann = await person(chat);
      const notice = await post('ALL', { at: inAnHour() });
      const due = await jobs(notice);
      expect(await chat.notices.revoke(notice.id)).toMatchObject({ state: 'REVOKED', postedAt: null, revokedAt: expect.any(Date) });
      expect([due, await jobs(notice)]).toEqual([['NoticeDue'], []]);
      // A node has taken the job just before.
      await chat.notices.due({ noticeId: notice.id }, new AbortController().signal);
      expect([await titles(ann), await entries(serverStreamId, notice)]).toEqual([[], []]);
    });

    it('is hidden from returning users, who get the revocation, and from every list', async () => {
      const ann = await person(chat);
      const held = await chat.feed.positions(ann);
      const notice = await post('ALL');
      await chat.notices.revoke(notice.id);
      expect([await titles(ann), await chat.notices.byId(ann, notice.id), await chat.notices.byIds([notice.id])]).toEqual([
        [],
        null,
        [null],
      ]);
      const events = listen(chat, ann, held);
      expect((await events.ready()).map(inWords).map((words) => words.replace(/^\d+ /, ''))).toEqual([
        'NoticePosted',
        'NoticeRevoked',
        'ready',
      ]);
      events.stop();
    });

    it('to some users is announced to those who had it, and to nobody else', async () => {
      const [ann, ben] = [await person(chat), await person(chat)];
      const notice = await post([{ userId: ann.userId }]);
      await chat.jobs.doDue();
      await chat.notices.revoke(notice.id);
      expect(await titles(ann)).toEqual([]);
      await chat.jobs.doDue();
      expect(await entries(ann.userId, notice)).toEqual(['NoticePosted', 'NoticeRevoked']);
      await chat.notices.tellRevoked({ noticeId: notice.id }, new AbortController().signal);
      expect(await entries(ann.userId, notice)).toEqual(['NoticePosted', 'NoticeRevoked']);
      expect(await entries(ben.userId, notice)).toEqual([]);
      expect(await entries(serverStreamId, notice)).toEqual([]);
    });

    it('to some users reaches nobody if it was not delivered yet', async () => {
      const ann = await person(chat);
      const notice = await post([{ userId: ann.userId }]);
      await chat.notices.revoke(notice.id);
      await chat.notices.due({ noticeId: notice.id }, new AbortController().signal);
      await chat.jobs.doDue();
      expect(await entries(ann.userId, notice)).toEqual([]);
    });

    it('to some users is revoked from those who have it if its delivery is in progress', async () => {
      const people = await Promise.all(Array.from({ length: 8 }, () => person(chat)));
      for (let round = 0; round < 5; round += 1) {
        const notice = await post(people.map(({ userId }) => ({ userId })));
        await Promise.all([chat.notices.due({ noticeId: notice.id }, new AbortController().signal), chat.notices.revoke(notice.id)]);
        await chat.jobs.doDue();
        const told = await Promise.all(people.map(({ userId }) => entries(userId, notice)));
        for (const types of told) expect([[], ['NoticePosted', 'NoticeRevoked']]).toContainEqual(types);
        expect((await Promise.all(people.map(titles))).flat()).toEqual([]);
      }
    });

    it('revoked again does not change, and an unknown one is NOT_FOUND', async () => {
      const notice = await post('ALL');
      const revoked = await chat.notices.revoke(notice.id);
      expect(await chat.notices.revoke(notice.id)).toEqual(revoked);
      expect(await entries(serverStreamId, notice)).toEqual(['NoticePosted', 'NoticeRevoked']);
      for (const id of ['01900000-0000-7000-8000-000000000000', 'no id'])
        await expect(chat.notices.revoke(id)).rejects.toMatchObject({ code: 'NOT_FOUND', field: ['id'] });
    });
  });

  describe('a repeated request', () => {
    it('under the same key returns the first notice, and nobody is notified twice', async () => {
      const { userId } = await person(chat);
      const wish = { title: 'Once', body: 'only', to: 'ALL' as const, clientNoticeId: 'key' };
      const all = await Promise.all([1, 2, 3].map(() => chat.notices.post(userId, wish)));
      const ids = new Set(all.map(({ notice }) => notice?.id));
      expect(ids.size).toBe(1);
      const [id = ''] = ids;
      expect(await db.client.entry.count({ where: { streamId: serverStreamId, data: { contains: id } } })).toBe(1);
      for (const other of [{ title: 'Twice' }, { body: 'never' }, { to: [{ userId }] }])
        await expect(chat.notices.post(userId, { ...wish, ...other })).rejects.toMatchObject({
          code: 'CONFLICT',
          field: ['clientNoticeId'],
        });
      expect((await chat.notices.post((await person(chat)).userId, wish)).notice?.id).not.toBe(id);
    });

    it('returns the first notice for the same users, in any order and by id or handle, and is refused for others', async () => {
      const [ann, ben, cat] = [await person(chat), await person(chat), await person(chat)];
      const more = { clientNoticeId: 'for two' };
      const first = await post([{ userId: ann.userId }, { userId: ben.userId }], more);
      const again = [{ userId: ben.userId }, { handle: (await handleOf(ann)).toUpperCase() }, { userId: ben.userId }];
      expect((await post(again, more)).id).toBe(first.id);
      for (const userIds of [[cat.userId], [ann.userId], [ann.userId, ben.userId, cat.userId]]) {
        const to = userIds.map((userId) => ({ userId }));
        await expect(post(to, more)).rejects.toMatchObject({ code: 'CONFLICT', field: ['clientNoticeId'] });
      }
      await expect(post([{ userId: ann.userId }, { handle: 'no' }], more)).rejects.toMatchObject({ code: 'CONFLICT' });
    });

    it('is refused if it also names somebody who was never there', async () => {
      const { userId } = await person(chat);
      const wish = { title: 'For one', body: 'alone', clientNoticeId: 'for one' };
      const first = await chat.notices.post(null, { ...wish, to: [{ userId }] });
      expect(first.errors).toEqual([]);
      for (const other of [{ handle: 'was.never.there' }, { handle: 'not a handle' }, { userId: 1n << 62n }]) {
        const { notice, errors } = await chat.notices.post(null, { ...wish, to: [{ userId }, other] });
        expect([notice, errors]).toMatchObject([null, [{ code: 'NOT_FOUND', field: ['to', '1'] }]]);
      }
    });

    it('returns the first notice for the same time, even after that, and is refused for another time', async () => {
      const at = inAnHour();
      const later = await post('ALL', { clientNoticeId: 'at its time', at });
      await timeComes(later);
      expect(await post('ALL', { clientNoticeId: 'at its time', at })).toMatchObject({ id: later.id, state: 'POSTED' });
      for (const other of [null, new Date(at.getTime() + 1)])
        await expect(post('ALL', { clientNoticeId: 'at its time', at: other })).rejects.toMatchObject({ code: 'CONFLICT' });
      const now = await post('ALL', { clientNoticeId: 'at once' });
      expect((await post('ALL', { clientNoticeId: 'at once', at: new Date(0) })).id).toBe(now.id);
      await expect(post('ALL', { clientNoticeId: 'at once', at })).rejects.toMatchObject({ code: 'CONFLICT' });
    });

    it('returns the first notice even if some of its recipients have been erased since', async () => {
      const [ann, ben, cat] = [await person(chat), await person(chat), await person(chat)];
      const more = { clientNoticeId: 'before they went' };
      const to = [{ userId: ann.userId }, { userId: ben.userId }, { handle: await handleOf(cat) }];
      const first = await post(to, more);
      for (const one of [ben, cat]) await chat.users.erase(one, { password: 'correct horse', messages: 'KEEP', address: 'somewhere' });
      expect((await post(to, more)).id).toBe(first.id);
      await chat.jobs.doDue();
      expect((await post(to, more)).id).toBe(first.id);
      await expect(post(to.slice(1), more)).rejects.toMatchObject({ code: 'CONFLICT' });
    });
  });

  test.each([
    [{ title: '' }, 'title'],
    [{ title: 'a\nb' }, 'title'],
    [{ title: '🎉'.repeat(201) }, 'title'],
    [{ body: ' \u200b' }, 'body'],
    [{ body: 'bell \u0007' }, 'body'],
    [{ body: '🎉'.repeat(8_001) }, 'body'],
    [{ to: [] }, 'to'],
    [{ to: Array.from({ length: 1_001 }, () => ({ handle: 'somebody' })) }, 'to'],
    [{ at: new Date(Date.now() + 400 * 86_400_000) }, 'at'],
    [{ clientNoticeId: '' }, 'clientNoticeId'],
  ])('a notice of %j is refused for its %s', async (part, field) => {
    const wish = { title: 'Maintenance', body: 'Tonight.', to: 'ALL' as const, ...part };
    await expect(chat.notices.post(null, wish)).rejects.toMatchObject({ code: 'INVALID_INPUT', field: [field] });
  });

  it('a notice can have the maximum length, any script and several lines', async () => {
    const ann = await person(chat);
    const [title, body] = ['🎉'.repeat(200), `a\n\tb\r\n${'🎉'.repeat(7_990)}`];
    await post('ALL', { title, body });
    expect((await chat.notices.list(ann, { first: 1 })).items[0]?.notice).toMatchObject({ title, body });
  });

  describe('the lists', () => {
    it('of a user and of operators have pages, newest first, each notice once', async () => {
      const ann = await person(chat);
      const made: string[] = [];
      for (let n = 0; n < 9; n += 1) made.unshift((await post(n % 2 === 0 ? 'ALL' : [{ userId: ann.userId }])).id);
      await chat.jobs.doDue();
      // Several with the same time, as after a restore: their ids decide.
      const ids = { id: { in: made.slice(2, 6).map(uuidBytes) } };
      const [{ postedAt } = { postedAt: null }] = await db.client.notice.findMany({ where: ids, select: { postedAt: true } });
      await db.transaction(async (tx) => {
        await tx.notice.updateMany({ where: ids, data: { postedAt } });
        await tx.noticeRecipient.updateMany({ where: { noticeId: ids.id }, data: { postedAt } });
      });
      const whole = (await chat.notices.list(ann, { first: 100 })).items.map(({ notice: { id } }) => id);
      expect(whole.toSorted()).toEqual(made.toSorted());
      const pages = await paged((page) => chat.notices.list(ann, page));
      expect(pages).toEqual(whole);
      const all = await paged((page) => chat.notices.all(page));
      expect(all.slice(0, 9)).toEqual(made);
      expect(new Set(all).size).toBe(all.length);
    });

    it('of a user has no empty page with more to come, if all on it are revoked while it is read', async () => {
      const ann = await person(chat);
      const [, second, third] = [await post('ALL'), await post('ALL'), await post('ALL')];
      let revoking: Promise<unknown> | undefined;
      async function findMany(asked: Parameters<typeof db.client.notice.findMany>[0]) {
        revoking ??= chat.notices.revoke(third.id);
        await revoking;
        return db.client.notice.findMany(asked);
      }
      const client = new Proxy(db.client, {
        get: (target, name): unknown => (name === 'notice' ? { findMany } : Reflect.get(target, name)),
      });
      const log = createLog({ db, bus: createMemoryBus(), logger: pino({ level: 'silent' }) });
      const { items, hasNextPage } = await createNotices({ db: { ...db, client }, log }).list(ann, { first: 1 });
      expect(items.map(({ notice }) => notice.id)).toEqual([second.id]);
      expect(hasNextPage).toBe(true);
    });
  });

  async function paged(
    read: (page: { first: number; after?: string }) => Promise<{
      readonly items: readonly { readonly notice: { readonly id: string }; readonly key: string }[];
      readonly hasNextPage: boolean;
    }>,
  ): Promise<readonly string[]> {
    const ids: string[] = [];
    for (let after: string | undefined; ; ) {
      const { items, hasNextPage } = await read({ first: 2, ...(after !== undefined && { after }) });
      ids.push(...items.map(({ notice: { id } }) => id));
      after = items.at(-1)?.key;
      if (!hasNextPage) return ids;
    }
  }
}
