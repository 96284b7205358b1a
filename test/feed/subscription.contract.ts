import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Chat } from '../../src/chat.ts';
import type { FeedEvent } from '../../src/feed/index.ts';
import { groupOf, inWords, listen, listening, person, say } from '../support/people.ts';

function of(streamId: bigint) {
  return (event: FeedEvent): boolean => event.kind === 'entry' && event.entry.streamId === streamId;
}

function message(text: string) {
  return (event: FeedEvent): boolean => event.kind === 'entry' && event.entry.type === 'MessageSent' && event.entry.data.text === text;
}

/** The contract of every subscription, on any stores. `open` is called once for all tests. */
export function promisesOfSubscriptions(open: () => Promise<Chat>): void {
  let opened: Chat;
  const chat = (): Chat => opened;

  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened[Symbol.asyncDispose]());

  describe('a subscription to everything that the viewer follows', () => {
    it('sends StreamReady with the head of every stream, then live events', async () => {
      const [ann, ben] = [await person(chat()), await person(chat())];
      const group = await groupOf(chat(), ann, ben);
      const events = listen(chat(), ben);
      const [ready] = await events.ready();
      const positions = await chat().feed.positions(ben);
      expect(ready?.kind === 'ready' && ready.positions).toEqual(positions);
      await say(chat(), ann, group, 'hello');
      expect(inWords(await events.next())).toBe('3 MessageSent hello');
      events.stop();
    });

    it('replays exactly the entries after each position, before StreamReady', async () => {
      const [ann, ben] = [await person(chat()), await person(chat())];
      const group = await groupOf(chat(), ann, ben);
      const held = await chat().feed.positions(ben);
      await say(chat(), ann, group, 'one');
      await say(chat(), ann, group, 'two');
      const events = listen(chat(), ben, held);
      expect((await events.ready()).map(inWords)).toEqual(['3 MessageSent one', '4 MessageSent two', 'ready']);
      events.stop();
    });

    it('misses nothing and repeats nothing during other sends', async () => {
      const [ann, ben] = [await person(chat()), await person(chat())];
      const group = await groupOf(chat(), ann, ben);
      const held = await chat().feed.positions(ben);
      const texts = Array.from({ length: 60 }, (_, n) => `m${n}`);
      const sending = (async () => {
        for (const text of texts) await say(chat(), ann, group, text);
      })();
      const events = listen(chat(), ben, held);
      const seen = (await events.until(message('m59'))).filter(of(group));
      await sending;
      expect(seen.map(inWords)).toEqual(texts.map((text, n) => `${n + 3} MessageSent ${text}`));
      events.stop();
    });

    it('adds a conversation that is opened for the viewer, with ConversationOpened first', async () => {
      const [ann, ben] = [await person(chat()), await person(chat())];
      const events = listen(chat(), ben);
      await events.ready();
      const direct = await chat().groups.openDirect(ann, { userId: ben.userId });
      await say(chat(), ann, direct.id, 'hi');
      expect((await events.until(message('hi'))).map(inWords)).toEqual(['2 ConversationOpened', '1 MessageSent hi']);
      events.stop();
    });

    it('starts a stream that a replayed ConversationOpened names at its position, unless the client has one', async () => {
      const [ann, ben] = [await person(chat()), await person(chat())];
      const held = await chat().feed.positions(ben);
      const group = await groupOf(chat(), ann, ben);
      await say(chat(), ann, group, 'hello');
      const all = listen(chat(), ben, held);
      expect((await all.ready()).map(inWords)).toEqual([
        '2 ConversationOpened',
        '1 MemberJoined',
        '2 MemberJoined',
        '3 MessageSent hello',
        'ready',
      ]);
      all.stop();
      const rest = listen(chat(), ben, [...held, { streamId: group, seq: 2 }]);
      expect((await rest.ready()).map(inWords)).toEqual(['2 ConversationOpened', '3 MessageSent hello', 'ready']);
      rest.stop();
    });

    it('ends a stream before the entry of the removal, and sends ConversationClosed on the account', async () => {
      const [ann, ben] = [await person(chat()), await person(chat())];
      const group = await groupOf(chat(), ann, ben);
      const events = listen(chat(), ben);
      await events.ready();
      await say(chat(), ann, group, 'before');
      await chat().groups.removeMember(ann, { groupId: group, userId: ben.userId });
      await say(chat(), ann, group, 'after');
      const other = await groupOf(chat(), ann, ben);
      await say(chat(), ann, other, 'elsewhere');
      const seen = await events.until(message('elsewhere'));
      expect(seen.filter(of(group)).map(inWords)).toEqual(['3 MessageSent before']);
      expect(seen.filter(of(ben.userId)).map(inWords)).toEqual(['3 ConversationClosed', '4 ConversationOpened']);
      events.stop();
    });

    it('goes on from the first readable entry when a member joins again', async () => {
      const [ann, ben] = [await person(chat()), await person(chat())];
      const group = await groupOf(chat(), ann, ben);
      const events = listen(chat(), ben);
      const held = await chat().feed.positions(ben);
      await events.ready();
      await chat().groups.removeMember(ann, { groupId: group, userId: ben.userId });
      await say(chat(), ann, group, 'unseen');
      await chat().groups.addMembers(ann, { groupId: group, userIds: [ben.userId] });
      await say(chat(), ann, group, 'seen');
      const live = (await events.until(message('seen'))).filter(of(group));
      expect(live.map(inWords)).toEqual(['5 MemberJoined', '6 MessageSent seen']);
      events.stop();
      const resumed = listen(chat(), ben, held);
      const words = (await resumed.ready()).map(inWords);
      expect(words).toEqual([
        '3 ConversationClosed',
        '4 ConversationOpened',
        'resync REJOINED 4',
        '5 MemberJoined',
        '6 MessageSent seen',
        'ready',
      ]);
      resumed.stop();
    });

    it('reports what it cannot serve, stream by stream, and serves the rest', async () => {
      const [ann, ben] = [await person(chat()), await person(chat())];
      const ahead = await groupOf(chat(), ann, ben);
      const restored = await groupOf(chat(), ann, ben);
      const strange = await groupOf(chat(), ann);
      const served = await groupOf(chat(), ann, ben);
      await say(chat(), ann, served, 'hello');
      const events = listen(chat(), ben, [
        { streamId: ahead, seq: 99 },
        { streamId: restored, seq: 1, epoch: 'another' },
        { streamId: strange, seq: 1 },
        { streamId: ann.userId, seq: 1 },
        { streamId: 999_999n, seq: 1 },
        { streamId: served, seq: 2 },
      ]);
      const seen = await events.ready();
      const resyncs = seen.flatMap((event) => (event.kind === 'resync' ? [[event.streamId, event.reason, event.lastSeq]] : []));
      expect(new Set(resyncs)).toEqual(
        new Set([
          [ahead, 'POSITION_AHEAD', 2],
          [restored, 'OTHER_EPOCH', 2],
          [strange, 'GONE', null],
          [ann.userId, 'GONE', null],
          [999_999n, 'GONE', null],
        ]),
      );
      expect(seen.filter(of(served)).map(inWords)).toEqual(['3 MessageSent hello']);
      events.stop();
    });

    it('reports own markers that differ from the client’s, and when they move', async () => {
      const [ann, ben] = [await person(chat()), await person(chat())];
      const group = await groupOf(chat(), ann, ben);
      const seq = await say(chat(), ann, group, 'hello');
      await chat().messages.markRead(ben, { conversationId: group, seq });
      const stale = listen(chat(), ben, [{ streamId: group, seq, readSeq: 0 }]);
      expect(await stale.ready()).toMatchObject([{ kind: 'markers', conversationId: group }, { kind: 'ready' }]);
      const current = listen(chat(), ben, [{ streamId: group, seq, readSeq: seq }]);
      expect((await current.ready()).map(({ kind }) => kind)).toEqual(['ready']);
      const next = await say(chat(), ann, group, 'again');
      await chat().messages.markRead(ben, { conversationId: group, seq: next });
      const events = await current.until(({ kind }) => kind === 'markers');
      // The reader's own receipt comes before or after.
      expect(events.filter(({ kind }) => kind !== 'receipt')).toMatchObject([
        { kind: 'entry', entry: { seq: next } },
        { kind: 'markers', conversationId: group },
      ]);
      stale.stop();
      current.stop();
    });

    it('delivers receipts to other members', async () => {
      const [ann, ben] = [await person(chat()), await person(chat())];
      const group = await groupOf(chat(), ann, ben);
      const events = listen(chat(), ann);
      await events.ready();
      const seq = await say(chat(), ann, group, 'hello');
      await events.until(message('hello'));
      await chat().messages.markRead(ben, { conversationId: group, seq });
      const receipt = await events.next();
      expect(receipt).toMatchObject({ kind: 'receipt', conversationId: group, userId: ben.userId });
      events.stop();
    });

    it('ends with the reason when its signal aborts, even while it waits', async () => {
      const ann = await person(chat());
      const ending = new AbortController();
      const events = listen(chat(), ann, undefined, ending.signal);
      await events.ready();
      const ended = expect(events.next()).rejects.toThrow('signed out');
      ending.abort(new Error('signed out'));
      await ended;
    });

    it('ends at once on return, even while it waits for a quiet stream', async () => {
      const ann = await person(chat());
      const events = chat().feed.events(ann, { signal: new AbortController().signal });
      await listening(events).ready();
      const waiting = events.next();
      await events.return?.();
      expect(await waiting).toEqual({ done: true, value: undefined });
    });
  });

  describe('a subscription to one conversation', () => {
    it('replays, sends StreamReady, goes live, and ends with NOT_FOUND on removal', async () => {
      const [ann, ben] = [await person(chat()), await person(chat())];
      const group = await groupOf(chat(), ann, ben);
      await say(chat(), ann, group, 'one');
      const { signal } = new AbortController();
      const events = listening(chat().feed.conversationEvents(ben, { conversationId: group, after: 2, signal }));
      expect((await events.ready()).map(inWords)).toEqual(['3 MessageSent one', 'ready']);
      await say(chat(), ann, group, 'two');
      expect(inWords(await events.next())).toBe('4 MessageSent two');
      const ended = expect(events.next()).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await chat().groups.removeMember(ann, { groupId: group, userId: ben.userId });
      await ended;
    });

    it('is refused to a non-member as if the conversation did not exist', async () => {
      const [ann, eve] = [await person(chat()), await person(chat())];
      const group = await groupOf(chat(), ann);
      const { signal } = new AbortController();
      const events = chat().feed.conversationEvents(eve, { conversationId: group, signal });
      await expect(events.next()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });
  });
}
