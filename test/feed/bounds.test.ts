import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Chat } from '../../src/chat.ts';
import { eventOf } from '../../src/feed/event.ts';
import { Outlet } from '../../src/feed/outlet.ts';
import { serverStreamId } from '../../src/log/index.ts';
import { embeddedChat } from '../support/chat.ts';
import { groupOf, inWords, listen, person, say } from '../support/people.ts';

describe('a subscription with small limits', () => {
  let chat: Chat;

  beforeAll(async () => {
    chat = await embeddedChat({ SUBSCRIPTION_QUEUE: '16', MAX_GAP: '80', MAX_POSITIONS: '3', MAX_FOLLOWED: '3' });
  });
  afterAll(() => chat[Symbol.asyncDispose]());

  async function sayMany(count: number) {
    const [ann, ben] = [await person(chat), await person(chat)];
    const group = await groupOf(chat, ann, ben);
    const held = await chat.feed.positions(ben);
    const events = listen(chat, ben);
    await events.ready();
    const texts = Array.from({ length: count }, (_, n) => `m${n}`);
    for (const text of texts) await say(chat, ann, group, text);
    return { ann, ben, group, held, events, expected: texts.map((text, n) => `${n + 3} MessageSent ${text}`) };
  }

  it('delivers everything once and in order to a client that paused for long, then goes on live', async () => {
    const { ann, group, events, expected } = await sayMany(70);
    for (const words of expected) expect(inWords(await events.next())).toBe(words);
    await say(chat, ann, group, 'live again');
    expect(inWords(await events.next())).toBe('73 MessageSent live again');
    events.stop();
  });

  it('replays more than its queue holds', async () => {
    const { ben, held, events, expected } = await sayMany(70);
    events.stop();
    const resumed = listen(chat, ben, held);
    expect((await resumed.ready()).map(inWords)).toEqual([...expected, 'ready']);
    resumed.stop();
  });

  it('replays a short gap to a client whose position is high', async () => {
    const { ben, group, held, events, expected } = await sayMany(70);
    const after = held.map((known) => (known.streamId === group ? { ...known, seq: 70 } : known));
    events.stop();
    const resumed = listen(chat, ben, after);
    expect((await resumed.ready()).map(inWords)).toEqual([...expected.slice(-2), 'ready']);
    resumed.stop();
  });

  it('sends GAP_TOO_LARGE instead of a replay beyond the limit, and goes on from there', async () => {
    const { ann, ben, group, held, events } = await sayMany(81);
    events.stop();
    const resumed = listen(chat, ben, held);
    expect((await resumed.ready()).map(inWords)).toEqual(['resync GAP_TOO_LARGE 83', 'ready']);
    await say(chat, ann, group, 'hello');
    expect(inWords(await resumed.next())).toBe('84 MessageSent hello');
    resumed.stop();
  });

  it('sends GAP_TOO_LARGE for the server’s stream too, live and on resuming, and goes on from there', async () => {
    const post = () => chat.notices.post(null, { title: 'Maintenance', body: 'Tonight.', to: 'ALL' });
    const ann = await person(chat);
    const held = await chat.feed.positions(ann);
    const events = listen(chat, ann);
    await events.ready();
    for (let n = 0; n < 120; n += 1) await post();
    expect((await events.until(({ kind }) => kind === 'resync')).at(-1)).toMatchObject({ streamId: serverStreamId, lastSeq: 120 });
    const resumed = listen(chat, ann, held);
    expect((await resumed.ready()).map(inWords)).toEqual(['resync GAP_TOO_LARGE 120', 'ready']);
    await post();
    for (const one of [events, resumed]) {
      expect(inWords(await one.next())).toBe('121 NoticePosted');
      one.stop();
    }
  });

  it('is refused if the subscriptions of its user follow too many conversations together, and not once another has ended', async () => {
    const [ann, ben] = [await person(chat), await person(chat)];
    for (let n = 0; n < 2; n += 1) await groupOf(chat, ann, ben);
    const first = listen(chat, ann);
    await first.ready();
    await expect(listen(chat, ann).ready()).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
    const other = listen(chat, ben);
    await other.ready();
    first.stop();
    for (let n = 0; n < 2; n += 1) await groupOf(chat, ann, ben);
    const again = listen(chat, ann);
    await again.ready();
    for (const one of [other, again]) one.stop();
  });

  it('refuses more positions than a subscription may resume from', async () => {
    const ann = await person(chat);
    const after = Array.from({ length: 4 }, (_, n) => ({ streamId: BigInt(n + 1), seq: 0 }));
    const { signal } = new AbortController();
    expect(() => chat.feed.events(ann, { after, signal })).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT', field: ['after'] }));
  });
});

describe('an outlet', () => {
  const event = { kind: 'markers', at: new Date(0), conversationId: 1n } as const;

  function outletOf(capacity: number) {
    return new Outlet({ capacity, signal: new AbortController().signal, onStart: () => undefined, onEnd: () => undefined });
  }

  it('makes writers wait until less than half of it is taken', async () => {
    const outlet = outletOf(4);
    for (let n = 0; n < 4; n += 1) outlet.push(event);
    let roomy = false;
    const waiting = outlet.room().then(() => {
      roomy = true;
    });
    await outlet.next();
    await outlet.next();
    expect(roomy).toBe(false);
    await outlet.next();
    await waiting;
    expect(outlet.full()).toBe(false);
  });

  it('forgets the entries of one stream before a seq, and neither that entry nor those of another stream', async () => {
    const outlet = outletOf(8);
    const entry = (streamId: bigint, seq: number) =>
      eventOf({ streamId, seq, at: new Date(0), actorId: null, type: 'MessageRecalled', data: { messageSeq: 1 } });
    const [before, from, other] = [entry(1n, 4), entry(1n, 5), entry(2n, 4)];
    for (const one of [before, from, other]) outlet.push(one);
    outlet.forget(1n, 5);
    expect([outlet.poll(), outlet.poll(), outlet.poll()]).toEqual([from, other, undefined]);
  });

  it('delivers what is queued before it fails, and then is complete', async () => {
    const outlet = outletOf(4);
    outlet.push(event);
    outlet.fail(new Error('over'));
    expect(await outlet.next()).toEqual({ done: false, value: event });
    await expect(outlet.next()).rejects.toThrow('over');
    expect(await outlet.next()).toEqual({ done: true, value: undefined });
  });

  it('releases writers when the client leaves', async () => {
    const outlet = outletOf(1);
    outlet.push(event);
    const waiting = outlet.room();
    await outlet.return?.();
    await waiting;
    expect(outlet.ended()).toBe(true);
  });
});
