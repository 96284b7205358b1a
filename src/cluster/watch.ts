import type { Registered } from './registry.ts';

/** Finds leases that have ended, from the beats that the registry shows. */
export interface Watch {
  /**
   * Takes the registry's contents, read at some time between `askedAt` and `answeredAt` (ms of this node's clock). Returns the nodes whose
   * lease has ended.
   */
  look(others: readonly Registered[], at: { readonly askedAt: number; readonly answeredAt: number }): readonly Registered[];
  /** Starts counting again for all nodes. */
  restart(): void;
}

interface Sighting {
  readonly epoch: number;
  readonly beat: number;
  /** When this beat was first seen. */
  readonly since: number;
}

/** The times that the watch uses. */
export interface WatchTimes {
  readonly leaseMs: number;
  /** A node that has not looked for so long was paused or cut off itself, and cannot tell whether others have beaten. */
  readonly interruptedMs: number;
}

/**
 * Creates a watch. A lease has ended when this node has looked continuously for `leaseMs` and the beat has not moved. Only this node's own
 * clock counts; it is not compared with Redis or other machines. After an interruption, counting starts again for all nodes: an outage of
 * the registry, or a pause of this node, makes no node dead.
 */
export function createWatch({ leaseMs, interruptedMs }: WatchTimes): Watch {
  let seen = new Map<string, Sighting>();
  let lookedAt = Number.NEGATIVE_INFINITY;

  return {
    look(others, { askedAt, answeredAt }) {
      const known = answeredAt - lookedAt > interruptedMs ? new Map<string, Sighting>() : seen;
      lookedAt = answeredAt;
      // Nodes that are no longer listed are dropped with the old map.
      seen = new Map();
      return others.filter(({ nodeId, epoch, beat }) => {
        const old = known.get(nodeId);
        const unmoved = old !== undefined && old.epoch === epoch && old.beat === beat;
        const since = unmoved ? old.since : answeredAt;
        seen.set(nodeId, { epoch, beat, since });
        return askedAt - since >= leaseMs;
      });
    },
    restart: () => seen.clear(),
  };
}
