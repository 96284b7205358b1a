import { setTimeout as delay } from 'node:timers/promises';
import { type Db, markEffectsDone, type Settled, unavailable } from '../db/index.ts';

interface Waiting extends PromiseWithResolvers<void> {
  readonly settled: Settled;
  /** By performance.now(). */
  readonly until: number;
}

// Storing locks the rows of streams to which others want to append, and sends that find their row locked share fewer commits. Ten times a
// second is enough: a stream's next entries are not looked for more often.
const pauseMs = 100;
// As long as a write usually may take. Then the stream is left to the next attempt, which repeats its effects.
const patienceMs = 8_000;

/**
 * Creates the function that stores up to where effects are done. Calls during a commit, or soon after one, share the next commit. A stream
 * that another transaction holds is left to the one after it, so that it delays no other: what is not stored is repeated. Resolves once
 * stored; rejects with ChatError UNAVAILABLE.
 */
export function createSettling(db: Db): (settled: Settled) => Promise<void> {
  let waiting: Waiting[] = [];
  let running = false;
  let storedAt = Number.NEGATIVE_INFINITY;

  async function run(): Promise<void> {
    running = true;
    while (waiting.length > 0) {
      const early = storedAt + pauseMs - performance.now();
      if (early > 0) await delay(early);
      const batch = waiting;
      waiting = [];
      await settleAll(batch).catch((error: unknown) => {
        for (const { reject } of batch) reject(error);
      });
      storedAt = performance.now();
    }
    running = false;
  }

  async function settleAll(batch: readonly Waiting[]): Promise<void> {
    const stored = await store(batch.map(({ settled }) => settled));
    for (const one of batch) {
      if (stored.has(one.settled.id)) one.resolve();
      else if (performance.now() < one.until) waiting.push(one);
      else one.reject(unavailable(new Error('another transaction holds the stream')));
    }
  }

  /** Returns the ids of the streams that could be stored. */
  function store(settled: readonly Settled[]): Promise<ReadonlySet<bigint>> {
    return db.commitIdempotent(async (tx) => {
      const ids = settled.map(({ id }) => id);
      const { rows } = await db.lockStreams(tx, ids, { leaveBusy: true });
      const held = new Set(rows.map(({ id }) => id));
      const free = settled.filter(({ id }) => held.has(id));
      await markEffectsDone(db, tx, free);
      return held;
    });
  }

  return (settled) => {
    const one: Waiting = { settled, until: performance.now() + patienceMs, ...Promise.withResolvers<void>() };
    waiting.push(one);
    if (!running) void run();
    return one.promise;
  };
}
