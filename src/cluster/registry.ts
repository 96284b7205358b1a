import type { Lease, NodeRecord } from './node-record.ts';

/** A node as the registry has it. */
export interface Registered extends NodeRecord {
  /** Counted by the node itself, from beat to beat, never back: while it moves the node lives. */
  readonly beat: number;
}

/** A lease that has ended, and who does what is to be done about it. It stands until it is finished. */
export interface Takeover {
  readonly dead: Lease;
  readonly heir: Lease;
}

/** All that the registry knows. */
export interface Census {
  readonly records: readonly Registered[];
  readonly takeovers: readonly Takeover[];
}

/** What a beat is answered: that the node's lease was taken over, by its newest epoch; or what the registry knows. */
export type BeatAnswer =
  | { readonly fencedBy: number }
  | (Census & {
      /** The beat counter that it had of this node until then; null: it did not know the node. */
      readonly before: number | null;
      /** For how many ms it has known anything at all. Infinity: it never forgets. */
      readonly ageMs: number;
    });

/**
 * Who is there. Each operation is atomic, over all nodes. All reject, with whatever error, while the registry is away; within a second. What rejected may
 * still be done later.
 */
export interface Registry extends AsyncDisposable {
  /** Writes a node's own record, unless it has a newer epoch for it, or the node has left; removes what has been GONE for an hour. */
  beat(record: Registered): Promise<BeatAnswer>;
  /**
   * Takes over a lease, if nothing has moved since it was seen: its epoch and its beat are the same, and the claimer's own lease stands. Then its epoch
   * rises, its state is DEAD, and there is a takeover. Of several who claim, one is answered true.
   */
  claim(seen: Registered, by: Lease): Promise<boolean>;
  /** Takes over a takeover whose heir's own lease has ended. Of several, one is answered true. */
  reclaim(takeover: Takeover, by: Lease): Promise<boolean>;
  /** The takeover is done: it is forgotten, and the dead node is GONE. Nothing happens when somebody else is its heir by now. */
  finish(takeover: Takeover): Promise<void>;
  /** A node stops. Its state is LEFT, and it beats no more. */
  leave(lease: Lease): Promise<void>;
  read(): Promise<Census>;
}

/** So long a node that was paused may sleep and still find that it was taken over. */
export const tombstoneMs = 3_600_000;
