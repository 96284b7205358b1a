import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import type { Chat } from '../../src/chat.ts';
import { readConfig } from '../../src/config/index.ts';
import type { Db } from '../../src/db/index.ts';
import { createFeed, type FeedEvent, type KnownPosition } from '../../src/feed/index.ts';
import { createLog, type Log, type NewEntry, serverStreamId } from '../../src/log/index.ts';
import { createRetention } from '../../src/retention/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { chatOver } from '../support/chat.ts';
import { groupOf, inWords, listen, listening, password, person, say } from '../support/people.ts';
import { age } from './age.ts';

const never = new AbortController().signal;
const logger = pino({ level: 'silent' });

/** What the retention of account streams and of the server's stream promises, on any database. */
export function promisesOfAccountRetention(open: () => Promise<Db>): void {
  const bus = createMemoryBus();
  let db: Db;
  let chat: Chat;
  let log: Log;
  beforeAll(async () => {
    db = await open();
    chat = chatOver(db, {}, bus);
    log = createLog({ db, bus, logger });
  });
  afterAll(async () => {
    await chat[Symbol.asyncDispose]();
    await log[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
  });

  /** Runs one worker's round with entries kept for `days`. */
  async function round(days = 30, { through = log, after = -1n, signal = never } = {}): Promise<void> {
    const config = { historyDays: 0, accountLogDays: days, roles: ['worker' as const] };
    await using retention = createRetention({ db, log: through, logger, config });
    await retention.accountRound({ after }, signal);
  }

  /** Appends the same kind of entry several times to an account's stream, or to the server's stream. */
  async function happens(streamId: bigint, times: number): Promise<void> {
    const entry: NewEntry =
      streamId === serverStreamId ? { type: 'NoticeRevoked', data: { noticeId: 'x' } } : { type: 'SettingsChanged', data: {} };
    const entries = Array.from({ length: times }, () => ({ stream: streamId, actorId: null, entry }));
    await log.append<void>({ lock: [streamId], decide: async () => ({ entries: () => entries, result: () => undefined }) });
  }

  async function stands(streamId: bigint) {
    const { floor, head, entries } = await log.read(streamId, { after: 0, limit: 10_000 });
    const rows = await db.client.entry.count({ where: { streamId } });
    return { floor, head, kept: entries.map(({ seq }) => seq), rows };
  }

  /** An account with so many entries, of which those up to `old` are too old. */
  async function account({ entries, old }: { readonly entries: number; readonly old: number }): Promise<Viewer> {
    const ann = await person(chat, 'ann');
    // The first entry is that of its session.
    await happens(ann.userId, entries - 1);
    await age(db, ann.userId, { upTo: old, days: 31 });
    return ann;
  }

  async function resumed(viewer: Viewer, after: readonly KnownPosition[]): Promise<readonly string[]> {
    const events = listen(chat, viewer, after);
    const seen = await events.ready();
    events.stop();
    return seen.map(inWords);
  }

  describe('entries past their retention', () => {
    it('are removed, and the log continues after them, also for an erased account', async () => {
      const [ann, ben] = [await account({ entries: 9, old: 6 }), await account({ entries: 9, old: 6 })];
      await chat.users.erase(ben, { password, messages: 'KEEP', address: 'somewhere' });
      await age(db, ben.userId, { upTo: 6, days: 31 });
      await round();
      expect(await stands(ann.userId)).toEqual({ floor: 6, head: 9, kept: [7, 8, 9], rows: 3 });
      expect(await stands(ben.userId)).toMatchObject({ floor: 6, kept: expect.not.arrayContaining([6]) });
      await chat.users.updateProfile(ann, { displayName: 'Ann Liddell' });
      expect(await stands(ann.userId)).toMatchObject({ floor: 6, head: 10, kept: [7, 8, 9, 10] });
    });

    it('take nothing else with them', async () => {
      const [ann, ben] = [await person(chat, 'ann'), await person(chat, 'ben')];
      const group = await groupOf(chat, ann, ben);
      const seq = await say(chat, ann, group, 'hello');
      await chat.saved.save(ben, { message: { conversationId: group, seq } });
      await chat.drafts.save(ben, { conversationId: group, text: 'To be said', writtenAt: new Date() });
      await chat.messages.markUnread(ben, { conversationId: group, fromSeq: seq });
      const all = () =>
        Promise.all([
          chat.groups.shown(ben),
          chat.groups.memberships([{ conversationId: group, userId: ben.userId }]),
          chat.messages.unreadTotals(ben),
          chat.drafts.list(ben, { first: 10 }),
          chat.saved.list(ben, { first: 10 }),
          chat.users.sessions(ben),
        ]);
      const before = await all();
      await age(db, ben.userId, { upTo: 100, days: 31 });
      await round();
      expect((await stands(ben.userId)).rows).toBe(1);
      expect(await all()).toEqual(before);
    });

    it('are skipped by whoever reads the account page by page, from whatever place', async () => {
      const ann = await account({ entries: 30, old: 20 });
      await round();
      const read = (afterSeq: number, first: number) => chat.feed.accountEntries(ann, { afterSeq, first });
      for (const [afterSeq, first] of [
        [0, 5],
        [0, 100],
        [14, 5],
        [18, 5],
        [20, 5],
      ] as const) {
        const { items, ...pages } = await read(afterSeq, first);
        const seqs = Array.from({ length: Math.min(first, 10) }, (_, n) => 21 + n);
        expect([items.map(({ seq }) => seq), pages]).toEqual([seqs, { hasNextPage: first < 10, hasPreviousPage: false }]);
      }
      expect(await read(30, 5)).toEqual({ items: [], hasNextPage: false, hasPreviousPage: true });
    });

    it('are removed from the server’s stream too, and conversations keep theirs', async () => {
      const [ann, ben] = [await person(chat, 'ann'), await person(chat, 'ben')];
      const group = await groupOf(chat, ann, ben);
      await happens(serverStreamId, 5);
      const { head } = await stands(serverStreamId);
      await age(db, serverStreamId, { upTo: head - 2, days: 31 });
      await age(db, group, { upTo: 2, days: 31 });
      await round();
      expect(await stands(serverStreamId)).toEqual({ floor: head - 2, head, kept: [head - 1, head], rows: 2 });
      expect(await stands(group)).toMatchObject({ floor: 0, kept: [1, 2] });
      expect(await resumed(ann, [{ streamId: serverStreamId, seq: head - 3 }])).toEqual([`resync POSITION_TOO_OLD ${head}`, 'ready']);
      expect(await resumed(ann, [{ streamId: serverStreamId, seq: head - 1 }])).toEqual([`${head} NoticeRevoked`, 'ready']);
    });

    it('leave the newest entry, however old, and the next round finds nothing to do', async () => {
      const { userId } = await account({ entries: 4, old: 4 });
      await round();
      const left = { floor: 3, head: 4, kept: [4], rows: 1 };
      expect(await stands(userId)).toEqual(left);
      let commits = 0;
      const counted = { ...log, append: (act: Parameters<Log['append']>[0]) => log.append(act).finally(() => (commits += 1)) } as Log;
      await round(30, { through: counted });
      expect([commits, await stands(userId)]).toEqual([0, left]);
    });

    it('stay if retention is off, if none is old enough, and until their effects are done', async () => {
      const { userId } = await account({ entries: 6, old: 4 });
      await round(0);
      await round(32);
      expect(await stands(userId)).toMatchObject({ floor: 0, rows: 6 });
      await db.transaction((tx) => tx.stream.updateMany({ where: { id: userId }, data: { jobSeq: 2 } }));
      await round();
      expect(await stands(userId)).toMatchObject({ floor: 2, kept: [3, 4, 5, 6] });
      await round();
      expect(await stands(userId)).toMatchObject({ floor: 2 });
    });

    it('stay once operators keep them for longer, also if a round has begun', async () => {
      const ann = await account({ entries: 4, old: 3 });
      const config = { historyDays: 0, accountLogDays: 30, roles: ['worker' as const] };
      const late: Log = {
        ...log,
        // The round has found the account by now.
        async append<T>(act: Parameters<typeof log.append<T>>[0]): Promise<T> {
          config.accountLogDays = 0;
          return log.append(act);
        },
      };
      await using retention = createRetention({ db, log: late, logger, config });
      await retention.accountRound({ after: ann.userId - 1n }, never);
      expect(config.accountLogDays).toBe(0);
      expect(await stands(ann.userId)).toMatchObject({ floor: 0, rows: 4 });
    });

    it('are removed in whole pieces, and a later round continues', async () => {
      const { userId } = await account({ entries: 2_500, old: 2_200 });
      const killed = new AbortController();
      // Aborted when the first piece is stored.
      async function append<T>(act: Parameters<typeof log.append<T>>[0]): Promise<T> {
        const answer = await log.append(act);
        killed.abort(new Error('killed'));
        return answer;
      }
      await expect(round(30, { through: { ...log, append }, after: userId - 1n, signal: killed.signal })).rejects.toThrow('killed');
      expect(await stands(userId)).toMatchObject({ floor: 1_000, rows: 1_500 });
      await Promise.all([round(), round(), happens(userId, 1)]);
      expect(await stands(userId)).toMatchObject({ floor: 2_200, head: 2_501, rows: 301 });
    });
  });

  describe('a device', () => {
    /** Reads to the end of the events, or up to StreamReady. Resolves with how it ended. */
    async function gather(events: ReturnType<typeof listening>, seen: FeedEvent[]): Promise<string> {
      try {
        do seen.push(await events.next());
        while (seen.at(-1)?.kind !== 'ready');
        return 'ready';
      } catch (error) {
        return String(error);
      }
    }

    it('that was away for longer gets a resync of its account, and resumes everything else', async () => {
      const [ann, ben] = [await person(chat, 'ann'), await person(chat, 'ben')];
      const group = await groupOf(chat, ann, ben);
      const before = await chat.feed.positions(ben);
      const later = await groupOf(chat, ann, ben);
      await happens(ben.userId, 5);
      await say(chat, ann, group, 'missed');
      await say(chat, ann, later, 'where they came to meanwhile');
      await age(db, ben.userId, { upTo: 7, days: 31 });
      await round();
      expect(await resumed(ben, before)).toEqual(['resync POSITION_TOO_OLD 8', '3 MessageSent missed', 'ready']);
      expect((await chat.feed.positions(ben)).map(({ streamId }) => streamId)).toContain(later);
      // As for a device that was away for less: the account sends the entries that it still has.
      expect(await resumed(ben, [...before.filter(({ streamId }) => streamId !== ben.userId), { streamId: ben.userId, seq: 7 }])).toEqual([
        ...['8 SettingsChanged', '3 MessageSent missed', 'ready'],
      ]);
    });

    it('that is connected notices nothing', async () => {
      const ann = await person(chat, 'ann');
      const events = listen(chat, ann);
      await events.ready();
      await happens(ann.userId, 4);
      await age(db, ann.userId, { upTo: 5, days: 31 });
      await round();
      await happens(ann.userId, 1);
      const seen = await events.until((event) => event.kind === 'entry' && event.entry.seq === 6);
      expect(seen.map(inWords)).toEqual([2, 3, 4, 5, 6].map((seq) => `${seq} SettingsChanged`));
      events.stop();
    });

    it('that catches up meanwhile is cut off without a gap, and then gets a resync', async () => {
      const ann = await account({ entries: 900, old: 700 });
      let read = 0;
      // The first page is read before the rest is removed.
      const cutting: Log = {
        ...log,
        async read(streamId, range) {
          const page = await log.read(streamId, range);
          if (streamId === ann.userId) read += 1;
          if (streamId === ann.userId && read === 1) await round();
          return page;
        },
      };
      await using feed = createFeed({ db, log: cutting, bus, logger, config: readConfig({}) });
      const seen: FeedEvent[] = [];
      const end = await gather(listening(feed.events(ann, { after: [{ streamId: ann.userId, seq: 1 }], signal: never })), seen);
      const seqs = seen.flatMap((event) => (event.kind === 'entry' ? [event.entry.seq] : []));
      expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, n) => n + 2));
      expect(end).toContain('Subscribe again with your positions');
      expect(await resumed(ann, [{ streamId: ann.userId, seq: seqs.at(-1) ?? 1 }])).toEqual(['resync POSITION_TOO_OLD 900', 'ready']);
    });
  });

  it('a round puts a job for the next one in a day, once', async () => {
    await round();
    await round();
    const jobs = await db.client.job.findMany({ where: { kind: 'AccountRound' } });
    expect(jobs.map(({ data }) => data)).toEqual(['{"after":"-1"}']);
    expect((jobs[0]?.dueAt.getTime() ?? 0) - (await db.now()).getTime()).toBeGreaterThan(86_300_000);
  });
}
