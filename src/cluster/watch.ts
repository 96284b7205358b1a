import type { Registered } from './registry.ts';

/** Tells by the beats of others, as the registry shows them, whose lease has ended. */
export interface Watch {
  /** Takes in what the registry knew at some time from `askedAt` to `answeredAt` (ms of this node's clock). Answers those whose lease has ended. */
  look(others: readonly Registered[], at: { readonly askedAt: number; readonly answeredAt: number }): readonly Registered[];
  /** Starts counting anew for all. */
  restart(): void;
}

interface Sighting {
  readonly epoch: number;
  readonly beat: number;
  /** When it was first seen so. */
  readonly since: number;
}

/** How long what counts is. */
export interface WatchTimes {
  readonly leaseMs: number;
  /** A node that has not looked for so long was itself paused or cut off, and has not seen what it missed. */
  readonly interruptedMs: number;
}

/**
 * A lease has ended when this node has looked all along for `leaseMs` and its beat has not moved. No clocks are compared, neither with Redis nor with other
 * machines: only this node's own time passes. A node that was interrupted starts anew for all: so an outage of the registry, or a pause of its own, kills nobody.
 */
export function createWatch({ leaseMs, interruptedMs }: WatchTimes): Watch {
  let seen = new Map<string, Sighting>();
  let lookedAt = Number.NEGATIVE_INFINITY;

  return {
    look(others, { askedAt, answeredAt }) {
      const known = answeredAt - lookedAt > interruptedMs ? new Map<string, Sighting>() : seen;
      lookedAt = answeredAt;
      // Who is not there any more is forgotten with the old map.
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
