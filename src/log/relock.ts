import { ChatError } from '../errors.ts';
import type { Append, Inside, Verdict } from './append.ts';
import type { Log } from './log.ts';

/** What a decision answers that has found out, under its locks, that it needs others: the whole set to hold next time. */
export interface Relock {
  readonly relock: readonly bigint[];
}

/** An act that learns only inside which streams it must lock. */
export interface Searching<T> {
  /** The streams it most likely needs. */
  readonly lock: Append<T>['lock'];
  /** Like Append's, while it holds these; with another set it has its streams to itself. */
  readonly keys?: readonly string[];
  /** Like Append's. */
  readonly repeatable?: boolean;
  /** Like Append's; `holds` tells whether a stream is locked. */
  readonly decide: (inside: Inside, holds: (streamId: bigint) => boolean) => Promise<Verdict<T> | Relock>;
}

// What an act finds changes only when another commits between: the second set is nearly always right, the fifth nearly certainly.
const lockSets = 5;

/** Appends, and begins anew with the right locks where the decision asks for them. Throws as Log.append does. */
export async function appendSearching<T>(log: Log, act: Searching<T>): Promise<T> {
  let lock = act.lock;
  for (let set = 1; set <= lockSets; set += 1) {
    const { decide, repeatable = false } = act;
    const outcome = await tryWith(log, lock, set === 1 ? act : { decide, repeatable });
    if ('done' in outcome) return outcome.done;
    lock = outcome.relock;
  }
  throw new ChatError('UNAVAILABLE', 'Too much is changing here at once. Try again.');
}

function tryWith<T>(
  log: Log,
  lock: readonly bigint[],
  { keys, repeatable = false, decide }: Pick<Searching<T>, 'keys' | 'repeatable' | 'decide'>,
): Promise<{ readonly done: T } | Relock> {
  const held = new Set(lock);
  return log.append<{ readonly done: T } | Relock>({
    lock,
    repeatable,
    ...(keys !== undefined && { keys }),
    async decide(inside) {
      const verdict = await decide(inside, (streamId) => held.has(streamId));
      if ('relock' in verdict) return { result: () => verdict };
      return { ...verdict, result: (placed) => ({ done: verdict.result(placed) }) };
    },
  });
}
