import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { Config } from '../config/index.ts';
import type { Db } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { poll } from '../polling.ts';
import { noTracer, recorded, type Tracer } from '../tracer.ts';
import { uuidText } from '../uuid.ts';
import { type JobHandlers, type JobKind, jobKinds } from './job.ts';
import { finishJob, freeOf, type JobRow, putOff, renewLease, takeDue } from './store.ts';

/** This node's runner of jobs. */
export interface Jobs extends AsyncDisposable {
  /** Starts to poll for due jobs and to run them. Before that, jobs run only on `doDue`. */
  begin(): void;
  /** Runs the jobs that are due now, and returns how many there were, whether they succeeded or not. Throws ChatError UNAVAILABLE. */
  doDue(): Promise<number>;
  /** Makes the jobs that a dead node was running due at once. Throws ChatError UNAVAILABLE. */
  inherit(nodeId: string): Promise<void>;
}

interface JobParts {
  readonly db: Db;
  readonly handlers: JobHandlers;
  readonly logger: Logger;
  readonly config: Pick<Config, 'jobPollMs'>;
  /** Without it, nothing is traced. */
  readonly tracer?: Tracer;
  /** This node's id, under which other nodes find the jobs that it runs. */
  readonly nodeId?: string;
}

/** Jobs of a node that died are taken up by others after this time. */
const leaseMs = 30_000;
/** A job that runs longer than this hangs. */
const doMs = 10 * 60_000;
/** Jobs that run at the same time. Several, because they wait for the database more than they work. */
const atOnce = 4;
/**
 * Retries start after a second and back off to one an hour, so the twentieth failure comes about eight hours after the first. While a
 * dependency is away they back off less: jobs shall run soon after its return.
 */
const retryMs = { first: 1_000, last: 3_600_000, lastAway: 15_000 };
const maxAttempts = 20;
/** How many jobs that wait for a dependency a node remembers. One that it has forgotten is retried sooner. */
const mostAway = 10_000;

/** Creates this node's runner of jobs. Disposing it aborts running jobs, which are then taken up elsewhere. */
export function createJobs({ db, handlers, logger, config, nodeId = '', tracer = noTracer }: JobParts): Jobs {
  const closing = new AbortController();
  const kinds = Object.keys(handlers);
  // A job that takes minutes blocks only its own place.
  const underWay = new Set<Promise<void>>();
  // By job: how often it has failed here because a dependency was away.
  const away = new LRUCache<string, number>({ max: mostAway });
  let taking: Promise<number> | undefined;
  let polling = Promise.resolve();

  async function work(row: JobRow): Promise<void> {
    const kind = row.kind as JobKind;
    const log = logger.child({ job: kind, key: row.key });
    let held: JobRow = row;
    let renewing: Promise<void> | undefined;
    async function renew(): Promise<void> {
      try {
        held = (await renewLease(db, held, leaseMs)) ?? held;
      } catch (error) {
        log.warn({ err: error }, 'the lease of a job could not be renewed');
      }
      renewing = undefined;
    }
    const renewal = setInterval(() => {
      // One after the other: the next one has to know until when this one has extended the lease.
      renewing ??= renew();
    }, leaseMs / 3);
    try {
      const data = jobKinds[kind].parse(JSON.parse(row.data));
      await within(AbortSignal.any([AbortSignal.timeout(doMs), closing.signal]), (signal) =>
        recorded(tracer, tracer.enter(`job ${kind}`, {}), () => handlers[kind](data as never, signal)),
      );
      clearInterval(renewal);
      await renewing;
      away.delete(uuidText(row.id));
      await finishJob(db, held);
    } catch (error) {
      clearInterval(renewal);
      await renewing;
      await fail(held, error);
    }
  }

  async function fail(row: JobRow, error: unknown): Promise<void> {
    // A failure because this node stops, or because a dependency is away, does not count: the job is not at fault, and is retried however
    // long that takes.
    const isStopping = closing.signal.aborted;
    const isAway = !isStopping && error instanceof ChatError && error.code === 'UNAVAILABLE';
    const counts = !isStopping && !isAway;
    const dead = counts && row.attempts + 1 >= maxAttempts;
    const id = uuidText(row.id);
    const [failures, last] = isAway ? [away.get(id) ?? 0, retryMs.lastAway] : [row.attempts, retryMs.last];
    if (isAway) away.set(id, failures + 1);
    const ms = Math.min(retryMs.first * 2 ** failures, last) * (0.5 + Math.random());
    const job = { job: row.kind, key: row.key };
    if (isStopping) logger.info(job, 'a job is left for another node, because this one stops');
    else logger[dead ? 'error' : 'warn']({ err: error, ...job }, dead ? 'a job has failed for good' : 'a job has failed');
    // If this cannot be stored either, the lease expires and the job is tried again.
    await putOff(db, row, { reason: String(error), retryMs: dead ? null : ms, counts }).catch((cause: unknown) =>
      logger.warn({ err: cause, ...job }, 'a failed job could not be rescheduled'),
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

  /** Starts as many due jobs as there is room for, without waiting for them. Returns how many it started. */
  function take(): Promise<number> {
    // Concurrent calls share one read.
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
      // Empty if the jobs finished before this check.
      if (underWay.size > 0) await Promise.race(underWay);
    }
  }

  /** Starts due jobs once, or waits for room. Returns whether there may be more. */
  async function look(): Promise<boolean> {
    if (underWay.size < atOnce) return (await take()) > 0;
    await Promise.race(underWay);
    return true;
  }

  function failed(error: unknown): void {
    logger.warn({ err: error }, 'due jobs could not be read; this will be retried');
  }

  return {
    begin() {
      polling = poll(look, { pauseMs: () => config.jobPollMs, failed, signal: closing.signal });
    },
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
  // The job was taken up while this node was already closing.
  signal.throwIfAborted();
  const over = Promise.withResolvers<never>();
  const giveUp = (): void => over.reject(signal.reason);
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    await Promise.race([work(signal), over.promise]);
  } finally {
    // A signal that somebody listens to stays in memory until its time is over.
    signal.removeEventListener('abort', giveUp);
  }
}
