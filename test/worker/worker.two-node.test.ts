import { setTimeout as delay } from 'node:timers/promises';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import { connectMysql } from '../../src/db/db.mysql.ts';
import type { Db } from '../../src/db/index.ts';
import { createLog } from '../../src/log/index.ts';
import { randomFrom } from '../support/random.ts';
import { type Service, startRedis } from '../support/services.ts';
import { realStores } from '../support/stores.ts';
import { type Program, startProgram } from './process.ts';
import { openReceiver, type Receiver } from './receiver.ts';
import { openWorker } from './reporting-worker.ts';
import { write } from './writing.ts';

const streamCount = 12;
// Each worker is killed once: one before Redis is restarted, and the other after it.
const faults = ['kill', 'restart', 'kill'];
// A restart of Redis fits within two visibility times, and tests can wait for some of them.
const quick = { WORKER_POLL_MS: '50', WORKER_VISIBILITY_MS: '3000', NODE_LEASE_MS: '2000', WORKER_CONCURRENCY: '4' };
// A stream stays with its worker for longer than any test, unless the worker gives it up or is known to be gone.
const held = { WORKER_VISIBILITY_MS: '600000' };

/** A database, a Redis that can be killed, and a receiver. */
interface Ground extends AsyncDisposable {
  readonly db: Db;
  readonly redis: Service;
  readonly receiver: Receiver;
  /** Some empty streams. */
  readonly streams: readonly bigint[];
  /** Starts a worker in a process of its own, which can be killed. `env` overrides the usual configuration. */
  worker(name: string, env?: Readonly<Record<string, string>>): Promise<Program>;
  /** Opens a worker in this process, which starts at once. */
  workHere(name: string, env?: Readonly<Record<string, string>>): Promise<void>;
  /** Starts a process that logs entries until it is killed. */
  writer(seed: number): Promise<Program>;
  /** Logs entries in this process. */
  write(seed: number, entries: number): Promise<void>;
  /** Resolves when no stream is due. */
  done(): Promise<void>;
  /** The head of each stream, by its id as text. */
  heads(): Promise<ReadonlyMap<string, number>>;
}

async function openGround(redisArgs: readonly string[] = []): Promise<Ground> {
  await using opening = new AsyncDisposableStack();
  const stores = opening.use(await realStores());
  const redis = opening.use(await startRedis({ args: redisArgs }));
  const receiver = opening.use(await openReceiver());
  const env: Readonly<Record<string, string>> = { ...stores.env, REDIS_URL: redis.url, ...quick };
  const db = opening.use(await connectMysql({ url: env['DATABASE_URL'] ?? '', connections: 4, writeDeadlineMs: 20_000, serverKey: true }));
  const log = opening.use(createLog({ db, bus: createMemoryBus(), logger: pino({ level: 'silent' }) }));
  const create = Array.from({ length: streamCount }, () => ({ kind: 'ACCOUNT' as const }));
  const streams = await log.append({ lock: [], decide: async () => ({ create, result: ({ created }) => created }) });
  const working = (name: string) => ({ ...env, ROLES: 'worker', RECEIVER: receiver.url, WORKER_NAME: name });
  const open = opening.move();
  return {
    ...{ db, redis, receiver, streams },
    worker: async (name, own = {}) => open.use(await startProgram('worker-process.ts', { ...working(name), ...own })),
    workHere: async (name, own = {}) => void open.use(await openWorker({ ...working(name), ...own })),
    writer: async (seed) => open.use(await startProgram('writer-process.ts', { ...env, STREAMS: streams.join(','), SEED: String(seed) })),
    write: (seed, entries) => write(log, { streams, seed, entries }),
    done: () => expect.poll(() => db.client.stream.count({ where: { jobsDue: true } }), { timeout: 60_000, interval: 100 }).toBe(0),
    async heads() {
      const rows = await db.client.stream.findMany({ where: { id: { in: [...streams] } }, select: { id: true, lastSeq: true } });
      return new Map(rows.map(({ id, lastSeq }) => [String(id), lastSeq]));
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

/** The entries received, each at its first position. */
function firsts(seqs: readonly number[] = []): readonly number[] {
  return [...new Set(seqs)];
}

async function expectEverythingInOrder({ heads, receiver }: Ground): Promise<void> {
  for (const [stream, head] of await heads()) {
    expect([stream, firsts(receiver.seen.get(stream))]).toEqual([stream, Array.from({ length: head }, (_, at) => at + 1)]);
  }
}

describe.each([
  ['whose data is lost', []],
  ['that keeps its data', ['--appendonly', 'yes', '--appendfsync', 'always']],
])('while workers are killed and a Redis %s is restarted', (_what, redisArgs) => {
  it('each entry has its effect at least once, in order, by one worker at a time', { timeout: 150_000 }, async () => {
    const seed = 20_260_309;
    const random = randomFrom(seed);
    await using ground = await openGround(redisArgs);
    const { receiver, redis } = ground;
    // One call in ten fails after it was recorded. While processes are killed, one in fifty takes so long that its stream is handed on
    // again meanwhile. It is the second of the fifty, so that there is one in any case.
    let calls = 0;
    let killing = true;
    receiver.answer = async () => {
      calls += 1;
      if (killing && calls % 50 === 2) await delay(1.5 * Number(quick.WORKER_VISIBILITY_MS));
      return random() < 0.1 ? 500 : 204;
    };
    const came = (): number => [...receiver.seen.values()].flat().length;
    // They write until they are killed.
    const [workers, writers] = await Promise.all([
      Promise.all([ground.worker('w0'), ground.worker('w1')]),
      Promise.all([ground.writer(seed), ground.writer(seed + 1)]),
    ]);
    for (const [round, fault] of faults.entries()) {
      if (fault === 'restart') await redis.restart();
      else {
        const at = round / 2;
        await workers[at]?.kill();
        workers[at] = await ground.worker(`w${round + 2}`);
      }
      const before = came();
      await expect.poll(came, { timeout: 30_000 }).toBeGreaterThan(before);
    }
    await Promise.all(writers.map((writer) => writer.kill()));
    killing = false;
    await ground.done();
    await expectEverythingInOrder(ground);
    expect(receiver.overlaps).toEqual([]);
    expect(await ground.db.client.job.count({ where: { kind: 'EffectOwed' } })).toBe(0);
  });
});

describe('a process that dies', () => {
  it('between an effect and recording it has it repeated by another, and no entry is left out', { timeout: 60_000 }, async () => {
    await using ground = await openGround();
    const { receiver } = ground;
    const acted = Promise.withResolvers<void>();
    // The effect is done, but its worker never gets the answer.
    receiver.answer = ({ worker }) => {
      if (worker !== 'first') return 204;
      acted.resolve();
      return new Promise(() => undefined);
    };
    const first = await ground.worker('first');
    await ground.write(7, 40);
    await acted.promise;
    await first.kill();
    const seenByFirst = new Map([...receiver.seen].map(([stream, seqs]) => [stream, [...seqs]]));
    await ground.workHere('second');
    await ground.done();
    await expectEverythingInOrder(ground);
    for (const [stream, seqs] of seenByFirst) {
      const all = receiver.seen.get(stream) ?? [];
      expect(all.slice(seqs.length, 2 * seqs.length)).toEqual(seqs);
    }
    expect(seenByFirst.size).toBeGreaterThan(0);
  });

  it('after its commit and before anybody is notified leaves no entry without its effect, even if Redis never knew of it', {
    timeout: 60_000,
  }, async () => {
    await using ground = await openGround();
    const writer = await ground.writer(9);
    await expect.poll(async () => Math.min(...(await ground.heads()).values())).toBeGreaterThan(0);
    await writer.kill();
    expect(await ground.db.client.stream.count({ where: { jobsDue: true } })).toBe(streamCount);
    await ground.redis.restart();
    await ground.workHere('late');
    await ground.done();
    await expectEverythingInOrder(ground);
  });

  it('is replaced at once, long before its holds expire', { timeout: 60_000 }, async () => {
    await using ground = await openGround();
    const { receiver } = ground;
    const acted = Promise.withResolvers<void>();
    receiver.answer = ({ worker }) => {
      if (worker !== 'first') return 204;
      acted.resolve();
      return new Promise(() => undefined);
    };
    const first = await ground.worker('first', held);
    await ground.workHere('second', held);
    await ground.write(3, 60);
    await acted.promise;
    await first.kill();
    await ground.done();
    await expectEverythingInOrder(ground);
  });
});

describe('a process that stops in an orderly way', () => {
  it('leaves its streams to another worker at once, even if that one is the relay and counts them as under way', {
    timeout: 60_000,
  }, async () => {
    await using ground = await openGround();
    const { receiver } = ground;
    const acted = Promise.withResolvers<void>();
    receiver.answer = ({ worker }) => {
      if (worker !== 'first') return 204;
      acted.resolve();
      return new Promise(() => undefined);
    };
    await ground.workHere('second', held);
    // It is the relay from here on, and does not start over when the other leaves.
    await ground.write(4, 24);
    await ground.done();
    const first = await ground.worker('first', held);
    await ground.write(5, 120);
    await acted.promise;
    await first.stop();
    await ground.done();
    await expectEverythingInOrder(ground);
  });
});
