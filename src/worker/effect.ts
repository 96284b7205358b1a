import type { StreamKind } from '../db/index.ts';
import type { Entry } from '../log/index.ts';

/** Entries of one stream that follow each other, in order and without a hole. */
export interface EntryRun {
  readonly streamId: bigint;
  readonly kind: StreamKind;
  /** At least one. */
  readonly entries: readonly Entry[];
}

/** What is done because of entries: an app is called, a phone is told. */
export interface Effect {
  /** For logs and metrics. */
  readonly name: string;
  /** Whether anybody wants it now. While nobody wants any effect, logs are passed over unread. */
  wanted(): Promise<boolean>;
  /**
   * Resolves when the effect of each entry is done, or stored so that it will be. Runs of a stream come one after the other, in order, at least once: one may come again, whole or in part, and
   * `stream:seq` tells. Must not wait for a slow receiver for longer than a few seconds: what takes longer is left as a job. Whatever it throws has the run tried again.
   */
  act(run: EntryRun, signal: AbortSignal): Promise<void>;
}
