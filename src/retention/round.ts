import type { Logger } from 'pino';
import { type Db, isDuplicate, type OverduePage, type StreamRange } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { putJob, putJobOnce } from '../jobs/index.ts';

/** What to trim: the entries of a stream that are too old, at most `atOnce` of any type in one commit. */
export interface Trim {
  readonly streamId: bigint;
  readonly atOnce: number;
}

/** How the entries that are too old now are found and removed. */
export interface Trimming {
  /** Finds the streams of a page that have any. */
  readonly overdue: (range: StreamRange) => Promise<OverduePage>;
  /** Trims the next entries in one commit. Resolves to whether there is more to trim. Throws ChatError UNAVAILABLE. */
  readonly trimNext: (trim: Trim) => Promise<boolean>;
}

/** How long streams of some kind keep their entries, and how the older ones are found and removed. */
export interface Keeping {
  /** The kind of the job that makes the rounds. */
  readonly job: 'HistoryRound' | 'OwnHistoryRound' | 'AccountRound';
  /** Null: everything is kept for ever. Called for each page, because that can change. */
  readonly trimming: () => Promise<Trimming | null>;
  /** The id after which a round starts. */
  readonly start: bigint;
  /** Pause between the end of one round and the start of the next, in ms. */
  readonly pauseMs: number;
  /** How long after `begin` a node first checks that a round is queued, in ms, and how often after that. */
  readonly firstLookMs: number;
  readonly lookMs: number;
  /** How many streams one statement looks through. */
  readonly streamsAtOnce: number;
  /**
   * How many entries one commit trims: whoever writes to that stream waits for the commit. The next number is tried if a commit of the size
   * before it fails with UNAVAILABLE.
   */
  readonly entriesAtOnce: readonly number[];
  /** What is logged if a stream could not be trimmed. */
  readonly failed: string;
}

interface RoundParts {
  readonly db: Db;
  readonly logger: Logger;
  readonly keeping: Keeping;
}

/** Repeated rounds over all streams of some kind. Disposing it ends the part of this node. */
export interface Round extends AsyncDisposable {
  /** Starts checking periodically that a round is queued, as long as entries are kept for a time only. */
  begin(): void;
  /**
   * Trims streams, in id order, past the id `after`. Ends by queueing a job for the rest, or for the next round. Throws ChatError
   * UNAVAILABLE, or the reason that `signal` was aborted with.
   */
  go(after: bigint, signal: AbortSignal): Promise<void>;
}

/**
 * How long a job may run. The rest goes into a new job for any worker. An interrupted job starts again where it started, so at most this
 * much work is repeated.
 */
const turnMs = 30_000;
const key = 'all';

function isUnavailable(error: unknown): boolean {
  return error instanceof ChatError && error.code === 'UNAVAILABLE';
}

/** Creates a Round. The caller still owns the parts. */
export function createRound({ db, logger, keeping }: RoundParts): Round {
  const { job: kind, start } = keeping;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<unknown> = Promise.resolve();

  async function leave(after: bigint, ms: number): Promise<void> {
    const dueAt = new Date((await db.now()).getTime() + ms);
    await db.transaction((tx) => putJob(tx, { kind, key, data: { after }, dueAt }));
  }

  /** Queues a round unless one is queued already. */
  async function look(): Promise<void> {
    if ((await keeping.trimming()) === null) return;
    const dueAt = await db.now();
    try {
      await db.transaction((tx) => putJobOnce(tx, { kind, key, data: { after: start }, dueAt }));
    } catch (error) {
      // Another node queued it in the meantime.
      if (!isDuplicate(error)) throw error;
    }
  }

  function lookLater(ms: number): void {
    timer = setTimeout(
      () => {
        looking = look()
          .catch((error: unknown) => logger.warn({ err: error }, 'the next retention round could not be scheduled; this will be retried'))
          .finally(() => timer !== undefined && lookLater(keeping.lookMs));
      },
      ms * (0.5 + Math.random()),
    ).unref();
  }

  /**
   * Trims one stream. Returns the error if that failed, else null. A failure does not stop the round, and the next round tries the stream
   * again.
   */
  async function trim(streamId: bigint, trimNext: Trimming['trimNext'], goesOn: () => boolean): Promise<unknown> {
    let fault: unknown = null;
    for (const atOnce of keeping.entriesAtOnce) {
      try {
        while (goesOn() && (await trimNext({ streamId, atOnce })));
        return null;
      } catch (error) {
        fault = error;
        if (!isUnavailable(error)) break;
      }
    }
    logger.error({ err: fault, streamId: String(streamId) }, keeping.failed);
    return fault;
  }

  /** Trims streams for as long as there is time. Returns the last that needs no more in this round, or null if there is none. */
  async function trimAll(ids: readonly bigint[], trimNext: Trimming['trimNext'], goesOn: () => boolean): Promise<bigint | null> {
    let reached: bigint | null = null;
    let last: unknown = null;
    for (const id of ids) {
      if (!goesOn()) break;
      const fault = await trim(id, trimNext, goesOn);
      // Two failures in a row mean that the database is at fault, not the stream.
      if (isUnavailable(fault) && isUnavailable(last)) throw fault;
      last = fault;
      // One that fails is left to the next round. One that is not done when the time is over comes again.
      if (fault !== null || goesOn()) reached = id;
    }
    return reached;
  }

  return {
    begin: () => lookLater(keeping.firstLookMs),
    async go(after, signal) {
      let until = Number.POSITIVE_INFINITY;
      const goesOn = () => !signal.aborted && performance.now() < until;
      for (let from: bigint | null = after; from !== null; ) {
        const trimming = await keeping.trimming();
        if (trimming === null) return;
        const page = await trimming.overdue({ after: from, limit: keeping.streamsAtOnce });
        // Counted from the end of the first read: a turn that only reads would begin again for ever.
        until = Math.min(until, performance.now() + turnMs);
        const reached = await trimAll(page.ids, trimming.trimNext, goesOn);
        signal.throwIfAborted();
        if (!goesOn()) return await leave(reached ?? from, 0);
        from = page.last;
      }
      await leave(start, keeping.pauseMs);
    },
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      timer = undefined;
      await looking;
    },
  };
}
