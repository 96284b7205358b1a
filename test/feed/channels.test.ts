import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import type { Bus } from '../../src/bus/index.ts';
import type { Db, StreamKind } from '../../src/db/index.ts';
import { alongOf } from '../../src/feed/along.ts';
import { type Channels, createChannels } from '../../src/feed/channels.ts';
import { countMarkerMoves, createLog, type Entry, formatHint, type Log, streamTopic } from '../../src/log/index.ts';
import { sqliteDb } from '../support/db.ts';

const warnings: string[] = [];
const logger = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(line) });
// Disables the periodic check in tests that do not need it.
const never = 600_000;

describe('a channel', () => {
  let db: Db;
  let bus: Bus;
  let elsewhere: Bus;
  let log: Log;
  /** Commits like a node that dies before it publishes. */
  let silent: Log;
  let channels: Channels;

  beforeAll(async () => {
    db = await sqliteDb();
    [bus, elsewhere] = [createMemoryBus(), createMemoryBus()];
    [log, silent] = [createLog({ db, bus, logger }), createLog({ db, bus: elsewhere, logger })];
    channels = createChannels({ log, bus, logger, headCheckMs: never, maxGap: 50, typingMs: () => never, now: () => new Date() });
  });
  afterAll(async () => {
    await channels[Symbol.asyncDispose]();
    await Promise.all([bus, elsewhere].map((one) => one[Symbol.asyncDispose]()));
    await db[Symbol.asyncDispose]();
  });

  function newStream(kind: StreamKind = 'GROUP'): Promise<bigint> {
    return log.append({ lock: [], decide: async () => ({ create: [{ kind }], result: ({ created }) => created[0] ?? 0n }) });
  }

  /** Creates channels on a bus that delivers nothing, and reports a gap on demand. */
  function gappy(): { readonly repairing: Channels; readonly tellOfGap: () => void } {
    const listeners: (() => void)[] = [];
    const deaf: Bus = {
      ...elsewhere,
      onGap(listener) {
        listeners.push(listener);
        return () => undefined;
      },
    };
    const repairing = createChannels({
      log,
      bus: deaf,
      logger,
      headCheckMs: never,
      maxGap: 50,
      typingMs: () => never,
      now: () => new Date(),
    });
    return {
      repairing,
      tellOfGap() {
        for (const listener of listeners) listener();
      },
    };
  }

  async function join(into: Log, stream: bigint): Promise<Entry> {
    const [entry] = await into.append({
      lock: [stream],
      decide: async () => ({
        entries: () => [{ stream, actorId: null, entry: { type: 'MemberJoined', data: { userId: 1n } } }],
        result: ({ entries }) => entries,
      }),
    });
    if (entry === undefined) throw new Error('nothing was logged');
    return entry;
  }

  async function hear(stream: bigint) {
    const [held] = await channels.hold([stream]);
    if (held === undefined) throw new Error('nothing is held');
    const seqs: number[] = [];
    const skips: number[] = [];
    const entries: Entry[] = [];
    const ephemerals: object[] = [];
    held.channel.join({
      entry({ entry }) {
        seqs.push(entry.seq);
        entries.push(entry);
      },
      ephemeral: (event) => ephemerals.push(event),
      skipped: (head) => skips.push(head),
    });
    return { seqs, skips, entries, ephemerals, held };
  }

  it('delivers each entry once, in order, from its opening on', async () => {
    const stream = await newStream();
    await join(log, stream);
    const { seqs } = await hear(stream);
    for (let n = 0; n < 3; n += 1) await join(log, stream);
    await expect.poll(() => seqs).toEqual([2, 3, 4]);
  });

  it('reads entries that were never published from the log as soon as a later entry shows the gap', async () => {
    const stream = await newStream();
    const { seqs } = await hear(stream);
    await join(silent, stream);
    await join(silent, stream);
    await join(log, stream);
    await expect.poll(() => seqs).toEqual([1, 2, 3]);
  });

  it('delivers an entry at once whose hint comes while a gap before it is being read', async () => {
    const [stream, hints] = [await newStream(), createMemoryBus()];
    const [isRead, isTold] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const slow: Log = {
      ...log,
      async read(...asked) {
        const page = await log.read(...asked);
        isRead.resolve();
        await isTold.promise;
        return page;
      },
    };
    const parts = { log: slow, bus: hints, logger, headCheckMs: never, maxGap: 50, typingMs: () => never, now: () => new Date() };
    await using repairing = createChannels(parts);
    const [held] = await repairing.hold([stream]);
    const seqs: number[] = [];
    held?.channel.join({ entry: ({ entry }) => seqs.push(entry.seq) });
    const tell = (entry: Entry) => hints.publish(streamTopic(stream), formatHint({ kind: 'entry', entry }));
    await join(silent, stream);
    await tell(await join(silent, stream));
    await isRead.promise;
    await tell(await join(silent, stream));
    isTold.resolve();
    await expect.poll(() => seqs).toEqual([1, 2, 3]);
  });

  it('drops entries that it has delivered already, and reorders early ones', async () => {
    const stream = await newStream();
    const { seqs } = await hear(stream);
    const entries = [await join(silent, stream), await join(silent, stream), await join(silent, stream)];
    for (const n of [2, 0, 0, 1, 2]) {
      const entry = entries[n];
      if (entry !== undefined) await bus.publish(streamTopic(stream), formatHint({ kind: 'entry', entry }));
    }
    await expect.poll(() => seqs).toEqual([1, 2, 3]);
    await join(log, stream);
    await expect.poll(() => seqs).toEqual([1, 2, 3, 4]);
  });

  /** A signal whose sender had seen everything up to `seq`. */
  function signal(stream: bigint, seq: number): string {
    const of = { conversationId: stream, userId: 8n, name: `after-${seq}`, data: null, sentAt: new Date(0), only: null, except: [] };
    return formatHint({ kind: 'signal', seq, ...of });
  }

  it('delivers a signal after the entries that its sender had seen, and reads those from the log if they were lost', async () => {
    const stream = await newStream();
    const { seqs, ephemerals } = await hear(stream);
    const told: (readonly [unknown, number])[] = [];
    const [held] = await channels.hold([stream]);
    held?.channel.join({ entry: () => undefined, ephemeral: (event) => told.push([Object(event).name, seqs.length]) });
    await join(log, stream);
    await bus.publish(streamTopic(stream), signal(stream, 1));
    await join(silent, stream);
    await join(silent, stream);
    await bus.publish(streamTopic(stream), signal(stream, 3));
    await bus.publish(streamTopic(stream), signal(stream, 1));
    await expect.poll(() => told.length).toBe(3);
    expect(told).toEqual([
      ['after-1', 1],
      ['after-3', 3],
      ['after-1', 3],
    ]);
    expect(ephemerals).toHaveLength(3);
    held?.release();
  });

  it('drops a signal that waits for entries that the log does not have, and delivers later ones', async () => {
    const stream = await newStream();
    const { seqs, ephemerals } = await hear(stream);
    await bus.publish(streamTopic(stream), signal(stream, 7));
    await join(log, stream);
    await expect.poll(() => seqs).toEqual([1]);
    const again = async () => {
      await bus.publish(streamTopic(stream), signal(stream, 1));
      return ephemerals.map((event) => Object(event).name);
    };
    await expect.poll(again).toContain('after-1');
    expect(await again()).not.toContain('after-7');
  });

  it('finds a silent loss by comparing heads', async () => {
    const stream = await newStream();
    const { seqs } = await hear(stream);
    await join(silent, stream);
    await channels.check();
    await expect.poll(() => seqs).toEqual([1]);
  });

  it('keeps what a hint brought along only while it delivers the entry', async () => {
    const stream = await newStream();
    const [held] = await channels.hold([stream]);
    const brought: unknown[] = [];
    const entries: Entry[] = [];
    held?.channel.join({
      entry({ entry }) {
        entries.push(entry);
        brought.push(alongOf(entry));
      },
    });
    const entry = await join(silent, stream);
    await bus.publish(streamTopic(stream), formatHint({ kind: 'entry', entry, along: { says: 'this' } }));
    // Read from the log without anything brought along, because its hint was lost.
    await join(silent, stream);
    await join(log, stream);
    await expect.poll(() => entries.length).toBe(3);
    expect(brought).toEqual([{ says: 'this' }, undefined, undefined]);
    expect(entries.map(alongOf)).toEqual([undefined, undefined, undefined]);
    held?.release();
  });

  it('compares heads periodically by itself', async () => {
    const stream = await newStream();
    await using checking = createChannels({
      log,
      bus: elsewhere,
      logger,
      headCheckMs: 50,
      maxGap: 50,
      typingMs: () => never,
      now: () => new Date(),
    });
    const [held] = await checking.hold([stream]);
    const seqs: number[] = [];
    held?.channel.join({ entry: ({ entry }) => seqs.push(entry.seq) });
    await join(log, stream);
    await expect.poll(() => seqs).toEqual([1]);
    await join(log, stream);
    await expect.poll(() => seqs).toEqual([1, 2]);
  });

  it('compares heads ten times as often while the bus is away', async () => {
    const stream = await newStream();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const parts = { log, logger, headCheckMs: 100_000, maxGap: 50, typingMs: () => never, now: () => new Date() };
    await using there = createChannels({ ...parts, bus: { ...createMemoryBus(), healthy: true } });
    await using away = createChannels({ ...parts, bus: { ...createMemoryBus(), healthy: false } });
    const seqs: Record<'there' | 'away', number[]> = { there: [], away: [] };
    for (const [name, { hold }] of Object.entries({ there, away }) as ['there' | 'away', Channels][]) {
      const [held] = await hold([stream]);
      held?.channel.join({ entry: ({ entry }) => seqs[name].push(entry.seq) });
    }
    await join(log, stream);
    // A tenth of the interval, plus its jitter of at most a fifth.
    vi.advanceTimersByTime(12_000);
    vi.useRealTimers();
    await expect.poll(() => seqs).toEqual({ there: [], away: [1] });
  });

  it('reports a gap that exceeds the limit, and goes on after it', async () => {
    const stream = await newStream();
    const { seqs, skips } = await hear(stream);
    for (let n = 0; n < 51; n += 1) await join(silent, stream);
    await channels.check();
    await expect.poll(() => skips).toEqual([51]);
    await join(log, stream);
    await expect.poll(() => seqs).toEqual([52]);
  });

  it('compares heads at once after the bus has been away', async () => {
    const stream = await newStream();
    const { repairing, tellOfGap } = gappy();
    await using _repairing = repairing;
    const [held] = await repairing.hold([stream]);
    const seqs: number[] = [];
    held?.channel.join({ entry: ({ entry }) => seqs.push(entry.seq) });
    await join(log, stream);
    tellOfGap();
    await expect.poll(() => seqs).toEqual([1]);
  });

  it('only makes those users look for their markers whose markers moved while the bus was away', async () => {
    const [quiet, moved] = [await newStream('ACCOUNT'), await newStream('ACCOUNT')];
    const { repairing, tellOfGap } = gappy();
    await using _repairing = repairing;
    const missed: bigint[] = [];
    for (const { channel } of await repairing.hold([quiet, moved]))
      channel.join({ entry: () => undefined, missed: () => missed.push(channel.streamId) });
    await db.transaction(async (tx) => {
      const { rows: accounts } = await db.lockStreams(tx, [moved]);
      await countMarkerMoves(db, tx, { accounts, moves: new Map([[moved, 1]]) });
    });
    tellOfGap();
    await expect.poll(() => missed).toEqual([moved]);
    tellOfGap();
    await repairing.check();
    expect(missed).toEqual([moved]);
  });

  it('gives all listeners the same objects, whether published, read or from memory', async () => {
    const stream = await newStream();
    for (let n = 0; n < 5; n += 1) await join(log, stream);
    const { held, ...first } = await hear(stream);
    const second = await hear(stream);
    const [one, two] = await Promise.all([held.channel.read(1, 5), held.channel.read(3, 5)]);
    expect(one.entries.map(({ seq }) => seq)).toEqual([2, 3, 4, 5]);
    expect(two.entries.at(-1)).toBe(one.entries.at(-1));
    expect(held.channel.recent(1)?.at(-1)).toBe(one.entries.at(-1));
    await join(log, stream);
    await expect.poll(() => second.seqs).toEqual([6]);
    expect(first.entries[0]).toBe(second.entries[0]);
    // Further back than memory reaches: the entries that are also in memory are the same objects.
    const all = await held.channel.read(0, 6);
    expect(all.entries[1]).toBe(one.entries[0]);
    expect(all.entries[5]).toBe(first.entries[0]);
    await bus.publish(
      streamTopic(stream),
      formatHint({ kind: 'receipt', conversationId: stream, userId: 1n, ownOnly: false, othersOnly: false }),
    );
    await expect.poll(() => first.ephemerals).toHaveLength(1);
    expect(second.ephemerals[0]).toBe(first.ephemerals[0]);
  });

  it('reads the heads of concurrently opened streams in one read', async () => {
    const streams = [await newStream(), await newStream(), await newStream()];
    const asked: (readonly bigint[])[] = [];
    const noting: Log = {
      ...log,
      heads(ids) {
        asked.push(ids);
        return log.heads(ids);
      },
    };
    await using opening = createChannels({
      log: noting,
      bus: elsewhere,
      logger,
      headCheckMs: never,
      maxGap: 50,
      typingMs: () => never,
      now: () => new Date(),
    });
    await Promise.all(streams.map((stream) => opening.hold([stream])));
    expect(asked).toEqual([streams]);
  });

  it('ignores unreadable hints and hints of other streams, warns once, and goes on', async () => {
    const stream = await newStream();
    const { seqs, ephemerals } = await hear(stream);
    const entry = await join(silent, stream);
    const elsewhere = formatHint({ kind: 'entry', entry: { ...entry, streamId: stream + 1n } });
    for (const text of ['not a hint', elsewhere, '{"kind":"dance"}']) await bus.publish(streamTopic(stream), text);
    expect(seqs).toEqual([]);
    expect(warnings.filter((line) => line.includes(`"stream:${stream}"`))).toHaveLength(1);
    await bus.publish(streamTopic(stream), formatHint({ kind: 'entry', entry }));
    await expect.poll(() => seqs).toEqual([1]);
    expect(ephemerals).toEqual([]);
  });

  it('still finds missing entries after a hint without a seq', async () => {
    const stream = await newStream();
    const { seqs } = await hear(stream);
    await bus.publish(streamTopic(stream), JSON.stringify({ kind: 'entry', v: 1, entry: { streamId: stream.toString(), actorId: null } }));
    await join(silent, stream);
    await channels.check();
    await expect.poll(() => seqs).toEqual([1]);
  });

  it('is shared by its holders, and closed with the last one', async () => {
    const stream = await newStream();
    const [one, two] = await Promise.all([hear(stream), hear(stream)]);
    expect(one.held.channel).toBe(two.held.channel);
    one.held.release();
    one.held.release();
    await join(log, stream);
    await expect.poll(() => two.seqs).toEqual([1]);
    two.held.release();
    // The topic is free again: a second subscription to it would throw.
    const unsubscribe = await bus.subscribe(streamTopic(stream), () => undefined);
    unsubscribe();
  });
});
