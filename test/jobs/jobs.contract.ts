import { getEventListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import { ChatError } from '../../src/errors.ts';
import { cancelJob, createJobs, type JobHandlers, type Jobs, type NewJob, putJob } from '../../src/jobs/index.ts';

const logger = pino({ level: 'silent' });
// Never polls by itself: the tests call doDue.
const config = { jobPollMs: 60_000 };

type Gate = PromiseWithResolvers<void>;

/** Handlers with one kind of job, the only kind in these tests. */
function only(dissolved: JobHandlers['GroupDissolved']): JobHandlers {
  return { GroupDissolved: dissolved } as unknown as JobHandlers;
}

/** What jobs promise, on any database. */
export function promisesOfJobs(open: () => Promise<Db>): void {
  let db: Db;
  let nextId = 1n;

  beforeAll(async () => {
    db = await open();
  });
  afterAll(() => db[Symbol.asyncDispose]());

  function jobAbout(groupId: bigint, { dueInMs = 0, actorId = 1n } = {}): (tx: Parameters<typeof putJob>[0]) => Promise<void> {
    return async (tx) => {
      const dueAt = new Date((await db.now(tx)).getTime() + dueInMs);
      const job: NewJob = { kind: 'GroupDissolved', key: String(groupId), data: { groupId, actorId }, dueAt };
      await putJob(tx, job);
    };
  }

  function nodeThat(dissolved: JobHandlers['GroupDissolved'], nodeId?: string): Jobs {
    return createJobs({ db, logger, config, handlers: only(dissolved), ...(nodeId !== undefined && { nodeId }) });
  }

  /** Moves the due time of the jobs under a key into the past. */
  async function makeDue(groupId: bigint): Promise<void> {
    await db.transaction((tx) => tx.job.updateMany({ where: { key: String(groupId) }, data: { dueAt: new Date(0) } }));
  }

  function rowOf(groupId: bigint) {
    return db.client.job.findFirst({ where: { key: String(groupId) } });
  }

  function newId(): bigint {
    nextId += 1n;
    return nextId;
  }

  describe('a job', () => {
    it('runs once it is due, with its data, and is removed then', async () => {
      const id = newId();
      const seen: unknown[] = [];
      await db.transaction(jobAbout(id, { actorId: 7n }));
      await using node = nodeThat(async (data) => void seen.push(data));
      await node.doDue();
      expect(seen).toEqual([{ groupId: id, actorId: 7n }]);
      expect(await rowOf(id)).toBeNull();
    });

    it('leaves no listener on its signal, which would stay in memory until the time for the job is over', async () => {
      const signals: AbortSignal[] = [];
      await db.transaction(jobAbout(newId()));
      await using node = nodeThat(async (_data, signal) => void signals.push(signal));
      await node.doDue();
      expect(signals.map((signal) => getEventListeners(signal, 'abort'))).toEqual([[]]);
    });

    it('is removed once it is done, also if a renewal of its lease is answered late', async () => {
      vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
      onTestFinished(() => void vi.useRealTimers());
      const id = newId();
      const [begun, renewed, late, end] = Array.from({ length: 4 }, () => Promise.withResolvers<void>()) as [Gate, Gate, Gate, Gate];
      await db.transaction(jobAbout(id));
      let transactions = 0;
      const slow: Db = {
        ...db,
        async transaction(work) {
          const result = await db.transaction(work);
          transactions += 1;
          // The first one takes the job, the second renews its lease.
          if (transactions !== 2) return result;
          renewed.resolve();
          await late.promise;
          return result;
        },
      };
      const dissolved: JobHandlers['GroupDissolved'] = async () => {
        begun.resolve();
        await end.promise;
      };
      await using node = createJobs({ db: slow, logger, config, handlers: only(dissolved) });
      const done = node.doDue();
      await begun.promise;
      // The renewed lease ends later than the first one, by the clock of the database.
      const taken = await db.now();
      while ((await db.now()) <= taken);
      vi.advanceTimersByTime(10_000);
      await renewed.promise;
      vi.advanceTimersByTime(10_000);
      end.resolve();
      // Time enough to remove the job, if the answer were not waited for.
      for (let turns = 0; turns < 100; turns += 1) {
        await rowOf(id);
        await turn();
      }
      late.resolve();
      await done;
      expect(await rowOf(id)).toBeNull();
    });

    it('waits for its due time', async () => {
      const id = newId();
      const seen: (bigint | null)[] = [];
      await db.transaction(jobAbout(id, { dueInMs: 3_600_000 }));
      await using node = nodeThat(async ({ groupId }) => void seen.push(groupId));
      await node.doDue();
      expect(seen).toEqual([]);
      const left = await rowOf(id);
      // createdAt is when the job was put, not when it is due.
      expect(Number(left?.dueAt) - Number(left?.createdAt)).toBeGreaterThan(3_000_000);
      await makeDue(id);
      await node.doDue();
      expect(seen).toEqual([id]);
    });

    it('of a kind that only a later release knows is left alone, and no try is counted', async () => {
      const id = newId();
      await db.transaction(jobAbout(id));
      await db.transaction((tx) => tx.job.updateMany({ where: { key: String(id) }, data: { kind: 'OfTomorrow' } }));
      await using node = nodeThat(async () => expect.unreachable());
      await node.doDue();
      expect(await rowOf(id)).toMatchObject({ attempts: 0, heldBy: null, state: 'PENDING' });
      await db.transaction((tx) => tx.job.deleteMany({ where: { key: String(id) } }));
    });

    it('is not stored if its transaction fails', async () => {
      const id = newId();
      const failing = db.transaction(async (tx) => {
        await jobAbout(id)(tx);
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await rowOf(id)).toBeNull();
    });

    it('replaces the one under its key, and can be cancelled', async () => {
      const id = newId();
      const seen: (bigint | null)[] = [];
      await db.transaction(jobAbout(id, { actorId: 1n }));
      await db.transaction(jobAbout(id, { actorId: 2n }));
      await using node = nodeThat(async ({ actorId }) => void seen.push(actorId));
      await node.doDue();
      expect(seen).toEqual([2n]);
      await db.transaction(jobAbout(id));
      await db.transaction((tx) => cancelJob(tx, 'GroupDissolved', String(id)));
      await node.doDue();
      expect(seen).toEqual([2n]);
    });

    it('runs on one of many nodes', async () => {
      const ids = Array.from({ length: 10 }, newId);
      const seen: (bigint | null)[] = [];
      for (const id of ids) await db.transaction(jobAbout(id));
      const dissolved: JobHandlers['GroupDissolved'] = async ({ groupId }) => void seen.push(groupId);
      await using one = nodeThat(dissolved);
      await using other = nodeThat(dissolved);
      await Promise.all([one.doDue(), other.doDue(), one.doDue()]);
      expect(seen.toSorted()).toEqual(ids.toSorted());
    });

    it('that fails is retried later, and its failure is stored', async () => {
      const id = newId();
      let tries = 0;
      await db.transaction(jobAbout(id));
      await using node = nodeThat(async () => {
        tries += 1;
        if (tries === 1) throw new Error('the first time');
      });
      await node.doDue();
      const row = await rowOf(id);
      expect(row).toMatchObject({ state: 'PENDING', attempts: 1, failure: 'Error: the first time' });
      expect(row?.dueAt.getTime()).toBeGreaterThan((await db.now()).getTime());
      await makeDue(id);
      await node.doDue();
      expect(tries).toBe(2);
      expect(await rowOf(id)).toBeNull();
    });

    it('that fails twenty times is dead, and stays stored', async () => {
      const id = newId();
      let tries = 0;
      await db.transaction(jobAbout(id));
      await using node = nodeThat(async () => {
        tries += 1;
        throw new Error('always');
      });
      for (let time = 1; time <= 21; time += 1) {
        await makeDue(id);
        await node.doDue();
      }
      expect(tries).toBe(20);
      expect(await rowOf(id)).toMatchObject({ state: 'DEAD', attempts: 20 });
      await db.transaction((tx) => tx.job.deleteMany({ where: { key: String(id) } }));
    });

    it('that is UNAVAILABLE is retried without a limit', async () => {
      const id = newId();
      let tries = 0;
      await db.transaction(jobAbout(id));
      await using node = nodeThat(async () => {
        tries += 1;
        if (tries <= 25) throw new ChatError('UNAVAILABLE', 'It is away.', { retryAfterMs: 1_000 });
      });
      const pauses: number[] = [];
      while (tries < 25) {
        await makeDue(id);
        await node.doDue();
        const dueAt = (await rowOf(id))?.dueAt ?? new Date(0);
        pauses.push(dueAt.getTime() - (await db.now()).getTime());
      }
      // It is tried less and less often, but soon enough after what it waits for is back.
      expect(Math.max(...pauses)).toBeLessThanOrEqual(22_500);
      expect(Math.min(...pauses.slice(5))).toBeGreaterThan(5_000);
      expect(await rowOf(id)).toMatchObject({ state: 'PENDING', attempts: 0, failure: 'ChatError: It is away.' });
      await makeDue(id);
      await node.doDue();
      expect(await rowOf(id)).toBeNull();
    });

    it('that is put again while it runs runs again', async () => {
      const id = newId();
      const seen: (bigint | null)[] = [];
      await db.transaction(jobAbout(id, { actorId: 1n }));
      await using node = nodeThat(async ({ actorId }) => {
        seen.push(actorId);
        if (actorId === 1n) await db.transaction(jobAbout(id, { actorId: 2n }));
      });
      await node.doDue();
      await node.doDue();
      expect(seen).toEqual([1n, 2n]);
    });

    it('that is put again for exactly the time of its hold stays', async () => {
      const id = newId();
      await db.transaction(jobAbout(id));
      let dueAt: Date | undefined;
      await using node = nodeThat(async (data) => {
        dueAt = (await rowOf(id))?.dueAt;
        if (dueAt === undefined) throw new Error('it is gone while it is being done');
        const anew: NewJob = { kind: 'GroupDissolved', key: String(id), data, dueAt };
        await db.transaction((tx) => putJob(tx, anew));
      });
      await node.doDue();
      expect(await rowOf(id)).toMatchObject({ state: 'PENDING', dueAt });
      await db.transaction((tx) => cancelJob(tx, 'GroupDissolved', String(id)));
    });

    it('of a node that closes is taken over by another', async () => {
      const id = newId();
      const begun = Promise.withResolvers<void>();
      const seen: (bigint | null)[] = [];
      await db.transaction(jobAbout(id));
      const lines: string[] = [];
      const heard = pino({ level: 'info' }, { write: (line) => void lines.push(line) });
      const hangs: JobHandlers['GroupDissolved'] = async () => {
        begun.resolve();
        await new Promise(() => undefined);
      };
      const closing = createJobs({ db, logger: heard, config, handlers: only(hangs) });
      const work = closing.doDue();
      await begun.promise;
      await closing[Symbol.asyncDispose]();
      await work;
      expect(lines.map((line) => [JSON.parse(line).level, JSON.parse(line).err])).toEqual([[30, undefined]]);
      expect(await rowOf(id)).toMatchObject({ state: 'PENDING', attempts: 0 });
      await makeDue(id);
      await using other = nodeThat(async ({ groupId }) => void seen.push(groupId));
      await other.doDue();
      expect(seen).toEqual([id]);
    });
  });

  it('jobs of a dead node are taken over as soon as its death is reported', async () => {
    const id = newId();
    const begun = Promise.withResolvers<void>();
    const seen: (bigint | null)[] = [];
    await db.transaction(jobAbout(id));
    await using dead = nodeThat(async (_data, signal) => {
      begun.resolve();
      await new Promise((_, reject) => void signal.addEventListener('abort', () => reject(signal.reason)));
    }, 'dead');
    const work = dead.doDue();
    await begun.promise;
    await using other = nodeThat(async ({ groupId }) => void seen.push(groupId), 'other');
    await other.inherit('somebody');
    expect(await other.doDue()).toBe(0);
    await other.inherit('dead');
    expect(await other.doDue()).toBe(1);
    expect(seen).toEqual([id]);
    await dead[Symbol.asyncDispose]();
    await work;
    expect(await rowOf(id)).toBeNull();
  });

  it('long jobs do not delay others', async () => {
    const [slow, quick] = [newId(), newId()];
    const [begun, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const { promise: done, resolve } = Promise.withResolvers<bigint>();
    await db.transaction(jobAbout(slow));
    const handlers = only(async ({ groupId }) => {
      if (groupId !== slow) return resolve(groupId);
      begun.resolve();
      await ended.promise;
    });
    await using node = createJobs({ db, logger, config: { jobPollMs: 10 }, handlers });
    node.begin();
    await begun.promise;
    await db.transaction(jobAbout(quick));
    expect(await done).toBe(quick);
    expect(await rowOf(slow)).not.toBeNull();
    ended.resolve();
    await expect.poll(() => rowOf(slow)).toBeNull();
  });

  it('a node polls for jobs by itself', async () => {
    const id = newId();
    const { promise: done, resolve } = Promise.withResolvers<bigint>();
    await db.transaction(jobAbout(id));
    await using node = createJobs({ db, logger, config: { jobPollMs: 10 }, handlers: only(async ({ groupId }) => resolve(groupId)) });
    node.begin();
    expect(await done).toBe(id);
  });
}
