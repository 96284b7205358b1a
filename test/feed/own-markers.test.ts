import pino from 'pino';
import { expect, it } from 'vitest';
import type { Bus } from '../../src/bus/index.ts';
import { createFeed } from '../../src/feed/create-feed.ts';
import type { FeedEvent, KnownPosition } from '../../src/feed/index.ts';
import { streamTopic } from '../../src/log/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { type TalkWorld, talkOn } from '../group/talk-world.ts';
import { sqliteDb } from '../support/db.ts';
import { inWords, listening } from '../support/people.ts';

/** A bus that drops the messages of one account's topic while `deaf` is true. */
interface HardOfHearing {
  readonly bus: Bus;
  deaf: boolean;
}

function deafTo({ bus }: TalkWorld, { userId }: Viewer): HardOfHearing {
  const subscribe: Bus['subscribe'] = (topic, onMessage) =>
    bus.subscribe(topic, (message) => {
      if (!ears.deaf || topic !== streamTopic(userId)) onMessage(message);
    });
  const ears: HardOfHearing = { bus: { ...bus, subscribe }, deaf: true };
  return ears;
}

const soon = 50;
const never = 600_000;

function feedOn({ db, log }: TalkWorld, bus: Bus, headCheckMs: number, subscriptionQueue = 512) {
  const limits = {
    typingMs: 6_000,
    maxGap: 1_000,
    maxReplay: 1_000,
    maxPositions: 1_000,
    maxFollowed: 1_000,
    catchUps: 8,
    catchUpQueue: 1_000,
  };
  return createFeed({ db, log, bus, logger: pino({ level: 'silent' }), config: { ...limits, headCheckMs, subscriptionQueue } });
}

/** Creates Ben's two groups, each with a message of Ann. In each, entry 2 is his joining and entry 3 her message. */
async function talk() {
  const world = talkOn(await sqliteDb());
  const [ann, ben] = await world.people();
  const groups = [await world.group(ann, ben), await world.group(ann, ben)] as const;
  for (const group of groups) await world.say(ann, group);
  return { world, ann, ben, groups, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

/** Wraps a world and counts its comparisons of heads. */
function countingComparisons(world: TalkWorld): { readonly counted: TalkWorld; comparisons(): number } {
  let count = 0;
  function movedHeads(known: Parameters<TalkWorld['log']['movedHeads']>[0]): ReturnType<TalkWorld['log']['movedHeads']> {
    count += 1;
    return world.log.movedHeads(known);
  }
  return { counted: { ...world, log: { ...world.log, movedHeads } }, comparisons: () => count };
}

function follow(feed: ReturnType<typeof feedOn>, viewer: Viewer, after?: readonly KnownPosition[]) {
  return listening(feed.events(viewer, { after, signal: new AbortController().signal }));
}

function markedIn(events: readonly FeedEvent[]): readonly bigint[] {
  return events.flatMap((event) => (event.kind === 'markers' ? [event.conversationId] : []));
}

it('a subscription finds a read marker whose hint was lost at the next comparison of heads', async () => {
  await using scene = await talk();
  const { world, ben, groups } = scene;
  const { bus } = deafTo(world, ben);
  await using feed = feedOn(world, bus, soon);
  const desk = follow(feed, ben);
  await desk.ready();
  await world.messages.markRead(ben, { conversationId: groups[0], seq: 3 });
  expect(markedIn(await desk.until(({ kind }) => kind === 'markers'))).toEqual([groups[0]]);
  await world.messages.markRead(ben, { conversationId: groups[1], seq: 3 });
  expect(markedIn(await desk.until(({ kind }) => kind === 'markers'))).toEqual([groups[1]]);
});

it('a read marker whose hint was lost is found at the hint of a later move, without a comparison of heads', async () => {
  await using scene = await talk();
  const { world, ben, groups } = scene;
  const ears = deafTo(world, ben);
  await using feed = feedOn(world, ears.bus, never);
  const desk = follow(feed, ben);
  await desk.ready();
  await world.messages.markRead(ben, { conversationId: groups[0], seq: 3 });
  ears.deaf = false;
  await world.messages.markRead(ben, { conversationId: groups[1], seq: 3 });
  const told = await desk.until((event) => event.kind === 'markers' && event.conversationId === groups[0]);
  expect(new Set(markedIn(told))).toEqual(new Set(groups));
});

it('a moved read marker is reported once if its hint arrives, and not again when heads are compared', async () => {
  await using scene = await talk();
  const { world, ben, groups } = scene;
  const { counted, comparisons } = countingComparisons(world);
  await using feed = feedOn(counted, world.bus, soon);
  const desk = follow(feed, ben);
  await desk.ready();
  await world.messages.markRead(ben, { conversationId: groups[0], seq: 2 });
  await world.messages.markRead(ben, { conversationId: groups[1], seq: 2 });
  const before = comparisons();
  await expect.poll(comparisons).toBeGreaterThan(before + 3);
  await world.say(ben, groups[0], 'the end');
  const told = await desk.until((event) => inWords(event).endsWith('the end'));
  expect(markedIn(told)).toEqual(groups);
});

it('read markers that moved while the device was offline are reported before StreamReady, and no others', async () => {
  await using scene = await talk();
  const { world, ben, groups } = scene;
  await world.messages.markRead(ben, { conversationId: groups[0], seq: 3 });
  await using feed = feedOn(world, deafTo(world, ben).bus, never);
  const after = groups.map((streamId) => ({ streamId, seq: 3, readSeq: 0 }));
  const events = await follow(feed, ben, after).ready();
  expect(events.map(inWords)).toEqual(['markers', 'ready']);
  expect(markedIn(events)).toEqual([groups[0]]);
});

it('a read marker whose hint was lost while the subscription was being opened is found', async () => {
  await using scene = await talk();
  const { world, ann, ben, groups } = scene;
  // More than the queue holds: the replay of the second group waits for the reader.
  for (let n = 0; n < 8; n += 1) await world.say(ann, groups[0]);
  const { counted, comparisons } = countingComparisons(world);
  await using feed = feedOn(counted, deafTo(world, ben).bus, soon, 4);
  const desk = follow(
    feed,
    ben,
    groups.map((streamId) => ({ streamId, seq: 0 })),
  );
  expect(inWords(await desk.next())).toBe('1 MemberJoined');
  await world.messages.markRead(ben, { conversationId: groups[0], seq: 5 });
  const before = comparisons();
  await expect.poll(comparisons).toBeGreaterThan(before + 1);
  expect(markedIn(await desk.until(({ kind }) => kind === 'markers'))).toEqual([groups[0]]);
});

it('a lost read marker is looked for until the database answers', async () => {
  await using scene = await talk();
  const { world, ben, groups } = scene;
  let failures = 0;
  const failing: TalkWorld = {
    ...world,
    db: {
      ...world.db,
      async snapshot(read) {
        if (failures > 0) {
          failures -= 1;
          throw new Error('the database is away');
        }
        return world.db.snapshot(read);
      },
    },
  };
  await using feed = feedOn(failing, deafTo(world, ben).bus, soon);
  const desk = follow(feed, ben);
  await desk.ready();
  failures = 2;
  await world.messages.markRead(ben, { conversationId: groups[0], seq: 3 });
  expect(markedIn(await desk.until(({ kind }) => kind === 'markers'))).toEqual([groups[0]]);
  expect(failures).toBe(0);
});
