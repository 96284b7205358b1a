import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Chat } from '../../src/chat.ts';
import { createChannels } from '../../src/feed/channels.ts';
import type { EventStream, FeedEvent } from '../../src/feed/index.ts';
import type { Log, LogPage } from '../../src/log/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { type TalkWorld, talkOn } from '../group/talk-world.ts';
import { embeddedChat } from '../support/chat.ts';
import { sqliteDb } from '../support/db.ts';
import { groupOf, inWords, listen, person, say } from '../support/people.ts';

describe('a recalled message', () => {
  const capacity = 16;
  let chat: Chat;

  beforeAll(async () => {
    chat = await embeddedChat({ SUBSCRIPTION_QUEUE: String(capacity) });
  });
  afterAll(() => chat[Symbol.asyncDispose]());

  /** Creates a group of three. The second member is subscribed and receives everything, so messages stay in memory. */
  async function scene() {
    const [ann, ben, cat] = [await person(chat), await person(chat), await person(chat)];
    const conversationId = await groupOf(chat, ann, ben, cat);
    const events = listen(chat, ben);
    await events.ready();
    const heard = (words: string) => events.until((event) => inWords(event) === words);
    async function sayHeard(text: string): Promise<number> {
      const seq = await say(chat, ann, conversationId, text);
      await heard(`${seq} MessageSent ${text}`);
      return seq;
    }
    async function recallHeard(seq: number, entrySeq: number): Promise<void> {
      await chat.messages.recall(ann, { conversationId, seq });
      await heard(`${entrySeq} MessageRecalled`);
    }
    return { ann, ben, cat, conversationId, sayHeard, recallHeard, stop: events.stop };
  }

  function drain(events: EventStream<FeedEvent>): readonly FeedEvent[] {
    const all: FeedEvent[] = [];
    for (let event = events.poll(); event !== undefined; event = events.poll()) all.push(event);
    return all;
  }

  /** Opens a live subscription whose client reads nothing until it is drained. */
  async function slowly(viewer: Viewer): Promise<EventStream<FeedEvent>> {
    const events = chat.feed.events(viewer, { signal: new AbortController().signal });
    events.watch({ take: () => false, wake: () => undefined });
    await expect.poll(() => drain(events).some(({ kind }) => kind === 'ready')).toBe(true);
    return events;
  }

  it('is delivered to a live client as it was sent, then as recalled', async () => {
    const { ann, cat, conversationId, stop } = await scene();
    const live = listen(chat, cat);
    await live.ready();
    const seq = await say(chat, ann, conversationId, 'oops');
    expect(inWords(await live.next())).toBe('4 MessageSent oops');
    await chat.messages.recall(ann, { conversationId, seq });
    expect(await live.next()).toMatchObject({ kind: 'entry', entry: { seq: 5, type: 'MessageRecalled', data: { messageSeq: seq } } });
    for (const end of [live.stop, stop]) end();
  });

  it('has no text for a client that resumes, although it was in memory', async () => {
    const { cat, sayHeard, recallHeard, stop } = await scene();
    const held = await chat.feed.positions(cat);
    await sayHeard('before');
    const seq = await sayHeard('oops');
    await sayHeard('after');
    await recallHeard(seq, 7);
    const resumed = listen(chat, cat, held);
    expect((await resumed.ready()).map(inWords)).toEqual([
      '4 MessageSent before',
      '5 MessageSent ',
      '6 MessageSent after',
      '7 MessageRecalled',
      'ready',
    ]);
    for (const end of [resumed.stop, stop]) end();
  });

  it('loses its text while it waits for slow clients, in one object for all', async () => {
    const { ben, cat, sayHeard, recallHeard, stop } = await scene();
    const [one, two] = [await slowly(ben), await slowly(cat)];
    const seq = await sayHeard('oops');
    await recallHeard(seq, 5);
    const [first, second] = [drain(one), drain(two)];
    expect(first.map(inWords)).toEqual(['4 MessageSent ', '5 MessageRecalled']);
    expect(second[0]).toBe(first[0]);
    for (const end of [() => void one.return?.(), () => void two.return?.(), stop]) end();
  });

  it('loses its text while more waits than the queue holds', async () => {
    const { cat, sayHeard, recallHeard, stop } = await scene();
    const events = await slowly(cat);
    const seqs: number[] = [];
    for (let n = 0; n < 2 * capacity; n += 1) seqs.push(await sayHeard(`m${n}`));
    await recallHeard(seqs[1] ?? 0, 4 + 2 * capacity);
    const waiting = drain(events).map(inWords);
    expect(waiting).toHaveLength(capacity);
    expect(waiting.slice(0, 3)).toEqual(['4 MessageSent m0', '5 MessageSent ', '6 MessageSent m2']);
    for (const end of [() => void events.return?.(), stop]) end();
  });
});

describe('a message that is recalled while the log is being read', () => {
  let world: TalkWorld;
  beforeAll(async () => {
    world = talkOn(await sqliteDb());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  /** Returns a log whose next page has been read when `read` resolves, and is returned after `letGo`. */
  function slowLog() {
    const [read, letGo] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const log: Log = {
      ...world.log,
      async read(streamId, range): Promise<LogPage> {
        const page = await world.log.read(streamId, range);
        read.resolve();
        await letGo.promise;
        return page;
      },
    };
    return { log, read: read.promise, letGo: letGo.resolve };
  }

  it('has no text in the page that was read before, nor in memory', async () => {
    const [ada, bob] = await world.people();
    const conversationId = await world.group(ada, bob);
    await world.say(ada, conversationId, 'before');
    const message = await world.say(ada, conversationId, 'oops');
    const { log, read, letGo } = slowLog();
    await using channels = createChannels({
      ...{ log, bus: world.bus, logger: pino({ level: 'silent' }) },
      ...{ headCheckMs: 600_000, maxGap: 50, typingMs: () => 600_000, now: () => new Date() },
    });
    const [held] = await channels.hold([conversationId]);
    if (held === undefined) throw new Error('nothing is held');
    const seqs: number[] = [];
    held.channel.join({ entry: ({ entry }) => seqs.push(entry.seq) });
    const reading = held.channel.read(2, message.seq);
    await read;
    await world.messages.recall(ada, message);
    await expect.poll(() => seqs).toEqual([message.seq + 1]);
    letGo();
    const texts = (entries: LogPage['entries'] | null) =>
      entries?.map((entry) => (entry.type === 'MessageSent' ? entry.data.text : entry.type));
    expect(texts((await reading).entries)).toEqual(['before', '']);
    expect(texts(held.channel.recent(2))).toEqual(['before', '', 'MessageRecalled']);
    const again = await held.channel.read(2, message.seq);
    expect(again.entries[1]).toBe(held.channel.recent(3)?.[0]);
  });
});
