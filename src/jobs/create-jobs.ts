import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { Db } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { noTracer, recorded, type Tracer } from '../tracer.ts';
import { type Doers, type JobKind, jobKinds } from './job.ts';
import { finishJob, freeOf, type JobRow, putOff, renewLease, takeDue } from './store.ts';

/** A node's share in the work. */
export interface Jobs extends AsyncDisposable {
  /** Does what is due at this moment and answers how many that were, whatever came of them. Throws UNAVAILABLE. */
  doDue(): Promise<number>;
  /** Has what a dead node was at taken up at once. Throws UNAVAILABLE. */
  inherit(nodeId: string): Promise<void>;
}

interface JobParts {
  readonly db: Db;
  readonly doers: Doers;
  readonly logger: Logger;
  readonly config: Pick<Config, 'jobPollMs'>;
  /** Absent: nothing is traced. */
  readonly tracer?: Tracer;
  /** This node's, by which others know what it is at. */
  readonly nodeId?: string;
  /** Whether this node looks for work by itself; if not, it does what is due when it is told to. */
  readonly looks?: boolean;
}

/** Of a node that died its jobs are taken up so many ms later. */
const leaseMs = 30_000;
/** A doer that has not ended by then never will. */
const doMs = 10 * 60_000;
/** At a time: jobs wait for the database more than they work. */
const atOnce = 4;
/** Tried again after a second, then ever later, at most every hour: the twentieth failure is half a day after the first. */
const retryMs = { first: 1_000, last: 3_600_000 };
const maxAttempts = 20;

/** Begins to do what is due, on this node. Disposing it breaks off what it is at, which is taken up again elsewhere. */
export function createJobs({ db, doers, logger, config, nodeId = '', looks = true, tracer = noTracer }: JobParts): Jobs {
  const closing = new AbortController();
  const kinds = Object.keys(doers);
  // One that takes minutes keeps its own place only.
  const underWay = new Set<Promise<void>>();
  let taking: Promise<number> | undefined;

  async function work(row: JobRow): Promise<void> {
    const kind = row.kind as JobKind;
    const log = logger.child({ job: kind, key: row.key });
    let held: JobRow = row;
    let renewing = Promise.resolve();
    const renewal = setInterval(() => {
      renewing = renewLease(db, held, leaseMs).then(
        (renewed) => {
          held = renewed ?? held;
        },
        (error: unknown) => log.warn({ err: error }, 'a job could not be kept'),
      );
    }, leaseMs / 3);
    try {
      const data = jobKinds[kind].parse(JSON.parse(row.data));
      await within(AbortSignal.any([AbortSignal.timeout(doMs), closing.signal]), (signal) =>
        recorded(tracer, tracer.enter(`job ${kind}`, {}), () => doers[kind](data as never, signal)),
      );
      clearInterval(renewal);
      await renewing;
      await finishJob(db, held);
    } catch (error) {
      clearInterval(renewal);
      await renewing;
      await fail(held, error);
    }
  }

  async function fail(row: JobRow, error: unknown): Promise<void> {
    // That this node ends, or that what it needs is away, says nothing of the job: however long that takes, it is not given up.
    const counts = !closing.signal.aborted && !(error instanceof ChatError && error.code === 'UNAVAILABLE');
    const dead = counts && row.attempts + 1 >= maxAttempts;
    const ms = Math.min(retryMs.first * 2 ** row.attempts, retryMs.last) * (0.5 + Math.random());
    logger[dead ? 'error' : 'warn']({ err: error, job: row.kind, key: row.key }, dead ? 'a job has failed for good' : 'a job has failed');
    // Where this cannot be stored either, its lease runs out, and it is tried again.
    await putOff(db, row, { reason: String(error), retryMs: dead ? null : ms, counts }).catch((cause: unknown) =>
      logger.warn({ err: cause, job: row.kind, key: row.key }, 'a job could not be put off'),
    );
  }

  async function takeUp(): Promise<number> {
    const limit = atOnce - underWay.size;
    const rows = limit > 0 ? await takeDue(db, { kinds, limit, leaseMs, nodeId }) : [];
    for (const row of rows) {
      const working: Promise<void> = work(row).finally(() => underWay.delete(working));
      underWay.add(working);
    }
    return rows.length;
  }

  /** Takes up what there is room for, without waiting for what is long in being done. Answers how many jobs that were. */
  function take(): Promise<number> {
    // One at a time, whoever asks for it.
    taking ??= takeUp().finally(() => {
      taking = undefined;
    });
    return taking;
  }

  async function doDue(): Promise<number> {
    for (let done = 0; ; ) {
      const count = await take();
      done += count;
      if (count === 0 && underWay.size === 0) return done;
      // None: they were over before we looked.
      if (underWay.size > 0) await Promise.race(underWay);
    }
  }

  /** Takes up once, or waits for room. Answers whether there may be more. */
  async function look(): Promise<boolean> {
    if (underWay.size < atOnce) return (await take()) > 0;
    await Promise.race(underWay);
    return true;
  }

  async function poll(): Promise<void> {
    while (!closing.signal.aborted) {
      const more = await look().catch((error: unknown) => {
        logger.warn({ err: error }, 'due jobs could not be read; they are looked for again');
        return false;
      });
      // With jitter, so that nodes do not look all at once.
      const pauseMs = more ? 0 : config.jobPollMs * (0.5 + Math.random());
      await delay(pauseMs, undefined, { signal: closing.signal, ref: false }).catch(() => undefined);
    }
  }

  const polling = looks ? poll() : Promise.resolve();
  return {
    doDue,
    inherit: (deadId) => freeOf(db, { nodeId: deadId, leaseMs }),
    async [Symbol.asyncDispose]() {
      closing.abort();
      await polling;
      await Promise.all(underWay);
    },
  };
}

async function within(signal: AbortSignal, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  // Taken up while this node was already closing.
  signal.throwIfAborted();
  const over = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => over.reject(signal.reason), { once: true });
  await Promise.race([work(signal), over.promise]);
}
