import { ChatError } from '../errors.ts';
import type { Append, Inside, Verdict } from './append.ts';
import type { Log } from './log.ts';

/** What a decision answers that has found out, under its locks, that it needs others: the whole set to hold next time. */
export interface Relock {
  readonly relock: readonly bigint[];
  /** The keys under which it shares them then, like Append's; absent: it has its streams to itself. */
  readonly keys?: readonly string[];
}

/** An act that learns only inside which streams it must lock. */
export interface Searching<T> {
  /** The streams it most likely needs. */
  readonly lock: Append<T>['lock'];
  /** Like Append's, while it holds these. */
  readonly keys?: readonly string[];
  /** Like Append's. */
  readonly repeatable?: boolean;
  /** Like Append's. */
  readonly foresee?: Append<T>['foresee'];
  /** Like Append's; `holds` tells whether a stream is locked, `hasKey` whether it shares its streams under a key. */
  readonly decide: (inside: Inside, holds: (streamId: bigint) => boolean, hasKey: (key: string) => boolean) => Promise<Verdict<T> | Relock>;
}

// What an act finds changes only when another commits between: the second set is nearly always right, the fifth nearly certainly.
const lockSets = 5;

/** Appends, and begins anew with the right locks where the decision asks for them. Throws as Log.append does. */
export async function appendSearching<T>(log: Log, act: Searching<T>): Promise<T> {
  let set: Pick<Searching<T>, 'lock' | 'keys'> = act;
  for (let tried = 0; tried < lockSets; tried += 1) {
    const outcome = await tryWith(log, set, act);
    if ('done' in outcome) return outcome.done;
    const { relock: lock, keys } = outcome;
    set = { lock, ...(keys !== undefined && { keys }) };
  }
  throw new ChatError('UNAVAILABLE', 'Too many changes at once. Try again.');
}

function tryWith<T>(
  log: Log,
  { lock, keys }: Pick<Searching<T>, 'lock' | 'keys'>,
  { repeatable = false, foresee, decide }: Pick<Searching<T>, 'repeatable' | 'foresee' | 'decide'>,
): Promise<{ readonly done: T } | Relock> {
  return log.append<{ readonly done: T } | Relock>({
    lock,
    repeatable,
    ...(keys !== undefined && { keys }),
    ...(foresee !== undefined && { foresee }),
    async decide(inside) {
      const verdict = await decide(
        inside,
        (streamId) => lock.includes(streamId),
        (key) => keys?.includes(key) ?? false,
      );
      if ('relock' in verdict) return { result: () => verdict };
      return { ...verdict, result: (placed) => ({ done: verdict.result(placed) }) };
    },
  });
}
