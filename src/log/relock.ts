import { ChatError } from '../errors.ts';
import type { Append, Inside, Verdict } from './append.ts';
import type { Log } from './log.ts';

/** The answer of a decision that finds under its locks that it needs others: the complete set to lock next time. */
export interface NeedsLocks {
  readonly relock: readonly bigint[];
  /** The keys to share those streams under, as in Append. Absent: the act has its streams to itself. */
  readonly keys?: readonly string[];
}

/** An act that learns only under the locks which streams it must lock. */
export interface LockDiscovery<T> {
  /** The streams that it most likely needs. */
  readonly lock: Append<T>['lock'];
  /** As in Append, for this first set of streams. */
  readonly keys?: readonly string[];
  /** As in Append. */
  readonly repeatable?: boolean;
  /** As in Append. */
  readonly prefetch?: Append<T>['prefetch'];
  /** As in Append. `holds` says whether a stream is locked, `hasKey` whether the streams are shared under a key. */
  readonly decide: (
    inside: Inside,
    holds: (streamId: bigint) => boolean,
    hasKey: (key: string) => boolean,
  ) => Promise<Verdict<T> | NeedsLocks>;
}

// What an act finds changes only if another act commits in between. So the second set is nearly always right, and five are ample.
const lockSets = 5;

/**
 * Appends, and starts again with other locks when the decision asks for them. Throws as Log.append does, and ChatError UNAVAILABLE after
 * `lockSets` attempts.
 */
export async function appendDiscoveringLocks<T>(log: Log, act: LockDiscovery<T>): Promise<T> {
  let set: Pick<LockDiscovery<T>, 'lock' | 'keys'> = act;
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
  { lock, keys }: Pick<LockDiscovery<T>, 'lock' | 'keys'>,
  { repeatable = false, prefetch, decide }: Pick<LockDiscovery<T>, 'repeatable' | 'prefetch' | 'decide'>,
): Promise<{ readonly done: T } | NeedsLocks> {
  return log.append<{ readonly done: T } | NeedsLocks>({
    lock,
    repeatable,
    ...(keys !== undefined && { keys }),
    ...(prefetch !== undefined && { prefetch }),
    async decide(inside) {
      const verdict = await decide(
        inside,
        (streamId) => lock.includes(streamId),
        (key) => keys?.includes(key) ?? false,
      );
      if ('relock' in verdict) return { silent: true, result: () => verdict };
      return { ...verdict, result: (placed) => ({ done: verdict.result(placed) }) };
    },
  });
}
