import type { Db } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { newUuid, uuidBytes } from '../uuid.ts';
import type { Append } from './append.ts';
import { insideFor, lookInside, readInside } from './inside.ts';
import { type Decided, type Done, place } from './place.ts';

/** The result of one append of a commit. */
export type Outcome =
  | { readonly done: Done<unknown> }
  | { readonly refused: ChatError }
  /** Another transaction holds this stream, so the append was not decided. */
  | { readonly busy: bigint };

/**
 * Runs appends in one transaction: locks their streams, runs each decision, numbers and writes the entries, commits. Results are in the
 * order of `appends`.
 *
 * A refusal concerns only the append that was refused. With `leaveBusy`, nothing waits for a stream that another transaction holds, and the
 * appends that need it are `busy`. Any other error of a decision or a write fails all appends, and nothing is stored. Throws ChatError
 * UNAVAILABLE if it is not known whether the commit was done.
 */
export function commit(
  db: Db,
  appends: readonly Append<unknown>[],
  { leaveBusy }: { readonly leaveBusy: boolean },
): Promise<readonly Outcome[]> {
  const ids = appends.flatMap(({ lock }) => lock);
  // On SQLite a transaction that writes is the only one. A stream that is absent there does not exist.
  const mayBeBusy = leaveBusy && db.dialect === 'mysql';
  const run: Db['commitIdempotent'] = appends.every(({ repeatable }) => repeatable)
    ? (work) => db.commitIdempotent(work)
    : (work) => db.commit(uuidBytes(newUuid()), work);
  return run(async (tx) => {
    const read = readInside(tx);
    const locking = db.lockStreams(tx, ids, { leaveBusy });
    // These reads may lock user rows, even for an append that turns out to be busy. An act that changes users would hold these locks while
    // it waits for another such act: a deadlock. Acts that prefetch change no users, so a commit prefetches only if all of its appends do.
    if (appends.every(({ prefetch }) => prefetch !== undefined)) {
      // The decision makes the same read and gets the error.
      for (const { prefetch } of appends) prefetch?.(read).catch(() => undefined);
    }
    const locked = lookInside(await locking, read);
    const outcomes: (Outcome | Decided<unknown>)[] = await settleAll(
      appends.map(async (append) => {
        const busy = mayBeBusy ? append.lock.find((id) => !locked.rows.has(id)) : undefined;
        if (busy !== undefined) return { busy };
        try {
          return { verdict: await append.decide(insideFor(locked, append.lock)), lock: append.lock };
        } catch (error) {
          if (error instanceof ChatError) return { refused: error };
          throw error;
        }
      }),
    );
    const done = await place(
      db,
      tx,
      locked,
      outcomes.flatMap((outcome) => ('verdict' in outcome ? [outcome] : [])),
    );
    const inOrder = done.values();
    return outcomes.map((outcome) => ('verdict' in outcome ? { done: next(inOrder) } : outcome));
  });
}

/**
 * Waits for all, so that none of them is still at work when the transaction ends. Then rejects if any did, with the error of the first in
 * order.
 */
async function settleAll<T>(work: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

function next<T>(values: IterableIterator<T>): T {
  const { value, done } = values.next();
  if (done) throw new Error('fewer verdicts were placed than given');
  return value;
}
