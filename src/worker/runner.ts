import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Db, type DueStream, readDue, type Settled } from '../db/index.ts';
import type { Log, LogPage } from '../log/index.ts';
import { together } from '../together.ts';
import { backOff } from './back-off.ts';
import type { Held, Queue } from './queue.ts';
import { actOnRun, type RunParts } from './run-effects.ts';
import { createTurns } from './turns.ts';

/** The parts that a runner needs. */
export interface RunnerParts extends RunParts {
  readonly db: Db;
  readonly log: Log;
  readonly queue: Queue;
  readonly logger: Logger;
  /** The maximum number of effects that run at the same time. */
  readonly concurrency: number;
  readonly settle: (settled: Settled) => Promise<void>;
}

// The number of entries of a stream that effects get at a time: a page that is read in a few ms.
const runEntries = 100;
// After so many runs, a stream that always has more goes to the end of the queue.
const runsPerTurn = 10;
// Streams held per turn, including those that wait for a retry, which costs little more than memory. So failing streams delay few others.
const heldPerTurn = 32;
// The queue logs its own outages. This only keeps a consumer from retrying without a pause.
const awayMs = 500;

/** Acts on streams that are handed on, until `closing` aborts. Resolves once nothing is under way any more. */
export async function runDue(parts: RunnerParts, closing: AbortSignal): Promise<void> {
  const { db, log, queue, logger, concurrency, settle } = parts;
  let freed = Promise.withResolvers<void>();
  const turns = createTurns(concurrency, () => freed.resolve());
  const underWay = new Set<Promise<void>>();
  const readPlace = together((ids: readonly bigint[]) => readDue(db.client, ids), { atOnce: runEntries, name: (id) => id });
  const readRun = together((due: readonly DueStream[]) => log.readAll(due.map(rangeOf)), { atOnce: concurrency, name: ({ id }) => id });

  /** Acts on a stream for at most `runsPerTurn` runs. Returns whether there is more to do. */
  async function work(streamId: bigint, signal: AbortSignal): Promise<boolean> {
    for (let runs = 0; runs < runsPerTurn; runs += 1) {
      const due = await readPlace(streamId);
      if (due === null || due.lastSeq <= due.jobSeq) return false;
      const { entries, head }: LogPage = await readRun(due);
      const upTo = Math.min(head, due.jobSeq + runEntries);
      if (entries.length > 0) await actOnRun(parts, { streamId, kind: due.kind, entries }, { turns, signal });
      signal.throwIfAborted();
      await settle({ id: streamId, upTo });
    }
    return true;
  }

  /** Repeats `work` while the database is away; the stream stays held meanwhile. Null: it was aborted. */
  async function workOn({ streamId, lost }: Held): Promise<boolean | null> {
    const signal = AbortSignal.any([lost, closing]);
    for (let tries = 0; ; tries += 1) {
      try {
        return await work(streamId, signal);
      } catch (error) {
        // The stream is still due, and left to another consumer.
        if (signal.aborted) return null;
        logger.warn({ err: error, streamId: String(streamId) }, 'a due stream could not be processed; it will be retried');
        await backOff(tries, signal).catch(() => undefined);
      }
    }
  }

  async function take(held: Held): Promise<void> {
    const isMore = await workOn(held);
    // An aborted stream is not done: it stays in the queue, which hands it on again when this consumer leaves.
    if (isMore !== null) await held.done();
    // The relay considers the stream under way until its visibility time is over. If this put fails, that is how long it waits.
    if (isMore) await queue.put([held]).catch((error: unknown) => logger.debug({ err: error }, 'a stream could not be queued again'));
    freed.resolve();
  }

  let failing = false;
  while (!closing.aborted) {
    try {
      const free = Math.min(turns.free(), heldPerTurn * concurrency - underWay.size);
      if (free <= 0) {
        freed = Promise.withResolvers();
        await freed.promise;
        continue;
      }
      for (const held of await queue.take(free, closing)) {
        const working = take(held).finally(() => underWay.delete(working));
        underWay.add(working);
      }
      failing = false;
    } catch (error) {
      // Logged once per outage.
      logger[failing ? 'debug' : 'warn']({ err: error }, 'due streams could not be taken; this will be retried');
      failing = true;
      await delay(awayMs, undefined, { signal: closing, ref: false }).catch(() => undefined);
    }
  }
  await Promise.all(underWay);
}

function rangeOf({ id, jobSeq }: DueStream) {
  return { streamId: id, after: jobSeq, limit: runEntries };
}
