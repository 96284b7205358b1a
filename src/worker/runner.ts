import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Db, type DueStream, readDue, type Settled } from '../db/index.ts';
import type { Log, LogPage } from '../log/index.ts';
import { together } from '../together.ts';
import { actOnRun, type RunParts } from './act.ts';
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

  async function work(held: Held): Promise<void> {
    const { streamId, lost } = held;
    const signal = AbortSignal.any([lost, closing]);
    for (let runs = 0; runs < runsPerTurn && !signal.aborted; runs += 1) {
      const due = await readPlace(streamId);
      if (due === null || due.lastSeq <= due.jobSeq) break;
      const { entries, head }: LogPage = await readRun(due);
      const upTo = Math.min(head, due.jobSeq + runEntries);
      if (entries.length > 0) await actOnRun(parts, { streamId, kind: due.kind, entries }, { turns, signal });
      signal.throwIfAborted();
      await settle({ id: streamId, upTo });
    }
  }

  async function take(held: Held): Promise<void> {
    await work(held).catch((error: unknown) => {
      // It is due still, and handed on again.
      if (!held.lost.aborted && !closing.aborted)
        logger.warn({ err: error, streamId: String(held.streamId) }, 'a due stream could not be worked on');
    });
    await held.done();
    freed.resolve();
  }

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
    } catch (error) {
      logger.debug({ err: error }, 'nothing could be taken up');
      await delay(awayMs, undefined, { signal: closing, ref: false }).catch(() => undefined);
    }
  }
  await Promise.all(underWay);
}

function rangeOf({ id, jobSeq }: DueStream) {
  return { streamId: id, after: jobSeq, limit: runEntries };
}
