import { setImmediate as nextTurn } from 'node:timers/promises';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import type { Bus } from '../../src/bus/index.ts';
import type { Db } from '../../src/db/index.ts';
import { ChatError } from '../../src/errors.ts';
import {
  type Append,
  type CommitLimits,
  createLog,
  effect,
  type Fact,
  type Log,
  newestByOther,
  parseHint,
  streamTopic,
  type Verdict,
} from '../../src/log/index.ts';

const logger = pino({ level: 'silent' });

/** What the log promises to appends that share a commit, on any database. */
export function promisesOfCommits(open: () => Promise<Db>): void {
  let db: Db;
  let bus: Bus;
  let log: Log;

  beforeAll(async () => {
    db = await open();
    bus = createMemoryBus();
    log = createLog({ db, bus, logger });
  });
  afterAll(async () => {
    await log[Symbol.asyncDispose]();
    await bus[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
  });

  function newStream(): Promise<bigint> {
    return log.append({ lock: [], decide: async () => ({ create: [{ kind: 'GROUP' }], result: ({ created }) => created[0] ?? 0n }) });
  }

  interface Act {
    readonly key?: string;
    readonly on?: Log;
    readonly decide?: () => void;
    readonly write?: () => Promise<void>;
    readonly along?: () => unknown;
  }

  /** Adds a user, sharing the stream if a key is given. Resolves with the entry's seq. */
  function join(stream: bigint, userId: bigint, { key, on = log, decide, write, along }: Act = {}): Promise<number> {
    return on.append({
      lock: [stream],
      ...(key !== undefined && { keys: [key] }),
      async decide() {
        decide?.();
        return {
          entries: () => [{ stream, actorId: userId, entry: { type: 'MemberJoined', data: { userId } } }],
          ...(write !== undefined && { write }),
          ...(along !== undefined && { along }),
          result: ({ entries }) => entries[0]?.seq ?? 0,
        };
      },
    });
  }

  /** Adds users at once, of whom one cannot be stored. */
  function joinAllBut(faulty: number, { of, stream }: { readonly of: number; readonly stream: bigint }) {
    return Promise.allSettled(
      numbers(of).map((n) =>
        join(stream, BigInt(n), {
          key: `${n}`,
          async write() {
            if (n === faulty) throw new Error('this one cannot be written');
          },
        }),
      ),
    );
  }

  function send(stream: bigint, senderId: bigint, key: string): Promise<{ readonly seq: number; readonly newestByOther: number }> {
    return log.append({
      lock: [stream],
      keys: [key],
      async decide() {
        return {
          entries: () => [
            {
              stream,
              actorId: senderId,
              entry: {
                ...{ type: 'MessageSent', clientMessageId: key, fingerprint: new Uint8Array(16), text: key, replyToSeq: null },
                ...{ threadRootSeq: null, mentionIds: [], mentionsEveryone: false, origin: null, attachments: [], data: null, poll: null },
              },
            },
          ],
          result: ({ entries, head }) => ({ seq: entries[0]?.seq ?? 0, newestByOther: newestByOther(head(stream), senderId) }),
        };
      },
    });
  }

  async function commits(): Promise<number> {
    return db.client.commit.count();
  }

  async function seqs(stream: bigint): Promise<readonly number[]> {
    return (await log.read(stream, { after: 0, limit: 1_000 })).entries.map(({ seq }) => seq);
  }

  function numbers(count: number): readonly number[] {
    return Array.from({ length: count }, (_, n) => n + 1);
  }

  describe('concurrent appends', () => {
    it('share a commit, in the order of the calls', async () => {
      const stream = await newStream();
      const before = await commits();
      const answers = await Promise.all(numbers(50).map((n) => join(stream, BigInt(n), { key: `${n}` })));
      expect(answers).toEqual(numbers(50));
      expect((await commits()) - before).toBeLessThanOrEqual(2);
      expect(await seqs(stream)).toEqual(numbers(50));
    });

    it('in repeated rounds keep sharing commits, and do not split into two halves that wait for each other', async () => {
      const stream = await newStream();
      const before = await commits();
      async function goOn(caller: number): Promise<void> {
        for (let said = 0; said < 20; said += 1) {
          // A caller has something to do before its next append.
          for (let steps = 0; steps < 50; steps += 1) await undefined;
          await join(stream, BigInt(caller), { key: `${caller}` });
        }
      }
      const first = numbers(16).map(goOn);
      // The other half starts during the first commit.
      await nextTurn();
      await nextTurn();
      await Promise.all([...first, ...numbers(32).slice(16).map(goOn)]);
      expect((await commits()) - before).toBeLessThan(30);
    });

    it('that each need a stream alone have a commit each, in the order of the calls', async () => {
      const stream = await newStream();
      const before = await commits();
      expect(await Promise.all(numbers(5).map((n) => join(stream, BigInt(n))))).toEqual(numbers(5));
      expect((await commits()) - before).toBe(5);
    });

    it('with the same key run one after the other: the second decides on the state that the first has left', async () => {
      const stream = await newStream();
      const heads: (number | undefined)[] = [];
      const act = () =>
        log.append({
          lock: [stream],
          keys: ['the same'],
          async decide(inside) {
            heads.push(inside.head(stream)?.lastSeq);
            return {
              entries: () => [{ stream, actorId: null, entry: { type: 'MemberJoined', data: { userId: 1n } } }],
              result: () => undefined,
            };
          },
        });
      await Promise.all([act(), act(), act()]);
      expect(heads).toEqual([0, 1, 2]);
    });

    it.each([
      'FORBIDDEN',
      'UNAVAILABLE',
    ] as const)('are refused one by one: an append that is refused with %s leaves nothing and takes neither seq nor success from the others', async (code) => {
      const stream = await newStream();
      const outcomes = await Promise.allSettled(
        numbers(9).map((n) =>
          join(stream, BigInt(n), {
            key: `${n}`,
            decide() {
              if (n % 3 === 0) throw new ChatError(code, 'Not you.');
            },
          }),
        ),
      );
      expect(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : outcome.reason.code))).toEqual([
        ...[1, 2, code, 3, 4, code, 5, 6, code],
      ]);
      expect(await seqs(stream)).toEqual(numbers(6));
    });

    it('fail one by one: a failed write fails no other append', async () => {
      const stream = await newStream();
      const outcomes = await joinAllBut(3, { of: 5, stream });
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
      expect(await seqs(stream)).toEqual(numbers(4));
    });

    it('need a few commits more if one of them cannot be written, and not one each', async () => {
      const stream = await newStream();
      const before = log.counts();
      const outcomes = await joinAllBut(40, { of: 64, stream });
      expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1);
      expect(await seqs(stream)).toEqual(numbers(63));
      expect(log.counts().stored - before.stored).toBeLessThan(10);
    });

    it('are stored once and answered so, even if onStored fails for one of them', async () => {
      const stream = await newStream();
      let called = 0;
      const onStored = (): void => {
        called += 1;
        if (called === 2) throw new Error('what follows fails for the second');
      };
      await using on = createLog({ db, bus, logger, onStored });
      expect(await Promise.all(numbers(3).map((n) => join(stream, BigInt(n), { key: `${n}`, on })))).toEqual(numbers(3));
      expect(await seqs(stream)).toEqual(numbers(3));
      expect(called).toBe(3);
    });

    it('are stored and answered, even if the hint of one of them cannot be made, and the hints of the others are published', async () => {
      const stream = await newStream();
      const told: unknown[] = [];
      await bus.subscribe(streamTopic(stream), (text) => told.push(parseHint(stream, text)));
      function along(n: number): string {
        if (n === 2) throw new Error('this one cannot be made');
        return `of ${n}`;
      }
      const joined = numbers(3).map((n) => join(stream, BigInt(n), { key: `${n}`, along: () => along(n) }));
      expect(await Promise.all(joined)).toEqual(numbers(3));
      expect(await seqs(stream)).toEqual(numbers(3));
      expect(told).toMatchObject([
        { entry: { seq: 1 }, along: 'of 1' },
        { entry: { seq: 3 }, along: 'of 3' },
      ]);
    });

    it('see the earlier messages of the same commit', async () => {
      const stream = await newStream();
      const before = await commits();
      const answers = await Promise.all([send(stream, 1n, 'a'), send(stream, 1n, 'b'), send(stream, 2n, 'c'), send(stream, 1n, 'd')]);
      expect(answers).toEqual([
        { seq: 1, newestByOther: 0 },
        { seq: 2, newestByOther: 0 },
        { seq: 3, newestByOther: 2 },
        { seq: 4, newestByOther: 3 },
      ]);
      expect((await commits()) - before).toBe(1);
      expect(await send(stream, 2n, 'e')).toEqual({ seq: 5, newestByOther: 4 });
      expect(await send(stream, 1n, 'f')).toEqual({ seq: 6, newestByOther: 5 });
      expect(await send(stream, 1n, 'g')).toEqual({ seq: 7, newestByOther: 5 });
    });

    it('write effects of one kind with one call for all of them', async () => {
      const stream = await newStream();
      const written: (readonly number[])[] = [];
      const kind = { name: 'noted', write: async (_tx: unknown, rows: readonly number[]) => void written.push(rows) };
      const act = (n: number) =>
        log.append({ lock: [stream], keys: [`${n}`], decide: async () => ({ effects: () => [effect(kind, n)], result: () => n }) });
      expect(await Promise.all(numbers(4).map(act))).toEqual(numbers(4));
      expect(written).toEqual([numbers(4)]);
    });
  });

  describe('what appends prefetch', () => {
    function prefetching(stream: bigint, fact: Fact<number, number>, n: number): Pick<Append<number>, 'lock' | 'keys' | 'prefetch'> {
      return { lock: [stream], keys: [`${n}`], prefetch: (read) => read(fact, n) };
    }

    async function answering(found: Promise<number>): Promise<Verdict<number>> {
      const answer = await found;
      return { result: () => answer };
    }

    it('is read at once for all appends of a commit, and not again when they decide', async () => {
      const stream = await newStream();
      const asked: (readonly number[])[] = [];
      const fact: Fact<number, number> = {
        name: 'twice',
        key: String,
        async read(_tx, keys) {
          asked.push(keys);
          return keys.map((n) => 2 * n);
        },
      };
      const act = (n: number) => log.append({ ...prefetching(stream, fact, n), decide: ({ read }) => answering(read(fact, n)) });
      expect(await Promise.all(numbers(3).map(act))).toEqual([2, 4, 6]);
      expect(asked).toEqual([[1, 2, 3]]);
    });

    it('fails only the appends that read it if it cannot be read', async () => {
      const stream = await newStream();
      const fact: Fact<number, never> = {
        name: 'unreadable',
        key: String,
        async read() {
          throw new Error('it cannot be read');
        },
      };
      const act = (n: number) =>
        log.append({ ...prefetching(stream, fact, n), decide: ({ read }) => answering(n === 2 ? read(fact, n) : Promise.resolve(n)) });
      const outcomes = await Promise.allSettled(numbers(3).map(act));
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    });
  });

  describe('the queue', () => {
    function narrow(limits: Partial<CommitLimits>): Log {
      return createLog({ db, bus, logger, limits: { batch: 256, queue: 10_000, deadlineMs: 8_000, ...limits } });
    }

    it('refuses at once what it has no room for, and stores what it has accepted', async () => {
      const stream = await newStream();
      await using on = narrow({ queue: 3 });
      const outcomes = await Promise.allSettled(numbers(5).map((n) => join(stream, BigInt(n), { key: `${n}`, on })));
      expect(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : outcome.reason))).toEqual([
        ...[1, 2, 3],
        ...Array.from({ length: 2 }, () => expect.objectContaining({ code: 'UNAVAILABLE', retryAfterMs: 1_000 })),
      ]);
      expect(await join(stream, 9n, { on })).toBe(4);
    });

    it('commits no more at once than its batch limit', async () => {
      const stream = await newStream();
      await using on = narrow({ batch: 10 });
      const before = await commits();
      await Promise.all(numbers(50).map((n) => join(stream, BigInt(n), { key: `${n}`, on })));
      expect((await commits()) - before).toBe(5);
    });

    it('is finished when the log is disposed, and accepts no more', async () => {
      const stream = await newStream();
      const on = narrow({});
      const accepted = numbers(20).map((n) => join(stream, BigInt(n), { on }));
      await on[Symbol.asyncDispose]();
      expect(await Promise.all(accepted)).toEqual(numbers(20));
      await expect(join(stream, 1n, { on })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      expect(await seqs(stream)).toEqual(numbers(20));
    });
  });

  it('the marks of old commits are removed, and marks that may still be needed are kept', async () => {
    await newStream();
    const old = new Date((await db.now()).getTime() - 11 * 60_000);
    await db.transaction((tx) => tx.commit.create({ data: { id: new Uint8Array(16), at: old } }));
    const kept = (await commits()) - 1;
    await db.forgetCommits();
    expect(await commits()).toBe(kept);
    expect(await db.client.commit.count({ where: { at: old } })).toBe(0);
  });

  it('the first commit of a node removes old marks, so that they do not gather if nodes are often replaced', async () => {
    const stream = await newStream();
    const old = new Date((await db.now()).getTime() - 11 * 60_000);
    await db.transaction((tx) => tx.commit.create({ data: { id: new Uint8Array(16), at: old } }));
    await using fresh = createLog({ db, bus, logger });
    await join(stream, 1n, { on: fresh });
    await fresh[Symbol.asyncDispose]();
    expect(await db.client.commit.count({ where: { at: old } })).toBe(0);
  });
}
