import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import type { Message } from '../../src/message/index.ts';
import { createRetention } from '../../src/retention/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { freshKey, refusal, type TalkWorld, talkOn } from '../group/talk-world.ts';
import { age } from './age.ts';

const noMessage = { code: 'NOT_FOUND', field: ['messageId'] };
const never = new AbortController().signal;

/** What the retention of conversations promises, on any database. */
export function promisesOfRetention(open: () => Promise<Db>): void {
  let world: TalkWorld;
  beforeAll(async () => {
    world = talkOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  /** Runs one worker's round with messages kept for `days`. */
  async function round({ days = 30, signal = never } = {}): Promise<void> {
    const config = { historyDays: days, accountLogDays: 0, roles: ['worker' as const] };
    await using retention = createRetention({ db: world.db, log: world.log, logger: pino({ level: 'silent' }), config });
    await retention.round({ after: 0n }, signal);
  }

  /** Runs one worker's round over conversations that keep their history for a time of their own. */
  async function ownRound(log = world.log): Promise<void> {
    const config = { historyDays: 0, accountLogDays: 0, roles: ['worker' as const] };
    await using retention = createRetention({ db: world.db, log, logger: pino({ level: 'silent' }), config });
    await retention.ownRound({ after: 0n }, never);
  }

  async function trim(conversationId: bigint, upTo: number): Promise<void> {
    await age(world.db, conversationId, { upTo, days: 31 });
    await round();
  }

  async function access(viewer: Viewer, conversationId: bigint) {
    const found = await world.access(viewer, conversationId);
    if (found === null) throw new Error('no member');
    return found;
  }

  async function counts(viewer: Viewer, conversationId: bigint) {
    const member = await access(viewer, conversationId);
    const [conversation] = await world.groups.byIds([conversationId]);
    if (!conversation) throw new Error('no conversation');
    const of = [{ conversation, access: member }];
    const [[unread], [mentions]] = await Promise.all([world.messages.unread(of), world.messages.mentions(of)]);
    return { unread, mentions, totals: await world.messages.unreadTotals(viewer) };
  }

  /** What a viewer sees. */
  async function shown(viewer: Viewer, conversationId: bigint) {
    const member = await access(viewer, conversationId);
    const [messages, timeline, [last], pins, said] = await Promise.all([
      world.messages.messages(member, {}),
      world.messages.timeline(member, {}),
      world.messages.last([member]),
      world.messages.pins(member, { first: 10 }),
      world.messages.messagesBy(viewer.userId, { conversationId, first: 100, after: 0 }),
    ]);
    return {
      messages: messages.items.map(({ text }) => text),
      earlier: messages.hasPreviousPage,
      timeline: timeline.items.map(({ type, data }) => ('text' in data ? data.text : type)),
      last: last?.text ?? null,
      pins: pins.items.map(({ text }) => text),
      said: said.map(({ text }) => text),
    };
  }

  /** The number of rows of a conversation up to a seq, of each kind, and the content of its messages there. */
  async function rows(conversationId: bigint, upTo: number) {
    const { client } = world.db;
    const about = { where: { conversationId, messageSeq: { lte: upTo } } };
    const own = { where: { conversationId, seq: { lte: upTo } } };
    return {
      edits: await client.messageEdit.count(about),
      mentions: await client.mention.count(about),
      reactions: await client.reaction.count(about),
      pins: await client.pin.count(about),
      replies: await client.reply.count(own),
      entries: await client.entry.count({ where: { streamId: conversationId, seq: { lte: upTo } } }),
      said: (await client.message.findMany(own)).flatMap(({ text, attachments, data, mentionIds, originName }) =>
        [text, attachments, data, mentionIds, originName].filter((part) => part !== null && part !== ''),
      ),
    };
  }

  const nothing = { edits: 0, mentions: 0, reactions: 0, pins: 0, replies: 0, entries: 0, said: [] };

  function say(sender: Viewer, conversationId: bigint, text: string, more: object = {}): Promise<Message> {
    return world.messages.send(sender, { conversationId, clientMessageId: freshKey(), text, ...more });
  }

  /** A group of two with many kinds of content, and a message after it. */
  async function talk() {
    const [ada, bob, cy] = await world.people();
    const conversationId = await world.group(ada, bob);
    const first = await say(ada, conversationId, 'first', { mentionIds: [bob.userId], data: { a: 1 } });
    await world.messages.edit(ada, { message: first, text: 'first, again', mentionIds: [bob.userId] });
    const second = await say(ada, conversationId, 'second', {
      mentionsEveryone: true,
      attachments: [{ url: 'https://example.org/a', mediaType: 'image/png' }],
    });
    await say(bob, conversationId, 'reply', { threadRoot: second });
    await world.messages.addReaction(bob, { message: first, emoji: '👍' });
    await world.messages.pin(ada, second);
    await world.messages.forward(ada, { message: first, conversationId, clientMessageId: freshKey() });
    const last = await say(ada, conversationId, 'last');
    return { ada, bob, cy, conversationId, first, second, last };
  }

  describe('content past its retention', () => {
    it('is removed from each table and from everything that viewers see', async () => {
      const { ada, bob, conversationId, last } = await talk();
      await trim(conversationId, last.seq - 1);
      expect(await rows(conversationId, last.seq - 1)).toEqual(nothing);
      expect(await shown(ada, conversationId)).toEqual({
        ...{ messages: ['last'], earlier: false, timeline: ['last'], last: 'last', pins: [], said: ['last'] },
      });
      expect(await shown(bob, conversationId)).toMatchObject({ messages: ['last'], timeline: ['last'], said: [] });
    });

    it('is announced by one entry at the end of its conversation, and the log begins after the removed entries', async () => {
      const { conversationId, last } = await talk();
      await trim(conversationId, last.seq - 1);
      expect((await world.entries(conversationId)).map(({ seq, type, data, actorId }) => ({ seq, type, data, actorId }))).toEqual([
        { seq: last.seq, type: 'MessageSent', data: expect.objectContaining({ text: 'last' }), actorId: last.senderId },
        { seq: last.seq + 1, type: 'HistoryTrimmed', data: { untilSeq: last.seq - 1 }, actorId: null },
      ]);
      expect(await world.log.read(conversationId, { after: 0, limit: 10 })).toMatchObject({ floor: last.seq - 1, head: last.seq + 1 });
    });

    it('is removed once, and the next round finds nothing, even if everything is removed', async () => {
      const { conversationId, last } = await talk();
      await trim(conversationId, last.seq);
      await round();
      await age(world.db, conversationId, { upTo: last.seq + 1, days: 31 });
      await round();
      expect((await world.entries(conversationId)).map(({ seq, type }) => ({ seq, type }))).toEqual([
        { seq: last.seq + 1, type: 'HistoryTrimmed' },
      ]);
    });

    it('stays if retention is off or nothing is old enough', async () => {
      const { ada, conversationId, last } = await talk();
      await age(world.db, conversationId, { upTo: last.seq, days: 31 });
      await round({ days: 0 });
      await round({ days: 32 });
      expect((await shown(ada, conversationId)).messages).toHaveLength(5);
    });

    it('stays until its effects are done', async () => {
      const { ada, conversationId, first, last } = await talk();
      await age(world.db, conversationId, { upTo: last.seq, days: 31 });
      await world.db.transaction((tx) => tx.stream.updateMany({ where: { id: conversationId }, data: { jobSeq: first.seq } }));
      await round();
      expect((await world.entries(conversationId)).at(-1)).toMatchObject({ type: 'HistoryTrimmed', data: { untilSeq: first.seq } });
      expect((await shown(ada, conversationId)).messages).toEqual(['second', 'reply', 'first, again', 'last']);
    });

    it('cannot be acted on', async () => {
      const { ada, bob, conversationId, first, second, last } = await talk();
      await trim(conversationId, last.seq - 1);
      expect(await refusal(world.messages.edit(ada, { message: first, text: 'no' }))).toMatchObject(noMessage);
      expect(await refusal(world.messages.recall(ada, first))).toMatchObject(noMessage);
      expect(await refusal(world.messages.hide(bob, first))).toMatchObject(noMessage);
      expect(await refusal(world.messages.addReaction(bob, { message: first, emoji: '👍' }))).toMatchObject(noMessage);
      expect(await refusal(world.messages.pin(ada, second))).toMatchObject(noMessage);
      expect(await refusal(say(bob, conversationId, 'quoting', { replyTo: first }))).toMatchObject({
        code: 'NOT_FOUND',
        field: ['replyToId'],
      });
      expect(await refusal(say(bob, conversationId, 'in it', { threadRoot: second }))).toMatchObject({ field: ['threadRootId'] });
      // The same for its newest message, alone and in one commit with others.
      const quoting = () => refusal(say(bob, conversationId, 'quoting', { replyTo: { conversationId, seq: last.seq - 1 } }));
      expect(await quoting()).toMatchObject({ field: ['replyToId'] });
      const [refused] = await Promise.all([quoting(), say(ada, conversationId, 'beside it'), say(bob, conversationId, 'and that')]);
      expect(refused).toMatchObject({ field: ['replyToId'] });
    });

    it('is removed from direct conversations too', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.direct(ada, bob);
      const first = await say(ada, conversationId, 'first');
      const second = await say(bob, conversationId, 'second');
      await trim(conversationId, first.seq);
      expect((await shown(bob, conversationId)).messages).toEqual(['second']);
      expect(await refusal(world.messages.addReaction(bob, { message: first, emoji: '👍' }))).toMatchObject(noMessage);
      expect(await refusal(say(bob, conversationId, 'quoting', { replyTo: first }))).toMatchObject({ field: ['replyToId'] });
      expect(await counts(ada, conversationId)).toMatchObject({ unread: 1 });
      expect(second.seq).toBe(first.seq + 1);
    });
  });

  describe('a removed message', () => {
    it('is found by a retry without its content, and is not stored again', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      const request = { conversationId, clientMessageId: freshKey(), text: 'once' };
      const sent = await world.messages.send(ada, request);
      await trim(conversationId, sent.seq);
      const again = await world.messages.send(ada, request);
      expect(again).toMatchObject({ seq: sent.seq, text: '', recalledAt: expect.any(Date) });
      expect(await refusal(world.messages.send(ada, { ...request, text: 'other' }))).toMatchObject({ code: 'CONFLICT' });
      expect((await shown(bob, conversationId)).messages).toEqual([]);
    });

    it('leaves a reply that quotes it, in which it shows as recalled', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      const quoted = await say(ada, conversationId, 'quoted');
      const reply = await say(bob, conversationId, 'reply', { replyTo: quoted });
      await trim(conversationId, quoted.seq);
      expect((await shown(ada, conversationId)).messages).toEqual(['reply']);
      expect(await world.found(reply)).toMatchObject({ text: 'reply', replyToSeq: quoted.seq });
      expect(await world.found(quoted)).toMatchObject({ text: '', recalledAt: expect.any(Date) });
    });

    it('leaves its thread, with the kept replies, to the participants', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      const root = await say(ada, conversationId, 'root');
      const old = await say(bob, conversationId, 'old reply', { threadRoot: root });
      const kept = await say(bob, conversationId, 'kept reply', { threadRoot: root });
      await trim(conversationId, old.seq);
      const member = await access(ada, conversationId);
      const replies = await world.messages.replies(member, root, { first: 10 });
      expect(replies.items.map(({ text }) => text)).toEqual(['kept reply']);
      expect(await world.found(root)).toMatchObject({ text: '', replyCount: 1 });
      expect(await world.messages.threadUnread([{ root, access: member }])).toEqual([1]);
      expect(await counts(ada, conversationId)).toMatchObject({ unread: 1, totals: { messages: 1, threads: 1 } });
      const next = await say(ada, conversationId, 'goes on', { threadRoot: kept });
      expect(next.threadRootSeq).toBe(root.seq);
    });
  });

  it('after every trim the counts equal what is still visible, however much was read', async () => {
    const [ada, bob, cy] = await world.people();
    const conversationId = await world.group(ada, bob, cy);
    const said: Message[] = [];
    for (let n = 0; n < 8; n += 1) said.push(await say(ada, conversationId, `${n}`, { mentionIds: n % 2 === 0 ? [bob.userId] : [] }));
    await world.messages.markRead(cy, { conversationId, seq: said[5]?.seq ?? 0 });
    await world.messages.markUnread(cy, { conversationId, fromSeq: said[1]?.seq ?? 0 });
    for (const [gone, message] of said.entries()) {
      await trim(conversationId, message.seq);
      const kept = said.slice(gone + 1);
      const called = kept.filter(({ mentionIds }) => mentionIds.length > 0).length;
      expect(await counts(bob, conversationId)).toMatchObject({ unread: kept.length, mentions: called, totals: { messages: kept.length } });
      expect(await counts(cy, conversationId)).toMatchObject({ unread: kept.length, mentions: 0 });
      expect(await counts(ada, conversationId)).toMatchObject({ unread: 0, mentions: 0 });
    }
  });

  it('a new member of a group with the whole history sees only what is kept', async () => {
    const [ada, bob, cy] = await world.people();
    const conversationId = await world.group(ada, bob);
    await world.groups.update(ada, { groupId: conversationId, history: 'ALL' });
    const gone = await say(ada, conversationId, 'gone');
    await say(ada, conversationId, 'kept');
    await trim(conversationId, gone.seq);
    await world.groups.addMembers(ada, { groupId: conversationId, userIds: [cy.userId] });
    expect((await shown(cy, conversationId)).messages).toEqual(['kept']);
    expect(await access(cy, conversationId)).toMatchObject({ fromSeq: gone.seq + 1 });
  });

  describe('a group with a history of its own length', () => {
    /** A group with two messages, of which the first is 31 days old. */
    async function aged() {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      const old = await say(ada, conversationId, 'old');
      await say(bob, conversationId, 'new');
      await age(world.db, conversationId, { upTo: old.seq, days: 31 });
      return {
        ada,
        bob,
        conversationId,
        old,
        keep: (historyDays: number | null) => world.groups.update(ada, { groupId: conversationId, historyDays }),
      };
    }

    it('keeps it for so many days, and other groups keep theirs', async () => {
      const [short, long, other] = [await aged(), await aged(), await aged()];
      await short.keep(30);
      await long.keep(32);
      await ownRound();
      expect(await shown(short.bob, short.conversationId)).toMatchObject({ messages: ['new'], earlier: false });
      expect((await world.entries(short.conversationId)).at(-1)).toMatchObject({
        ...{ type: 'HistoryTrimmed', data: { untilSeq: short.old.seq }, actorId: null },
      });
      for (const { ada, conversationId } of [long, other]) expect((await shown(ada, conversationId)).messages).toEqual(['old', 'new']);
      await long.keep(7);
      await ownRound();
      expect((await shown(long.ada, long.conversationId)).messages).toEqual(['new']);
    });

    it('keeps it no longer than the server does', async () => {
      const { ada, conversationId, keep } = await aged();
      await keep(365);
      await round({ days: 30 });
      expect((await shown(ada, conversationId)).messages).toEqual(['new']);
    });

    it('keeps what an admin decides to keep before a round gets to it', async () => {
      const { ada, conversationId, keep } = await aged();
      await keep(30);
      const late = {
        ...world.log,
        // The round has found the group by now.
        async append<T>(act: Parameters<typeof world.log.append<T>>[0]): Promise<T> {
          await keep(null);
          return world.log.append(act);
        },
      };
      await ownRound(late);
      expect((await shown(ada, conversationId)).messages).toEqual(['old', 'new']);
    });

    it('tells its members of the change once, and stays as it is where nothing changes', async () => {
      const { ada, conversationId, keep } = await aged();
      expect(await keep(7)).toMatchObject({ historyDays: 7 });
      await keep(7);
      expect((await world.entries(conversationId)).filter(({ type }) => type === 'GroupChanged')).toMatchObject([
        { actorId: ada.userId, data: { fields: ['historyDays'] } },
      ]);
      expect(await keep(null)).toMatchObject({ historyDays: null });
    });

    it.each([0, -1, 36_501, 0.5, Number.NaN])('cannot keep it for %d days', async (historyDays) => {
      const { keep } = await aged();
      expect(await refusal(keep(historyDays))).toEqual({ code: 'INVALID_INPUT', field: ['historyDays'] });
    });

    it('has rounds made by any worker, and without such a group there are none', async () => {
      await world.db.transaction(async (tx) => {
        await tx.conversation.updateMany({ data: { historyDays: null } });
        await tx.job.deleteMany({ where: { kind: 'OwnHistoryRound' } });
      });
      await ownRound();
      const queued = () => world.db.client.job.count({ where: { kind: 'OwnHistoryRound' } });
      expect(await queued()).toBe(0);
      const { keep } = await aged();
      await keep(30);
      const config = { historyDays: 0, accountLogDays: 0, roles: ['worker' as const] };
      await using retention = createRetention({ db: world.db, log: world.log, logger: pino({ level: 'silent' }), config });
      retention.begin();
      await expect.poll(queued).toBe(1);
    });
  });

  it('a round proceeds in whole steps, and a later round continues', async () => {
    const [ada, bob] = await world.people();
    const conversationId = await world.group(ada, bob);
    const said = await Promise.all(Array.from({ length: 1_200 }, (_, n) => say(ada, conversationId, `${n}`)));
    const last = Math.max(...said.map(({ seq }) => seq));
    await age(world.db, conversationId, { upTo: last - 1, days: 31 });
    // Aborted when the first step is stored.
    const killed = new AbortController();
    const { onStored } = await stepping(killed);
    await expect(onStored).rejects.toThrow();
    const { floor, entries } = await world.log.read(conversationId, { after: 0, limit: 10_000 });
    expect(floor).toBe(500);
    expect(await rows(conversationId, floor)).toEqual(nothing);
    expect(entries.filter(({ type }) => type === 'MessageSent')).toHaveLength(last - floor);
    expect(await counts(bob, conversationId)).toMatchObject({ unread: last - floor });
    await Promise.all([round(), round(), say(ada, conversationId, 'meanwhile')]);
    expect((await shown(bob, conversationId)).messages).toEqual([expect.any(String), 'meanwhile']);
    expect((await world.entries(conversationId)).flatMap(({ type, data }) => (type === 'HistoryTrimmed' ? [data.untilSeq] : []))).toEqual([
      ...[500, 1_000, last - 1],
    ]);

    /** A round that the first commit of a trim aborts. */
    async function stepping(abort: AbortController) {
      const log = {
        ...world.log,
        async append<T>(act: Parameters<typeof world.log.append<T>>[0]): Promise<T> {
          const answer = await world.log.append(act);
          abort.abort(new Error('killed'));
          return answer;
        },
      };
      const config = { historyDays: 30, accountLogDays: 0, roles: ['worker' as const] };
      const retention = createRetention({ db: world.db, log, logger: pino({ level: 'silent' }), config });
      return { onStored: retention.round({ after: conversationId - 1n }, abort.signal) };
    }
  });

  it('a round removes nothing more once operators keep messages for longer', async () => {
    const [ada] = await world.people();
    const conversationId = await world.group(ada);
    const { seq } = await say(ada, conversationId, 'kept');
    await age(world.db, conversationId, { upTo: seq, days: 31 });
    const config = { historyDays: 30, accountLogDays: 0, roles: ['worker' as const] };
    const log = {
      ...world.log,
      // The round has found the conversation by now.
      async append<T>(act: Parameters<typeof world.log.append<T>>[0]): Promise<T> {
        config.historyDays = 0;
        return world.log.append(act);
      },
    };
    await using retention = createRetention({ db: world.db, log, logger: pino({ level: 'silent' }), config });
    await retention.round({ after: conversationId - 1n }, never);
    expect(config.historyDays).toBe(0);
    expect((await shown(ada, conversationId)).messages).toEqual(['kept']);
  });

  it('a round puts a job for the next one in an hour, once', async () => {
    await round();
    await round();
    const jobs = await world.db.client.job.findMany({ where: { kind: 'HistoryRound' } });
    expect(jobs).toHaveLength(1);
    expect((jobs[0]?.dueAt.getTime() ?? 0) - (await world.db.now()).getTime()).toBeGreaterThan(3_500_000);
  });
}
