import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import { readConfig } from '../../src/config/index.ts';
import { type Db, markEffectsDone, type Settled } from '../../src/db/index.ts';
import { ChatError } from '../../src/errors.ts';
import { createLog, type Log } from '../../src/log/index.ts';
import { createWorker, type Effect, type Worker } from '../../src/worker/index.ts';
import { createMemoryQueue } from '../../src/worker/queue.memory.ts';
import { createRecorder } from './recorder.ts';

const logger = pino({ level: 'silent' });

/** What the way from the log to effects promises, on any database. */
export function promisesOfWorkers(open: () => Promise<Db>): void {
  let db: Db;
  let log: Log;

  beforeAll(async () => {
    db = await open();
    log = createLog({ db, bus: createMemoryBus(), logger });
  });
  afterAll(async () => {
    await log[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
  });

  /** Makes an empty stream. */
  async function newStream(): Promise<bigint> {
    return log.append({
      lock: [],
      decide: async () => ({ create: [{ kind: 'ACCOUNT' }], result: ({ created: [id = 0n] }) => id }),
    });
  }

  async function logEntries(stream: bigint, count: number): Promise<void> {
    for (let at = 0; at < count; at += 1) {
      await log.append({
        lock: [stream],
        decide: async () => ({
          entries: () => [{ stream, actorId: stream, entry: { type: 'ProfileChanged', data: {} } }],
          result: () => undefined,
        }),
      });
    }
  }

  function workerWith(effects: readonly Effect[], env: Readonly<Record<string, string>> = {}): Worker {
    const config = readConfig({ WORKER_POLL_MS: '10', ...env });
    const worker = createWorker({ db, log, queue: createMemoryQueue(), effects, logger, config });
    worker.begin();
    return worker;
  }

  function standing(id: bigint) {
    return db.client.stream.findUniqueOrThrow({ where: { id }, select: { jobSeq: true, jobsDue: true, lastSeq: true } });
  }

  async function untilDone(id: bigint): Promise<void> {
    await expect.poll(() => standing(id)).toMatchObject({ jobsDue: false });
  }

  function deadOf(stream: bigint) {
    return db.client.job.findMany({ where: { kind: 'EffectOwed', key: { contains: `:${stream}:` } }, orderBy: { key: 'asc' } });
  }

  const oneToFive = [1, 2, 3, 4, 5];

  describe('the worker', () => {
    it('calls an effect for each entry, in order, and then the stream is not due any more', async () => {
      const stream = await newStream();
      const effect = createRecorder();
      await using _worker = workerWith([effect]);
      await logEntries(stream, 5);
      await effect.until(stream, 5);
      await untilDone(stream);
      expect(effect.seen.get(stream)).toEqual(oneToFive);
      expect(await standing(stream)).toEqual({ jobSeq: 5, jobsDue: false, lastSeq: 5 });
    });

    it('continues at once with a stream that has more entries than one turn handles', async () => {
      const [stream, count] = [await newStream(), 2_345];
      await log.append({
        lock: [stream],
        decide: async () => ({
          entries: () =>
            Array.from({ length: count }, () => ({ stream, actorId: stream, entry: { type: 'ProfileChanged' as const, data: {} } })),
          result: () => undefined,
        }),
      });
      const effect = createRecorder();
      await using _worker = workerWith([effect]);
      await effect.until(stream, count);
      await untilDone(stream);
      expect(effect.seen.get(stream)).toEqual(Array.from({ length: count }, (_, at) => at + 1));
    });

    it('finds in the log alone what was committed while no worker ran', async () => {
      const stream = await newStream();
      await logEntries(stream, 5);
      expect(await standing(stream)).toEqual({ jobSeq: 0, jobsDue: true, lastSeq: 5 });
      const effect = createRecorder();
      await using _worker = workerWith([effect]);
      await effect.until(stream, 5);
      await untilDone(stream);
      expect(effect.seen.get(stream)).toEqual(oneToFive);
    });

    it('repeats entries whose effect was not recorded when a worker ended', async () => {
      const stream = await newStream();
      await logEntries(stream, 5);
      const first = createRecorder();
      const entered = Promise.withResolvers<void>();
      first.before = async (_run, signal) => {
        entered.resolve();
        await new Promise((resolve) => void signal.addEventListener('abort', resolve));
      };
      {
        await using _worker = workerWith([first]);
        await entered.promise;
      }
      expect(await standing(stream)).toMatchObject({ jobSeq: 0, jobsDue: true });
      const second = createRecorder();
      await using _worker = workerWith([second]);
      await second.until(stream, 5);
      await untilDone(stream);
    });

    it('retries what fails, and keeps the order', async () => {
      const stream = await newStream();
      await logEntries(stream, 3);
      const effect = createRecorder();
      let failures = 0;
      effect.before = async () => {
        failures += 1;
        if (failures <= 2) throw new Error('not now');
      };
      await using _worker = workerWith([effect]);
      await effect.until(stream, 3);
      await logEntries(stream, 2);
      await effect.until(stream, 5);
      await untilDone(stream);
      expect(effect.seen.get(stream)).toEqual(oneToFive);
      expect(await deadOf(stream)).toEqual([]);
    });

    it('makes a dead job of one entry that always fails, and continues with the others, other streams and other effects', async () => {
      const [stream, other] = [await newStream(), await newStream()];
      const [effect, healthy] = [createRecorder('sick'), createRecorder('healthy')];
      effect.before = async ({ streamId, entries }) => {
        if (streamId === stream && entries.some(({ seq }) => seq === 3)) throw new Error('cannot be done');
      };
      await logEntries(stream, 5);
      await logEntries(other, 2);
      await using worker = workerWith([effect, healthy], { WORKER_ATTEMPTS: '2' });
      await Promise.all([effect.until(other, 2), healthy.until(stream, 5), effect.until(stream, 4)]);
      await untilDone(stream);
      expect(effect.seen.get(stream)).toEqual([1, 2, 4, 5]);
      expect(healthy.seen.get(stream)).toEqual(oneToFive);
      expect(await deadOf(stream)).toMatchObject([
        { state: 'DEAD', key: `sick:${stream}:3`, failure: 'Error: cannot be done', attempts: 2 },
      ]);
      effect.before = async () => undefined;
      await worker.again({ effect: 'sick', streamId: stream, seq: 3 }, AbortSignal.timeout(5_000));
      expect(effect.seen.get(stream)).toEqual([1, 2, 4, 5, 3]);
    });

    it('gives nothing up while the database or Redis is unavailable', async () => {
      const stream = await newStream();
      await logEntries(stream, 2);
      const effect = createRecorder();
      let failures = 0;
      effect.before = async () => {
        failures += 1;
        if (failures <= 3) throw new ChatError('UNAVAILABLE', 'Later.');
      };
      await using _worker = workerWith([effect], { WORKER_ATTEMPTS: '1' });
      await effect.until(stream, 2);
      await untilDone(stream);
      expect(await deadOf(stream)).toEqual([]);
    });

    it('skips entries that no effect wants, and calls for all that are logged after one does', async () => {
      const stream = await newStream();
      const effect = createRecorder();
      effect.isWanted = false;
      await logEntries(stream, 3);
      await using _worker = workerWith([effect]);
      await untilDone(stream);
      effect.isWanted = true;
      await logEntries(stream, 2);
      await effect.until(stream, 2);
      await untilDone(stream);
      expect(effect.seen.get(stream)).toEqual([4, 5]);
    });

    it('does nothing on a node without the worker role', async () => {
      const stream = await newStream();
      await logEntries(stream, 1);
      const [idle, busy] = [createRecorder(), createRecorder()];
      await using _gateway = workerWith([idle], { ROLES: 'gateway' });
      await using _worker = workerWith([busy]);
      await busy.until(stream, 1);
      await untilDone(stream);
      expect(idle.seen.size).toBe(0);
    });

    it('reports how far it is behind', async () => {
      const stream = await newStream();
      await using worker = workerWith([], { ROLES: 'gateway' });
      expect(await worker.lag()).toEqual({ streams: 0, oldestMs: 0 });
      await logEntries(stream, 2);
      const { streams, oldestMs } = await worker.lag();
      expect(streams).toBe(1);
      expect(oldestMs).toBeGreaterThanOrEqual(0);
      expect(oldestMs).toBeLessThan(10_000);
      await db.transaction((tx) => markEffectsDone(db, tx, [{ id: stream, upTo: 2 }]));
    });
  });

  describe('the progress of effects', () => {
    const settle = (settled: Settled) => db.transaction((tx) => markEffectsDone(db, tx, [settled]));

    it('never goes back, and a stream with entries added meanwhile stays due', async () => {
      const stream = await newStream();
      await logEntries(stream, 3);
      await settle({ id: stream, upTo: 2 });
      expect(await standing(stream)).toEqual({ jobSeq: 2, jobsDue: true, lastSeq: 3 });
      await settle({ id: stream, upTo: 1 });
      expect(await standing(stream)).toEqual({ jobSeq: 2, jobsDue: true, lastSeq: 3 });
      await settle({ id: stream, upTo: 3 });
      expect(await standing(stream)).toEqual({ jobSeq: 3, jobsDue: false, lastSeq: 3 });
      await logEntries(stream, 1);
      expect(await standing(stream)).toEqual({ jobSeq: 3, jobsDue: true, lastSeq: 4 });
      await settle({ id: stream, upTo: 4 });
    });
  });
}
