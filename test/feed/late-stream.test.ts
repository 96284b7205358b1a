import pino from 'pino';
import { describe, expect, it } from 'vitest';
import type { Bus } from '../../src/bus/index.ts';
import { createFeed } from '../../src/feed/create-feed.ts';
import { formatHint, serverStreamId, streamTopic } from '../../src/log/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { type TalkWorld, talkOn } from '../group/talk-world.ts';
import { sqliteDb } from '../support/db.ts';
import { inWords, listening } from '../support/people.ts';

/** Wraps a bus. Messages on one topic arrive when `release` is called, or never if `lose` is called. */
function holdingBack(bus: Bus, topic: () => string | undefined): { readonly bus: Bus; release(): void; lose(): void } {
  const late: (() => void)[] = [];
  const subscribe: Bus['subscribe'] = (name, onMessage) =>
    bus.subscribe(name, (message) => {
      if (name === topic()) late.push(() => onMessage(message));
      else onMessage(message);
    });
  return {
    bus: { ...bus, subscribe },
    release() {
      for (const arrive of late.splice(0)) arrive();
    },
    lose() {
      late.length = 0;
    },
  };
}

/** Creates a feed that repairs gaps of at most five entries, unless told otherwise, and checks no heads. */
function feedOn(
  { db, log }: Pick<TalkWorld, 'db' | 'log'>,
  bus: Bus,
  given: { readonly maxGap?: number; readonly subscriptionQueue?: number } = {},
) {
  const limits = { maxReplay: 1_000, maxPositions: 1_000, maxFollowed: 1_000, subscriptionQueue: 512, catchUps: 8, catchUpQueue: 1_000 };
  const config = { headCheckMs: 600_000, maxGap: 5, typingMs: 6_000, ...limits, ...given };
  return createFeed({ db, log, bus, logger: pino({ level: 'silent' }), config });
}

it('a subscription delivers every stay of a member even if several are announced before the end of the first arrives', async () => {
  await using world = talkOn(await sqliteDb());
  const [ann, ben] = await world.people();
  const group = await world.group(ann, ben);
  let heldBack: string | undefined = streamTopic(group);
  const slow = holdingBack(world.bus, () => heldBack);
  await using feed = feedOn(world, slow.bus);
  const events = listening(feed.events(ben, { signal: new AbortController().signal }));
  await events.ready();

  for (const text of ['second stay', 'third stay']) {
    await world.groups.removeMember(ann, { groupId: group, userId: ben.userId });
    await world.say(ann, group, 'not for ben');
    await world.groups.addMembers(ann, { groupId: group, userIds: [ben.userId] });
    await world.say(ann, group, text);
  }
  const opened = (event: Parameters<typeof inWords>[0]) => inWords(event).endsWith('ConversationOpened');
  await events.until(opened);
  await events.until(opened);
  heldBack = undefined;
  slow.release();

  const seen = await events.until((event) => inWords(event).endsWith('third stay'));
  expect(seen.map(inWords)).toEqual(['5 MemberJoined', '6 MessageSent second stay', '9 MemberJoined', '10 MessageSent third stay']);
  events.stop();
});

it('a subscription replays every entry that was committed before StreamReady, even without its hint', async () => {
  await using world = talkOn(await sqliteDb());
  const [ann, ben] = await world.people();
  const group = await world.group(ann, ben);
  const slow = holdingBack(world.bus, () => streamTopic(group));
  await using feed = feedOn(world, slow.bus);
  const { signal } = new AbortController();
  const open = listening(feed.events(ann, { signal }));
  await open.ready();
  await world.say(ann, group, 'unheard');
  const resumed = listening(feed.events(ben, { after: [{ streamId: group, seq: 1 }], signal }));
  expect((await resumed.ready()).map(inWords)).toEqual(['2 MemberJoined', '3 MessageSent unheard', 'ready']);
  const one = listening(feed.conversationEvents(ben, { conversationId: group, after: 2, signal }));
  expect((await one.ready()).map(inWords)).toEqual(['3 MessageSent unheard', 'ready']);
  slow.release();
  expect(inWords(await open.next())).toBe('3 MessageSent unheard');
});

it('a subscription that ends lets go of every stream that it followed', async () => {
  await using world = talkOn(await sqliteDb());
  const [ann, ben] = await world.people();
  const group = await world.group(ann, ben);
  await using feed = feedOn(world, world.bus);
  const events = listening(feed.events(ben, { signal: new AbortController().signal }));
  await events.ready();
  // Nothing else listens here, and a second subscription to a topic is refused.
  await expect(world.bus.subscribe(streamTopic(group), () => undefined)).rejects.toThrow();
  events.stop();
  for (const streamId of [group, ben.userId, serverStreamId]) await world.bus.subscribe(streamTopic(streamId), () => undefined);
});

it('a message whose hint was lost is delivered as soon as its sender sends it again', async () => {
  await using world = talkOn(await sqliteDb());
  const [ann, ben] = await world.people();
  const group = await world.group(ann, ben);
  let heldBack: string | undefined = streamTopic(group);
  const slow = holdingBack(world.bus, () => heldBack);
  await using feed = feedOn(world, slow.bus);
  const events = listening(feed.events(ben, { signal: new AbortController().signal }));
  await events.ready();
  const message = { conversationId: group, text: 'unheard', clientMessageId: 'm1' };
  const { seq } = await world.messages.send(ann, message);
  slow.lose();
  heldBack = undefined;
  expect((await world.messages.send(ann, message)).seq).toBe(seq);
  expect(inWords(await events.next())).toBe(`${seq} MessageSent unheard`);
  events.stop();
});

it.each(['events', 'conversationEvents'] as const)('%s reports what was trimmed during its replay before StreamReady', async (kind) => {
  await using world = talkOn(await sqliteDb());
  const { db, log } = world;
  const [ann, ben] = await world.people();
  const group = await world.group(ann, ben);
  for (let n = 0; n < 10; n += 1) await world.say(ann, group, `m${n}`);
  // Short pages and a short queue: the client makes room for the next page after the trim.
  const paged = { ...log, read: (id: bigint, range: Parameters<typeof log.read>[1]) => log.read(id, { ...range, limit: 3 }) };
  await using feed = feedOn({ db, log: paged }, world.bus, { maxGap: 100, subscriptionQueue: 4 });
  const { signal } = new AbortController();
  const resumed = {
    events: () => feed.events(ben, { after: [{ streamId: group, seq: 2 }], signal }),
    conversationEvents: () => feed.conversationEvents(ben, { conversationId: group, after: 2, signal }),
  };
  const events = listening(resumed[kind]());
  expect(inWords(await events.next())).toBe('3 MessageSent m0');
  await db.transaction((tx) => tx.stream.update({ where: { id: group }, data: { floorSeq: 9 } }));
  const seen = await events.ready();
  expect(seen.map(inWords)).toEqual(['4 MessageSent m1', '5 MessageSent m2', 'resync GAP_TOO_LARGE 12', 'ready']);
  expect(seen.at(-1)).toMatchObject({ positions: expect.arrayContaining([{ streamId: group, seq: 12, epoch: db.epoch }]) });
  await world.say(ann, group, 'next');
  expect(inWords(await events.next())).toBe('13 MessageSent next');
  events.stop();
});

it('a group or a recall whose hints were lost is delivered as soon as it is repeated', async () => {
  await using world = talkOn(await sqliteDb());
  const [ann, ben] = await world.people();
  let heldBack: string | undefined = streamTopic(ben.userId);
  const slow = holdingBack(world.bus, () => heldBack);
  await using feed = feedOn(world, slow.bus);
  const events = listening(feed.events(ben, { signal: new AbortController().signal }));
  await events.ready();
  const create = () => world.groups.create(ann, { name: 'Unheard', memberIds: [ben.userId], clientGroupId: 'g1' });
  const { id: group } = await create();
  slow.lose();
  heldBack = undefined;
  expect((await create()).id).toBe(group);
  await events.until((event) => inWords(event).endsWith('ConversationOpened'));
  const ref = await world.say(ann, group, 'unheard');
  await events.until((event) => inWords(event).endsWith('MessageSent unheard'));

  heldBack = streamTopic(group);
  await world.messages.recall(ann, ref);
  slow.lose();
  heldBack = undefined;
  await world.messages.recall(ann, ref);
  expect(inWords(await events.next())).toBe('4 MessageRecalled');
  events.stop();
});

it('a new member receives no signal from before their joining, and a signal in an empty conversation arrives', async () => {
  await using world = talkOn(await sqliteDb());
  const [ann, ben, cat] = await world.people();
  const [group, alone] = [await world.group(ann, ben), await world.direct(ann, ann)];
  await using feed = feedOn(world, world.bus);
  const { signal } = new AbortController();
  const [anns, bens, cats] = [ann, ben, cat].map((viewer) => listening(feed.events(viewer, { signal })));
  await Promise.all([anns, bens, cats].map((one) => one?.ready()));
  const tell = (conversationId: bigint, seq: number) =>
    world.bus.publish(
      streamTopic(conversationId),
      formatHint({
        ...{ kind: 'signal', conversationId, userId: ann.userId, name: `after-${seq}`, data: null, sentAt: new Date(0) },
        ...{ seq, only: null, except: [] },
      }),
    );
  await world.groups.addMembers(ann, { groupId: group, userIds: [cat.userId] });
  await world.say(ann, group, 'hello');
  await cats?.until((event) => inWords(event).endsWith('hello'));
  for (const seq of [2, 3]) await tell(group, seq);
  await world.say(ann, group, 'over');
  const heard = async (one: typeof cats) => {
    const events = await one?.until((event) => inWords(event).endsWith('over'));
    return events?.flatMap((event) => (event.kind === 'signal' ? [event.name] : []));
  };
  expect(await heard(bens)).toEqual(['after-2', 'after-3']);
  expect(await heard(cats)).toEqual(['after-3']);
  expect(await heard(anns)).toEqual(['after-2', 'after-3']);
  await tell(alone, 0);
  await anns?.until((event) => event.kind === 'signal' && event.conversationId === alone);
});

describe('a gap that exceeds the limit', () => {
  async function missed(act: (world: TalkWorld, people: { ann: Viewer; ben: Viewer; group: bigint }) => Promise<void>) {
    const world = talkOn(await sqliteDb());
    const [ann, ben] = await world.people();
    const group = await world.group(ann, ben);
    let heldBack: string | undefined;
    const slow = holdingBack(world.bus, () => heldBack);
    const feed = feedOn(world, slow.bus);
    const { signal } = new AbortController();
    const all = listening(feed.events(ben, { signal }));
    const one = listening(feed.conversationEvents(ben, { conversationId: group, signal }));
    await Promise.all([all.ready(), one.ready()]);
    heldBack = streamTopic(group);
    await act(world, { ann, ben, group });
    for (let n = 0; n < 6; n += 1) await world.say(ann, group, 'missed');
    heldBack = undefined;
    slow.lose();
    await world.say(ann, group, 'heard');
    return {
      ...{ world, ann, group, all, one },
      async [Symbol.asyncDispose]() {
        await feed[Symbol.asyncDispose]();
        await world[Symbol.asyncDispose]();
      },
    };
  }

  it('is reported, and later entries are delivered', async () => {
    await using scene = await missed(async () => undefined);
    expect(inWords(await scene.all.next())).toBe('resync GAP_TOO_LARGE 9');
    await scene.world.say(scene.ann, scene.group, 'next');
    expect(inWords(await scene.all.next())).toBe('10 MessageSent next');
  });

  it('that contains the removal ends the access', async () => {
    await using scene = await missed(async (world, { ann, ben, group }) => {
      await world.groups.removeMember(ann, { groupId: group, userId: ben.userId });
    });
    await scene.world.say(scene.ann, scene.group, 'not for ben');
    const seen = await scene.all.until(({ kind }) => kind === 'resync');
    expect(seen.map(inWords)).toEqual(['3 ConversationClosed', 'resync GONE null']);
    await expect(scene.one.until(() => false)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
