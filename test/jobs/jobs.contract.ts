import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import { ChatError } from '../../src/errors.ts';
import { cancelJob, createJobs, type JobHandlers, type Jobs, type NewJob, putJob } from '../../src/jobs/index.ts';

const logger = pino({ level: 'silent' });
// Looks for nothing by itself: the tests say when.
const config = { jobPollMs: 60_000 };

/** Who does one kind of job; there are no others here. */
function only(dissolved: JobHandlers['GroupDissolved']): JobHandlers {
  return { GroupDissolved: dissolved } as unknown as JobHandlers;
}

/** What is promised to those who leave work for later, on any database. */
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

  /** Moves what waits under a key to the present, as time would. */
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
    it('is done once it is due, with what it was told, and is gone then', async () => {
      const id = newId();
      const seen: unknown[] = [];
      await db.transaction(jobAbout(id, { actorId: 7n }));
      await using node = nodeThat(async (data) => void seen.push(data));
      await node.doDue();
      expect(seen).toEqual([{ groupId: id, actorId: 7n }]);
      expect(await rowOf(id)).toBeNull();
    });

    it('waits for its time', async () => {
      const id = newId();
      const seen: (bigint | null)[] = [];
      await db.transaction(jobAbout(id, { dueInMs: 3_600_000 }));
      await using node = nodeThat(async ({ groupId }) => void seen.push(groupId));
      await node.doDue();
      expect(seen).toEqual([]);
      const left = await rowOf(id);
      // It says when it was left, not when it is due.
      expect(Number(left?.dueAt) - Number(left?.createdAt)).toBeGreaterThan(3_000_000);
      await makeDue(id);
      await node.doDue();
      expect(seen).toEqual([id]);
    });

    it('of a kind that only a later release knows is left to it, and no try is counted', async () => {
      const id = newId();
      await db.transaction(jobAbout(id));
      await db.transaction((tx) => tx.job.updateMany({ where: { key: String(id) }, data: { kind: 'OfTomorrow' } }));
      await using node = nodeThat(async () => expect.unreachable());
      await node.doDue();
      expect(await rowOf(id)).toMatchObject({ attempts: 0, heldBy: null, state: 'PENDING' });
      await db.transaction((tx) => tx.job.deleteMany({ where: { key: String(id) } }));
    });

    it('is not there if its transaction fails', async () => {
      const id = newId();
      const failing = db.transaction(async (tx) => {
        await jobAbout(id)(tx);
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await rowOf(id)).toBeNull();
    });

    it('takes the place of the one under its key, and can be taken back', async () => {
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

    it('is done by one of many nodes', async () => {
      const ids = Array.from({ length: 10 }, newId);
      const seen: (bigint | null)[] = [];
      for (const id of ids) await db.transaction(jobAbout(id));
      const dissolved: JobHandlers['GroupDissolved'] = async ({ groupId }) => void seen.push(groupId);
      await using one = nodeThat(dissolved);
      await using other = nodeThat(dissolved);
      await Promise.all([one.doDue(), other.doDue(), one.doDue()]);
      expect(seen.toSorted()).toEqual(ids.toSorted());
    });

    it('that fails is tried again later, and the reason stands beside it', async () => {
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

    it('that fails twenty times is dead, and stays to be looked at', async () => {
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

    it('for which what it needs is away is not given up, however often it is tried', async () => {
      const id = newId();
      let tries = 0;
      await db.transaction(jobAbout(id));
      await using node = nodeThat(async () => {
        tries += 1;
        if (tries <= 25) throw new ChatError('UNAVAILABLE', 'It is away.', { retryAfterMs: 1_000 });
      });
      while (tries < 25) {
        await makeDue(id);
        await node.doDue();
      }
      expect(await rowOf(id)).toMatchObject({ state: 'PENDING', attempts: 0, failure: 'ChatError: It is away.' });
      await makeDue(id);
      await node.doDue();
      expect(await rowOf(id)).toBeNull();
    });

    it('that is left anew while it is being done is done anew', async () => {
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

    it('that is left anew for the very moment at which it could be taken from who is at it stays', async () => {
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

    it('of a node that closes is taken up by another', async () => {
      const id = newId();
      const begun = Promise.withResolvers<void>();
      const seen: (bigint | null)[] = [];
      await db.transaction(jobAbout(id));
      const closing = nodeThat(async () => {
        begun.resolve();
        await new Promise(() => undefined);
      });
      const work = closing.doDue();
      await begun.promise;
      await closing[Symbol.asyncDispose]();
      await work;
      expect(await rowOf(id)).toMatchObject({ state: 'PENDING', attempts: 0 });
      await makeDue(id);
      await using other = nodeThat(async ({ groupId }) => void seen.push(groupId));
      await other.doDue();
      expect(seen).toEqual([id]);
    });
  });

  it('of a node that has died are taken up as soon as somebody says so', async () => {
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

  it('that take long keep no others waiting', async () => {
    const [slow, quick] = [newId(), newId()];
    const [begun, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const { promise: done, resolve } = Promise.withResolvers<bigint>();
    await db.transaction(jobAbout(slow));
    const handlers = only(async ({ groupId }) => {
      if (groupId !== slow) return resolve(groupId);
      begun.resolve();
      await ended.promise;
    });
    await using _node = createJobs({ db, logger, config: { jobPollMs: 10 }, handlers });
    await begun.promise;
    await db.transaction(jobAbout(quick));
    expect(await done).toBe(quick);
    expect(await rowOf(slow)).not.toBeNull();
    ended.resolve();
    await expect.poll(() => rowOf(slow)).toBeNull();
  });

  it('are looked for by a node by itself', async () => {
    const id = newId();
    const { promise: done, resolve } = Promise.withResolvers<bigint>();
    await db.transaction(jobAbout(id));
    await using _node = createJobs({ db, logger, config: { jobPollMs: 10 }, handlers: only(async ({ groupId }) => resolve(groupId)) });
    expect(await done).toBe(id);
  });
}
