import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import type { Bus } from '../../src/bus/index.ts';
import type { Db } from '../../src/db/index.ts';
import { ChatError } from '../../src/errors.ts';
import { createLog, type Entry, type Log, parseHint, streamTopic } from '../../src/log/index.ts';

/** What the log promises, on any database. */
export function promisesOfTheLog(open: () => Promise<Db>): void {
  let db: Db;
  let bus: Bus;
  let log: Log;

  beforeAll(async () => {
    db = await open();
    bus = createMemoryBus();
    log = createLog({ db, bus, logger: pino({ level: 'silent' }) });
  });
  afterAll(async () => {
    await bus[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
  });

  function newStream(kind: 'ACCOUNT' | 'GROUP' = 'GROUP'): Promise<bigint> {
    return log.append({ lock: [], decide: async () => ({ create: [{ kind }], result: ({ created }) => created[0] ?? 0n }) });
  }

  function join(stream: bigint, userId: bigint): Promise<Entry | undefined> {
    return log.append({
      lock: [stream],
      decide: async () => ({
        entries: () => [{ stream, actorId: userId, entry: { type: 'MemberJoined', data: { userId } } }],
        result: ({ entries }) => entries[0],
      }),
    });
  }

  function send(stream: bigint, senderId: bigint, text: string, clientMessageId = text): Promise<number> {
    return log.append({
      lock: [stream],
      decide: async () => ({
        entries: () => [
          {
            stream,
            actorId: senderId,
            entry: {
              ...{ type: 'MessageSent', clientMessageId, fingerprint: new Uint8Array(16), text, replyToSeq: null },
              ...{ threadRootSeq: null, mentionIds: [], mentionsEveryone: false, origin: null, attachments: [], data: null, poll: null },
            },
          },
        ],
        result: ({ entries }) => entries[0]?.seq ?? 0,
      }),
    });
  }

  describe('the head of a stream', () => {
    it('has the seq of the last entry that may change rows, whatever else follows', async () => {
      const stream = await newStream();
      const changedSeq = async () => (await log.heads([stream])).get(stream)?.changedSeq;
      expect(await changedSeq()).toBe(0);
      await join(stream, 1n);
      await send(stream, 1n, `said ${stream}`);
      expect(await changedSeq()).toBe(1);
      await log.append({
        lock: [stream],
        decide: async () => ({
          entries: () => [
            { stream, actorId: 1n, entry: { type: 'GroupChanged', data: { fields: ['name'] } } },
            { stream, actorId: 1n, entry: { type: 'ReactionsChanged', data: { messageSeq: 2, emoji: '👍', added: true } } },
          ],
          result: () => undefined,
        }),
      });
      expect(await changedSeq()).toBe(3);
    });

    it('has it also if that entry shares a commit with messages', async () => {
      const streams = [await newStream(), await newStream()];
      await Promise.all(streams.flatMap((stream) => [send(stream, 1n, `a ${stream}`), join(stream, 2n), send(stream, 1n, `b ${stream}`)]));
      const heads = await log.heads(streams);
      for (const stream of streams) {
        const { entries } = await log.read(stream, { after: 0, limit: 10 });
        expect(heads.get(stream)?.changedSeq).toBe(entries.find(({ type }) => type === 'MemberJoined')?.seq);
      }
    });
  });

  describe('a comparison of heads', () => {
    it('returns only streams with newer entries or newer moves of own markers', async () => {
      const streams = await Promise.all(Array.from({ length: 1_000 }, () => newStream()));
      const known = streams.map((id) => ({ id, lastSeq: 0, markerCount: 0 }));
      expect(await log.movedHeads(known)).toEqual([]);
      const [first, last] = [streams[0] ?? 0n, streams[999] ?? 0n];
      for (const stream of [first, last, last]) await join(stream, 1n);
      const further = [
        { id: first, lastSeq: 1, markerCount: 0 },
        { id: last, lastSeq: 2, markerCount: 0 },
      ];
      expect(await log.movedHeads(known)).toEqual(further);
      expect(await log.movedHeads([...further, { id: 2n ** 62n, lastSeq: 0, markerCount: 0 }])).toEqual([]);
      // A known seq beyond the log's is ignored: nobody moves back to a head that was read too early.
      expect(await log.movedHeads(further.map((head) => ({ ...head, lastSeq: 9 })))).toEqual([]);
    });

    it('does not count messages as moves, and reads an account’s count from their column', async () => {
      const stream = await newStream();
      await send(stream, 1n, `counted ${stream}`);
      expect(await log.movedHeads([{ id: stream, lastSeq: 1, markerCount: 0 }])).toEqual([]);
      const account = await newStream('ACCOUNT');
      await db.transaction((tx) => tx.stream.update({ where: { id: account }, data: { lastOrdinal: 3 } }));
      expect(await log.movedHeads([{ id: account, lastSeq: 0, markerCount: 2 }])).toEqual([{ id: account, lastSeq: 0, markerCount: 3 }]);
      expect(await log.movedHeads([{ id: account, lastSeq: 0, markerCount: 3 }])).toEqual([]);
    });
  });

  describe('an append', () => {
    it('numbers entries and messages of a stream in one sequence, from 1', async () => {
      const stream = await newStream();
      await join(stream, 7n);
      expect(await send(stream, 7n, 'numbered hello 👍')).toBe(2);
      await join(stream, 8n);
      const { entries, head } = await log.read(stream, { after: 0, limit: 10 });
      expect(head).toBe(3);
      expect(entries.map(({ seq, type, actorId }) => [seq, type, actorId])).toEqual([
        [1, 'MemberJoined', 7n],
        [2, 'MessageSent', 7n],
        [3, 'MemberJoined', 8n],
      ]);
      expect(entries[0]?.data).toEqual({ userId: 7n });
      expect(entries[1]?.data).toMatchObject({ text: 'numbered hello 👍', ordinal: 1 });
    });

    it('gives every racing append a seq of its own, without a gap', async () => {
      const stream = await newStream();
      const seqs = await Promise.all(Array.from({ length: 40 }, (_, n) => send(stream, BigInt(n % 4), `race ${n}`)));
      expect(seqs.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
      const { entries } = await log.read(stream, { after: 0, limit: 100 });
      expect(entries.map((entry) => entry.type === 'MessageSent' && entry.data.ordinal)).toEqual(entries.map(({ seq }) => seq));
    });

    it('leaves nothing if it is refused, and its seq to the next', async () => {
      const stream = await newStream();
      const refusal = log.append({
        lock: [stream],
        decide: async () => {
          throw new ChatError('FORBIDDEN', 'Not you.');
        },
      });
      await expect(refusal).rejects.toMatchObject({ code: 'FORBIDDEN' });
      expect(await send(stream, 1n, 'after a refusal')).toBe(1);
    });

    it('leaves nothing if its own rows cannot be written', async () => {
      const stream = await newStream();
      await send(stream, 1n, 'taken key');
      await expect(send(stream, 1n, 'another text', 'taken key')).rejects.toThrow();
      expect((await log.read(stream, { after: 0, limit: 10 })).head).toBe(1);
    });

    it('writes to several streams at once, or to none of them', async () => {
      const [one, two] = [await newStream(), await newStream()];
      const both = (fail: boolean) =>
        log.append({
          lock: [two, one],
          decide: async () => ({
            entries: () => [one, two].map((stream) => ({ stream, actorId: null, entry: { type: 'MemberJoined', data: { userId: 1n } } })),
            write: async () => {
              if (fail) throw new Error('the last write fails');
            },
            result: ({ entries }) => entries.map(({ streamId, seq }) => [streamId, seq]),
          }),
        });
      await expect(both(true)).rejects.toThrow('the last write fails');
      expect(await both(false)).toEqual([
        [one, 1],
        [two, 1],
      ]);
    });

    it('does not deadlock with appends that lock the same streams in another order', async () => {
      const [one, two] = [await newStream(), await newStream()];
      const touch = (lock: readonly bigint[]) =>
        log.append({
          lock,
          decide: async () => ({
            entries: () => lock.map((stream) => ({ stream, actorId: null, entry: { type: 'MemberJoined', data: { userId: 1n } } })),
            result: () => undefined,
          }),
        });
      await Promise.all(Array.from({ length: 20 }, (_, n) => touch(n % 2 === 0 ? [one, two] : [two, one])));
      expect((await log.heads([one, two])).get(two)?.lastSeq).toBe(20);
    });

    it('never decreases the times of a stream, and moves its activity with messages only', async () => {
      const stream = await newStream();
      const born = (await log.heads([stream])).get(stream);
      await join(stream, 1n);
      const joined = (await log.heads([stream])).get(stream);
      await send(stream, 1n, 'activity');
      const sent = (await log.heads([stream])).get(stream);
      expect(joined?.activeAt).toEqual(born?.activeAt);
      expect(sent?.activeAt).toEqual(sent?.lastAt);
      const { entries } = await log.read(stream, { after: 0, limit: 10 });
      const times = entries.map(({ at }) => at.getTime());
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    });

    it('publishes each entry after commit, readable as in the log', async () => {
      const stream = await newStream();
      const heard: string[] = [];
      const unsubscribe = await bus.subscribe(streamTopic(stream), (message) => heard.push(message));
      await send(stream, 5n, 'published — “こんにちは”');
      await join(stream, 6n);
      const { entries } = await log.read(stream, { after: 0, limit: 10 });
      await expect
        .poll(() => heard.map((message) => parseHint(stream, message)))
        .toEqual(entries.map((entry) => ({ kind: 'entry', entry })));
      unsubscribe();
    });
  });

  describe('a read', () => {
    it('returns at most the limit of entries after the position, and the head', async () => {
      const stream = await newStream();
      for (let n = 1; n <= 5; n += 1) await send(stream, 1n, `page ${n}`);
      const page = await log.read(stream, { after: 1, limit: 2 });
      expect(page.entries.map(({ seq }) => seq)).toEqual([2, 3]);
      expect(page.head).toBe(5);
      expect((await log.read(stream, { after: 1, limit: 9, upTo: 4 })).entries.map(({ seq }) => seq)).toEqual([2, 3, 4]);
      expect((await log.read(stream, { after: 5, limit: 2 })).entries).toEqual([]);
      expect(await log.read(999_999n, { after: 0, limit: 2 })).toEqual({ entries: [], head: 0, floor: 0 });
    });

    it('of many streams returns what reading each of them does, in the order of the requests', async () => {
      const [stream, other, account] = [await newStream(), await newStream(), await newStream('ACCOUNT')];
      for (let n = 1; n <= 5; n += 1) {
        await send(stream, 1n, `together ${n}`);
        await join(n % 2 === 0 ? other : account, BigInt(n));
      }
      const ranges = [
        { streamId: other, after: 0, limit: 9 },
        { streamId: stream, after: 1, limit: 2 },
        { streamId: 999_999n, after: 0, limit: 2 },
        { streamId: account, after: 0, limit: 2 },
        { streamId: stream, after: 0, limit: 9, upTo: 4 },
        { streamId: stream, after: 9, limit: 9 },
      ];
      const pages = await Promise.all(ranges.map(({ streamId, ...range }) => log.read(streamId, range)));
      expect(await log.readAll(ranges)).toEqual(pages);
      expect(pages.map(({ entries }) => entries.length)).toEqual([2, 2, 0, 2, 4, 0]);
      expect(await log.readAll(ranges.slice(1, 2))).toEqual(pages.slice(1, 2));
    });

    it('shows an entry of a later release as hidden, at its position', async () => {
      const stream = await newStream();
      await join(stream, 1n);
      await db.transaction(async (tx) => {
        const { lastAt: at } = await tx.stream.update({ where: { id: stream }, data: { lastSeq: 2 } });
        await tx.entry.create({ data: { streamId: stream, seq: 2, type: 'FromTheFuture', version: 9, data: '{}', at } });
      });
      const { entries } = await log.read(stream, { after: 0, limit: 10 });
      expect(entries.map(({ seq, type }) => [seq, type])).toEqual([
        [1, 'MemberJoined'],
        [2, 'Hidden'],
      ]);
    });

    it('fails rather than return a page with a gap', async () => {
      const stream = await newStream();
      await db.transaction((tx) => tx.stream.update({ where: { id: stream }, data: { lastSeq: 3 } }));
      await expect(log.read(stream, { after: 0, limit: 10 })).rejects.toThrow('has a hole');
      await expect(log.readAll([{ streamId: stream, after: 0, limit: 10 }])).rejects.toThrow('has a hole');
    });
  });
}
