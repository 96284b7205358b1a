import type { Lease, NodeRecord } from './node-record.ts';

/** A node as the registry stores it. */
export interface Registered extends NodeRecord {
  /** A counter that the node itself raises with each beat. While it moves, the node lives. */
  readonly beat: number;
}

/** A lease that has ended, and the node that takes it over. Stays in the registry until the takeover is finished. */
export interface Takeover {
  readonly dead: Lease;
  readonly heir: Lease;
}

/** Everything in the registry. */
export interface RegistryState {
  readonly records: readonly Registered[];
  readonly takeovers: readonly Takeover[];
}

/** The answer to a beat: the newer epoch if the node's lease was taken over, otherwise everything in the registry. */
export type BeatAnswer =
  | { readonly fencedBy: number }
  | (RegistryState & {
      /** The node's former beat, or null if the registry did not know the node. */
      readonly before: number | null;
      /** How long the registry has held data, in ms. Infinity if it never forgets. */
      readonly ageMs: number;
    });

/**
 * The registry of nodes. Each operation is atomic across all nodes. All reject within a second, with any error, while the registry is away.
 * An operation that rejected may still be applied later.
 */
export interface Registry extends AsyncDisposable {
  /**
   * Writes a node's own record, unless the registry has a newer epoch for it or the node has LEFT. Removes records that have been GONE for
   * an hour.
   */
  beat(record: Registered): Promise<BeatAnswer>;
  /**
   * Takes over a lease if nothing has changed since it was seen: same epoch, same beat, and the claimer's own lease is valid. Raises the
   * epoch, sets the state to DEAD and adds a takeover. Of several claimers, one gets true.
   */
  claim(seen: Registered, by: Lease): Promise<boolean>;
  /** Takes over a takeover whose heir's own lease has ended. Of several claimers, one gets true. */
  reclaim(takeover: Takeover, by: Lease): Promise<boolean>;
  /** Finishes a takeover: removes it and sets the dead node to GONE. Does nothing if the takeover has another heir by now. */
  finish(takeover: Takeover): Promise<void>;
  /** Sets a node that stops to LEFT. It must not beat again. */
  leave(lease: Lease): Promise<void>;
  read(): Promise<RegistryState>;
}

/** How long a node can be paused and still learn that it was taken over. */
export const tombstoneMs = 3_600_000;
