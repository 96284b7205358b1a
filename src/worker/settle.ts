import { setTimeout as delay } from 'node:timers/promises';
import { type Db, markEffectsDone, type Settled } from '../db/index.ts';

interface Waiting extends PromiseWithResolvers<void> {
  readonly settled: Settled;
}

// Storing locks the rows of streams to which others want to append, and sends that find their row locked share fewer commits. Ten times a
// second is enough: a stream's next entries are not looked for more often.
const pauseMs = 100;

/**
 * Creates the function that stores up to where effects are done. Calls during a commit, or soon after one, share the next commit. Resolves
 * once stored; rejects with ChatError UNAVAILABLE.
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
      const rows = batch.map(({ settled }) => settled);
      try {
        await db.commitIdempotent((tx) => markEffectsDone(db, tx, rows));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
      storedAt = performance.now();
    }
    running = false;
  }

  return (settled) => {
    const one: Waiting = { settled, ...Promise.withResolvers<void>() };
    waiting.push(one);
    if (!running) void run();
    return one.promise;
  };
}
