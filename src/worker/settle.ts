import { type Db, type Settled, settleStreams } from '../db/index.ts';

interface Waiting extends PromiseWithResolvers<void> {
  readonly settled: Settled;
}

/** Makes what notes up to where effects are done. What comes while a commit is under way shares the next one. Resolves once stored; rejects with ChatError UNAVAILABLE. */
export function createSettling(db: Db): (settled: Settled) => Promise<void> {
  let waiting: Waiting[] = [];
  let running = false;

  async function run(): Promise<void> {
    running = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      const rows = batch.map(({ settled }) => settled);
      try {
        await db.commitAgain((tx) => settleStreams(db, tx, rows));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
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
