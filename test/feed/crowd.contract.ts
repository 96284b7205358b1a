import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bus } from '../../src/bus/index.ts';
import type { Db } from '../../src/db/index.ts';
import { serverStreamId, streamTopic } from '../../src/log/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { type Crowd, crowdOn, readAll } from './crowd.ts';

/** The database and bus of one run. Disposing it disposes both. */
export interface CrowdStores extends AsyncDisposable {
  readonly db: Db;
  readonly bus: Bus;
}

function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, n) => n + 1);
}

/** The contract of a node when many clients come at once, on any stores. */
export function promisesToCrowds(open: () => Promise<CrowdStores>): void {
  let stores: CrowdStores;
  let crowd: Crowd;
  /** Called with each topic that is subscribed. */
  let opening: (topic: string) => void = () => undefined;

  beforeAll(async () => {
    stores = await open();
    const { db, bus } = stores;
    const subscribe: Bus['subscribe'] = (topic, onMessage) => {
      opening(topic);
      return bus.subscribe(topic, onMessage);
    };
    crowd = crowdOn({ db, bus, feedBus: { ...bus, subscribe } });
  });
  afterAll(() => stores[Symbol.asyncDispose]());

  /**
   * Counts the subscriptions of these users that are being opened at the same time: from the subscription of their account's topic until
   * StreamReady.
   */
  function countOpenings(people: readonly Viewer[]) {
    const accounts = new Set(people.map(({ userId }) => streamTopic(userId)));
    const counted = { under: 0, most: 0 };
    opening = (topic) => {
      if (!accounts.has(topic)) return;
      counted.under += 1;
      counted.most = Math.max(counted.most, counted.under);
    };
    return counted;
  }

  it('lets 500 subscriptions catch up a few at a time, with one read of what all of them missed, during other sends', async () => {
    const [owner, ...members] = await crowd.people(501);
    if (owner === undefined) throw new Error('nobody is there');
    const group = await crowd.group(owner, members);
    const head = (await crowd.log.heads([group])).get(group)?.lastSeq ?? 0;
    for (const n of upTo(50)) await crowd.say(owner, group, `missed ${n}`);

    const { feed, asked } = crowd.feed({ CATCH_UPS: '4' });
    await using _feed = feed;
    const openings = countOpenings(members);
    const after = [{ streamId: group, seq: head }];
    const onReady = () => {
      openings.under -= 1;
    };
    const readings = members.map((member) => readAll(feed, member, { after, onReady }));
    const sending = (async () => {
      for (const n of upTo(20)) await crowd.say(owner, group, `meanwhile ${n}`);
    })();
    await Promise.all(readings.map(({ ready }) => ready));
    await sending;

    const texts = [...upTo(50).map((n) => `missed ${n}`), ...upTo(20).map((n) => `meanwhile ${n}`)];
    const wanted = texts.map((text, n) => `${head + n + 1} ${text}`);
    function words(at: number): readonly string[] | undefined {
      return readings[at]?.of(group).map(({ seq, ...entry }) => `${seq} ${entry.type === 'MessageSent' ? entry.data.text : entry.type}`);
    }
    for (const at of readings.keys()) await expect.poll(() => words(at)).toEqual(wanted);
    expect(openings.most).toBe(4);
    // One for all who missed the same. A second or third if a hint and a read overlap.
    expect(asked.pages.length).toBeLessThanOrEqual(3);
    // The same objects for everybody, so that each payload is made once.
    const objects = new Set(readings.flatMap((reading) => reading.of(group).slice(0, 50)));
    expect(objects.size).toBe(50);
  });

  it('serves 5,000 positions in one subscription, and reads all their heads at once', async () => {
    const [viewer] = await crowd.people(1);
    if (viewer === undefined) throw new Error('nobody is there');
    const groups = await crowd.groupsOf(viewer, 5_000);
    const behind = groups.filter((_, n) => n % 50 === 0);
    const { feed, asked } = crowd.feed();
    await using _feed = feed;
    const after = groups.map((streamId, n) => ({ streamId, seq: n % 50 === 0 ? 0 : 1 }));
    const reading = readAll(feed, viewer, { after });
    await reading.ready;
    expect(reading.seen.filter(({ kind }) => kind === 'resync')).toEqual([]);
    expect(reading.seen.flatMap((event) => (event.kind === 'entry' ? [event.entry.streamId] : []))).toEqual(behind);
    const last = reading.seen.at(-1);
    expect(last?.kind === 'ready' && last.positions.map(({ streamId, seq }) => [streamId, seq])).toEqual([
      [viewer.userId, 0],
      ...groups.map((id) => [id, 1]),
      [serverStreamId, 0],
    ]);
    // One for the server's stream, one for all others.
    expect(asked.heads).toEqual([1, 5_001]);
    const [first = 0n] = groups;
    await crowd.say(viewer, first, 'live');
    await expect.poll(() => reading.of(first).length).toBe(2);
  });

  describe('a subscription that resumes', () => {
    it('replays at most the limit over all streams, each stream completely or not at all', async () => {
      const [viewer] = await crowd.people(1);
      if (viewer === undefined) throw new Error('nobody is there');
      const groups = await crowd.groupsOf(viewer, 4);
      const [one = 0n, two = 0n, three = 0n, four = 0n] = groups;
      for (const id of [one, two, three]) for (const n of upTo(10)) await crowd.say(viewer, id, `m${n}`);
      const { feed } = crowd.feed({ MAX_REPLAY: '25' });
      await using _feed = feed;
      const reading = readAll(feed, viewer, { after: groups.map((streamId) => ({ streamId, seq: 0 })) });
      await reading.ready;
      expect(groups.map((id) => reading.of(id).length)).toEqual([11, 11, 0, 1]);
      const resyncs = reading.seen.flatMap((event) => (event.kind === 'resync' ? [[event.streamId, event.reason, event.lastSeq]] : []));
      expect(resyncs).toEqual([[three, 'GAP_TOO_LARGE', 11]]);
      await crowd.say(viewer, three, 'next');
      await expect.poll(() => reading.of(three).map(({ seq }) => seq)).toEqual([12]);
      expect(reading.of(four).map(({ seq }) => seq)).toEqual([1]);
    });

    it('lets others catch up while its client does not read, and then delivers everything that it missed', async () => {
      const [slow, quick] = await crowd.people(2);
      if (slow === undefined || quick === undefined) throw new Error('nobody is there');
      const group = await crowd.group(slow, [quick]);
      const head = (await crowd.log.heads([group])).get(group)?.lastSeq ?? 0;
      for (const n of upTo(250)) await crowd.say(slow, group, `m${n}`);
      const { feed } = crowd.feed({ CATCH_UPS: '1', SUBSCRIPTION_QUEUE: '16' });
      await using _feed = feed;
      const after = [{ streamId: group, seq: head }];
      const ending = new AbortController();
      const unread = feed.events(slow, { after, signal: ending.signal });
      const first = await unread.next();
      const reading = readAll(feed, quick, { after });
      await reading.ready;
      expect(reading.of(group)).toHaveLength(250);
      const seqs = [first.value];
      while (seqs.at(-1)?.kind !== 'ready') seqs.push((await unread.next()).value);
      expect(seqs.flatMap((event) => (event?.kind === 'entry' ? [event.entry.seq] : []))).toEqual(upTo(250).map((n) => head + n));
    });
  });
}
