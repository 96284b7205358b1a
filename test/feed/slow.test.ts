import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Chat } from '../../src/chat.ts';
import type { EventStream, FeedEvent } from '../../src/feed/index.ts';
import { embeddedChat } from '../support/chat.ts';
import { groupOf, inWords, listen, person, say } from '../support/people.ts';

describe('a subscription whose client has unread events', () => {
  let chat: Chat;

  beforeAll(async () => {
    chat = await embeddedChat({ SUBSCRIPTION_QUEUE: '16' });
  });
  afterAll(() => chat[Symbol.asyncDispose]());

  /** Sends a receipt and a signal while `waiting` entries are unread. Returns what the client then reads. */
  async function toldBehind(waiting: number): Promise<readonly string[]> {
    const [ann, ben, cat] = [await person(chat), await person(chat), await person(chat)];
    const conversationId = await groupOf(chat, ann, ben, cat);
    const [slow, quick] = [listen(chat, ben), listen(chat, ann)];
    await Promise.all([slow.ready(), quick.ready()]);
    let seq = 0;
    for (let n = 0; n < waiting; n += 1) {
      seq = await say(chat, ann, conversationId, `m${n}`);
      await quick.next();
    }
    await chat.messages.markRead(cat, { conversationId, seq });
    await quick.until(({ kind }) => kind === 'receipt');
    await chat.messages.sendSignal(cat, { conversationId, name: 'ring', data: undefined, recipientIds: undefined });
    await quick.until(({ kind }) => kind === 'signal');
    await say(chat, ann, conversationId, 'last');
    const seen = await slow.until((event) => inWords(event).endsWith('last'));
    for (const events of [slow, quick]) events.stop();
    return seen.map(inWords);
  }

  it('delivers receipts and signals while few events wait', async () => {
    expect(await toldBehind(2)).toEqual(expect.arrayContaining(['receipt', 'signal']));
  });

  it('drops them from a quarter of its queue on, and delivers every entry', async () => {
    expect(await toldBehind(4)).toEqual([
      '4 MessageSent m0',
      '5 MessageSent m1',
      '6 MessageSent m2',
      '7 MessageSent m3',
      '8 MessageSent last',
    ]);
  });
});

describe('a subscription whose client does not read', () => {
  const capacity = 16;
  let chat: Chat;

  beforeAll(async () => {
    chat = await embeddedChat({ SUBSCRIPTION_QUEUE: String(capacity) });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  afterAll(() => chat[Symbol.asyncDispose]());

  /** Reads everything that is queued at this moment. */
  function drain(events: EventStream<FeedEvent>): readonly FeedEvent[] {
    const all: FeedEvent[] = [];
    for (let event = events.poll(); event !== undefined; event = events.poll()) all.push(event);
    return all;
  }

  /** Takes nothing as it arrives. Returns the number of wake-ups so far. */
  function wakesOf(events: EventStream<FeedEvent>): () => number {
    let woken = 0;
    events.watch({
      take: () => false,
      wake() {
        woken += 1;
      },
    });
    return () => woken;
  }

  it('holds at most its queue, however many streams are behind', async () => {
    const [ann, ben] = [await person(chat), await person(chat)];
    const groups = await Promise.all(Array.from({ length: 10 }, () => groupOf(chat, ann, ben)));
    const events = chat.feed.events(ben, { signal: new AbortController().signal });
    const woken = wakesOf(events);
    await expect.poll(() => drain(events).some(({ kind }) => kind === 'ready')).toBe(true);
    for (let n = 0; n < 20; n += 1) await Promise.all(groups.map((group) => say(chat, ann, group, `m${n}`)));
    const texts: string[] = [];
    for (let before = -1; texts.length < 200; before = woken()) {
      // Waits for what was read into the freed room.
      await expect.poll(woken).toBeGreaterThan(before);
      const inLine = drain(events).map(inWords);
      expect(inLine.length).toBeLessThanOrEqual(capacity);
      texts.push(...inLine.filter((words) => words.includes('MessageSent')));
    }
    expect([...Map.groupBy(texts, (words) => words).values()].map((all) => all.length)).toEqual(Array.from({ length: 20 }, () => 10));
    await events.return();
  });

  it.each([
    ['a few entries', 5],
    ['more than its queue', 60],
  ])('delivers nothing of a group from which the viewer was removed a second ago: %s were waiting', async (_, waiting) => {
    const [ann, ben] = [await person(chat), await person(chat)];
    const [left, kept] = [await groupOf(chat, ann, ben), await groupOf(chat, ann, ben)];
    const events = chat.feed.events(ben, { signal: new AbortController().signal });
    events.watch({ take: () => false, wake: () => undefined });
    await expect.poll(() => drain(events).some(({ kind }) => kind === 'ready')).toBe(true);
    const signal = { conversationId: left, name: 'ring', data: undefined, recipientIds: undefined };
    for (let n = 0; n < 2; n += 1) await chat.messages.sendSignal(ann, signal);
    for (let n = 0; n < waiting; n += 1) await say(chat, ann, left, `m${n}`);
    await say(chat, ann, kept, 'still');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await chat.groups.removeMember(ann, { groupId: left, userId: ben.userId });
    vi.advanceTimersByTime(1_001);
    vi.useRealTimers();
    const told: FeedEvent[] = [];
    await expect
      .poll(() => {
        told.push(...drain(events));
        return told.map((event) => (event.kind === 'entry' ? event.entry.type : event.kind));
      })
      .toContain('ConversationClosed');
    await expect
      .poll(() => {
        told.push(...drain(events));
        return told.some((event) => inWords(event).endsWith('still'));
      })
      .toBe(true);
    expect(told.filter((event) => event.kind === 'signal' || (event.kind === 'entry' && event.entry.streamId === left))).toEqual([]);
    await events.return();
  });

  it('delivers nothing of a membership that began and ended while it was behind, and all of the next one', async () => {
    const [ann, ben, cat] = [await person(chat), await person(chat), await person(chat)];
    const [group, other] = [await groupOf(chat, ann, cat), await groupOf(chat, ann, ben)];
    const events = chat.feed.events(ben, { signal: new AbortController().signal });
    events.watch({ take: () => false, wake: () => undefined });
    await expect.poll(() => drain(events).some(({ kind }) => kind === 'ready')).toBe(true);
    for (let n = 0; n < capacity; n += 1) await say(chat, ann, other, `m${n}`);
    for (const text of ['not any more', 'now']) {
      await chat.groups.addMembers(ann, { groupId: group, userIds: [ben.userId] });
      await say(chat, ann, group, text);
      if (text !== 'now') await chat.groups.removeMember(ann, { groupId: group, userId: ben.userId });
    }
    const told: FeedEvent[] = [];
    await expect
      .poll(() => {
        told.push(...drain(events));
        return told.some((event) => inWords(event).endsWith('now'));
      })
      .toBe(true);
    const ofGroup = told.filter((event) => event.kind === 'entry' && event.entry.streamId === group);
    expect(ofGroup.map(inWords)).toEqual(['6 MemberJoined', '7 MessageSent now']);
    await events.return();
  });

  it('receives a resync for such a group before a pending StreamReady, which leaves the group out', async () => {
    const [ann, ben] = [await person(chat), await person(chat)];
    const [left, kept] = [await groupOf(chat, ann, ben), await groupOf(chat, ann, ben)];
    const after = await chat.feed.positions(ben);
    for (let n = 0; n < 60; n += 1) await say(chat, ann, kept, `m${n}`);
    const events = chat.feed.events(ben, { after, signal: new AbortController().signal });
    events.watch({ take: () => false, wake: () => undefined });
    const told: FeedEvent[] = [];
    // All streams are followed before the first entry is replayed, and the queue cannot hold all of these.
    await expect.poll(() => told.push(...[events.poll()].filter((event) => event !== undefined))).toBe(1);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await chat.groups.removeMember(ann, { groupId: left, userId: ben.userId });
    vi.advanceTimersByTime(1_001);
    vi.useRealTimers();
    await expect
      .poll(() => {
        told.push(...drain(events));
        return told.map(inWords).filter((words) => !words.includes('MessageSent'));
      })
      .toEqual(['resync GONE null', 'ready', '4 ConversationClosed']);
    const ready = told.find(({ kind }) => kind === 'ready');
    expect(ready?.kind === 'ready' && ready.positions.map(({ streamId }) => streamId)).not.toContain(left);
    await events.return();
  });

  it('gets a queued StreamReady with the client’s actual position, even if entries before it are removed from the queue', async () => {
    const [ann, ben] = [await person(chat), await person(chat)];
    const left = await groupOf(chat, ann, ben);
    const after = await chat.feed.positions(ben);
    const first = await say(chat, ann, left, 'm0');
    for (let n = 1; n < 4; n += 1) await say(chat, ann, left, `m${n}`);
    const events = chat.feed.events(ben, { after, signal: new AbortController().signal });
    const woken = wakesOf(events);
    // Four messages, and StreamReady behind them.
    await expect.poll(woken).toBe(5);
    expect(inWords(events.poll() as FeedEvent)).toBe(`${first} MessageSent m0`);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await chat.groups.removeMember(ann, { groupId: left, userId: ben.userId });
    vi.advanceTimersByTime(1_001);
    vi.useRealTimers();
    const told: FeedEvent[] = [];
    await expect
      .poll(() => {
        told.push(...drain(events));
        return told.map(inWords);
      })
      .toEqual(['ready', expect.stringContaining('ConversationClosed')]);
    const [ready] = told;
    expect(ready?.kind === 'ready' && ready.positions.find(({ streamId }) => streamId === left)).toMatchObject({ seq: first });
    await events.return();
  });

  it.each([
    ['nobody else', false],
    ['somebody else', true],
  ])('whose account is being replayed receives a resync for such a group, and nothing of it: %s follows it here', async (_, isFollowed) => {
    const [ann, ben] = [await person(chat), await person(chat)];
    const [left, kept] = [await groupOf(chat, ann, ben), await groupOf(chat, ann, ben)];
    const other = isFollowed ? listen(chat, ann) : undefined;
    await other?.ready();
    const after = await chat.feed.positions(ben);
    for (let n = 0; n < 20; n += 1) await say(chat, ann, left, `not any more ${n}`);
    await say(chat, ann, kept, 'still');
    // More than the queue holds: no other stream is followed before these are read.
    for (let n = 0; n < 40; n += 1) await groupOf(chat, ann, ben);
    const events = chat.feed.events(ben, { after, signal: new AbortController().signal });
    events.watch({ take: () => false, wake: () => undefined });
    const told: FeedEvent[] = [];
    await expect.poll(() => told.push(...[events.poll()].filter((event) => event !== undefined))).toBe(1);
    await chat.groups.removeMember(ann, { groupId: left, userId: ben.userId });
    await expect
      .poll(() => {
        told.push(...drain(events));
        return told.map(({ kind }) => kind);
      })
      .toContain('ready');
    expect(told.filter((event) => event.kind === 'entry' && event.entry.streamId === left)).toEqual([]);
    expect(told.filter((event) => event.kind === 'resync')).toMatchObject([{ streamId: left, reason: 'GONE' }]);
    expect(told.some((event) => inWords(event).endsWith('still'))).toBe(true);
    other?.stop();
    const ready = told.find(({ kind }) => kind === 'ready');
    expect(ready?.kind === 'ready' && ready.positions.map(({ streamId }) => streamId)).not.toContain(left);
    await events.return();
  });

  it('to that group alone delivers nothing of it either, and ends with NOT_FOUND', async () => {
    const [ann, ben] = [await person(chat), await person(chat)];
    const conversationId = await groupOf(chat, ann, ben);
    const events = chat.feed.conversationEvents(ben, { conversationId, signal: new AbortController().signal });
    events.watch({ take: () => false, wake: () => undefined });
    await expect.poll(() => drain(events).some(({ kind }) => kind === 'ready')).toBe(true);
    for (let n = 0; n < 60; n += 1) await say(chat, ann, conversationId, `m${n}`);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await chat.groups.removeMember(ann, { groupId: conversationId, userId: ben.userId });
    vi.advanceTimersByTime(1_001);
    vi.useRealTimers();
    expect(drain(events)).toEqual([]);
    expect(events.end()?.error).toMatchObject({ code: 'NOT_FOUND' });
  });
});
