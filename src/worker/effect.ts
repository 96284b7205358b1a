import type { StreamKind } from '../db/index.ts';
import type { Entry } from '../log/index.ts';

/** Consecutive entries of one stream, without a gap. */
export interface EntryRun {
  readonly streamId: bigint;
  readonly kind: StreamKind;
  /** At least one. */
  readonly entries: readonly Entry[];
}

/** Something that is done because of entries, such as calling an app or sending a push. */
export interface Effect {
  /** The name, for logs and metrics. */
  readonly name: string;
  /** Returns whether anybody wants the effect now. While nobody wants any effect, logs are passed over unread. */
  wanted(): Promise<boolean>;
  /**
   * Resolves once the effect of each entry is done, or stored so that it will be. Runs of a stream come one after the other, in order, at
   * least once. A run may be repeated, whole or in part; `stream:seq` identifies an entry. It must not wait for a slow receiver for more
   * than a few seconds; longer work is left as a job. Any error it throws makes the run be retried.
   */
  act(run: EntryRun, signal: AbortSignal): Promise<void>;
}
