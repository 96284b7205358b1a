import type { Db } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { newUuid, uuidBytes } from '../uuid.ts';
import type { Append, Verdict } from './append.ts';
import { insideFor, lookInside, readInside } from './inside.ts';
import { type Done, place } from './place.ts';

/** What came of one append of a commit. */
export type Outcome =
  | { readonly done: Done<unknown> }
  | { readonly refused: ChatError }
  /** Another transaction holds this stream: nothing was looked at. */
  | { readonly busy: bigint };

/**
 * Runs appends in one transaction: locks, lets each decide, numbers, writes, commits; answers in their order. A refusal is one append's own. With
 * `leaveBusy` nobody waits for a stream that another transaction holds: whoever needs it is `busy`. Anything else that a decision or a write throws
 * fails all of them, and nothing is stored; ChatError UNAVAILABLE: not known to be stored.
 */
export function commit(
  db: Db,
  appends: readonly Append<unknown>[],
  { leaveBusy }: { readonly leaveBusy: boolean },
): Promise<readonly Outcome[]> {
  const ids = appends.flatMap(({ lock }) => lock);
  const run: Db['commitAgain'] = appends.every(({ repeatable }) => repeatable)
    ? (work) => db.commitAgain(work)
    : (work) => db.commit(uuidBytes(newUuid()), work);
  return run(async (tx) => {
    const read = readInside(tx);
    const locking = db.lockStreams(tx, ids, { leaveBusy });
    // What is read may hold users, also for who then finds a stream busy. An act that changes users would wait with these in hand for who changes others: a deadlock.
    // Acts that foresee change none.
    if (appends.every(({ foresee }) => foresee !== undefined)) {
      // Whoever decides hears of a fault, and nobody else needs to.
      for (const { foresee } of appends) foresee?.(read).catch(() => undefined);
    }
    const locked = lookInside(await locking, read);
    const outcomes: (Outcome | { readonly verdict: Verdict<unknown> })[] = await settleAll(
      appends.map(async (append) => {
        const busy = leaveBusy ? append.lock.find((id) => !locked.rows.has(id)) : undefined;
        if (busy !== undefined) return { busy };
        try {
          return { verdict: await append.decide(insideFor(locked, append.lock)) };
        } catch (error) {
          if (error instanceof ChatError && error.code !== 'UNAVAILABLE') return { refused: error };
          throw error;
        }
      }),
    );
    const done = await place(
      db,
      tx,
      locked,
      outcomes.flatMap((outcome) => ('verdict' in outcome ? [outcome.verdict] : [])),
    );
    const inOrder = done.values();
    return outcomes.map((outcome) => ('verdict' in outcome ? { done: next(inOrder) } : outcome));
  });
}

/** Waits for all, so that none of them is still at work when the transaction ends; then rejects as the first that did. */
async function settleAll<T>(work: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

function next<T>(values: IterableIterator<T>): T {
  const { value, done } = values.next();
  if (done) throw new Error('fewer verdicts were placed than given');
  return value;
}
