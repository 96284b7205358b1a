import type { StreamRow } from '../db/index.ts';
import type { Append } from './append.ts';
import type { Entry } from './entry.ts';

/** The log's face. */
export interface Log {
  /**
   * Locks, decides, numbers, stores, commits, publishes. Resolves after commit. Throws what `decide` threw, or ChatError UNAVAILABLE: not
   * known to be stored, safe to send again where the act has a key or sets a state.
   */
  append<T>(append: Append<T>): Promise<T>;
  /** Entries with after < seq, ascending, at most `limit`, with the head as it stood before they were read; no hole within. */
  read(streamId: bigint, options: { after: number; limit: number; upTo?: number }): Promise<{ readonly entries: readonly Entry[]; readonly head: number }>;
  /** The streams' rows as they stand; absent ones are absent. */
  heads(ids: readonly bigint[]): Promise<ReadonlyMap<bigint, StreamRow>>;
}

export function createLog(): Log {
  throw new Error('being written');
}
