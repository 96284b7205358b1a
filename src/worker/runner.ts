import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Db, type DueStream, readDue, type Settled } from '../db/index.ts';
import type { Log, LogPage } from '../log/index.ts';
import { together } from '../together.ts';
import { actOnRun, type RunParts } from './act.ts';
import { backOff } from './back-off.ts';
import type { Held, Queue } from './queue.ts';
import { createTurns } from './turns.ts';

/** What a runner is made of. */
export interface RunnerParts extends RunParts {
  readonly db: Db;
  readonly log: Log;
  readonly queue: Queue;
  readonly logger: Logger;
  /** Streams that are acted on at a time. */
  readonly concurrency: number;
  readonly settle: (settled: Settled) => Promise<void>;
}

// Entries of a stream that effects are given at a time: a page that is read in a few ms.
const runEntries = 100;
// After so many a stream that always has more goes to the end of the queue.
const runsPerTurn = 10;
// Held while they wait to be tried again, which costs little more than their place in memory: so those that fail keep few others waiting.
const heldPerTurn = 32;
// The queue says itself how it fares; this only keeps a consumer from asking it all the time.
const awayMs = 500;

/** Acts on what is handed on, until it is told to stop; resolves when nothing is under way any more. */
export async function runDue(parts: RunnerParts, closing: AbortSignal): Promise<void> {
  const { db, log, queue, logger, concurrency, settle } = parts;
  let freed = Promise.withResolvers<void>();
  const turns = createTurns(concurrency, () => freed.resolve());
  const underWay = new Set<Promise<void>>();
  const readPlace = together((ids: readonly bigint[]) => readDue(db.client, ids), { atOnce: runEntries, name: (id) => id });
  const readRun = together((due: readonly DueStream[]) => log.readAll(due.map(rangeOf)), { atOnce: concurrency, name: ({ id }) => id });

  /** Answers whether there is more to do on the stream. */
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

  /** Keeps at it while the database is away: it stays held meanwhile. Null: it was broken off. */
  async function workOn({ streamId, lost }: Held): Promise<boolean | null> {
    const signal = AbortSignal.any([lost, closing]);
    for (let tries = 0; ; tries += 1) {
      try {
        return await work(streamId, signal);
      } catch (error) {
        // It is due still, and another's.
        if (signal.aborted) return null;
        logger.warn({ err: error, streamId: String(streamId) }, 'a due stream could not be worked on; it is tried again');
        await backOff(tries, signal).catch(() => undefined);
      }
    }
  }

  async function take(held: Held): Promise<void> {
    const isMore = await workOn(held);
    // What was broken off is not done: it stays in the queue, which hands it on again when this consumer leaves.
    if (isMore !== null) await held.done();
    // Whoever handed it on thinks that it is under way until its visibility time is over, which is what becomes of it where this fails.
    if (isMore) await queue.put([held]).catch((error: unknown) => logger.debug({ err: error }, 'a stream could not be handed on'));
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
      // Told once for each outage.
      logger[failing ? 'debug' : 'warn']({ err: error }, 'nothing that is due could be taken up; it is tried again');
      failing = true;
      await delay(awayMs, undefined, { signal: closing, ref: false }).catch(() => undefined);
    }
  }
  await Promise.all(underWay);
}

function rangeOf({ id, jobSeq }: DueStream) {
  return { streamId: id, after: jobSeq, limit: runEntries };
}
