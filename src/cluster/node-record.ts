/** What a node holds while it lives. Whatever is kept beside the registry under a lease is valid as long as the lease is. */
export interface Lease {
  /** Made up anew by each process. */
  readonly nodeId: string;
  /** From 1 on. It rises when the lease is taken over, and again when the node, found alive, takes a new one. */
  readonly epoch: number;
}

/**
 * How a node is. STARTING, READY and DRAINING it says itself; LEFT: it has stopped, what it held waits for a survivor; DEAD: a survivor is taking it over;
 * GONE: that is done, and the record stays for a while so that the node finds it should it only have been paused.
 */
export const nodeStates = ['STARTING', 'READY', 'DRAINING', 'LEFT', 'DEAD', 'GONE'] as const;
export type NodeState = (typeof nodeStates)[number];

/** How much a node has to do. */
export interface NodeLoad {
  readonly sockets: number;
  /** Delivered to clients. */
  readonly eventsPerSecond: number;
  /** How much later than due its timers run. */
  readonly loopDelayMs: number;
}

/** A node as it shows itself to the others. */
export interface NodeRecord extends Lease {
  /** NODE_NAME, or made of host and process. */
  readonly name: string;
  /** Its URL; empty until it listens. */
  readonly address: string;
  readonly version: string;
  readonly roles: readonly string[];
  /** What its keys are called (`nameOfKey`), the one that it signs with first; none: it does not say. */
  readonly keys: readonly string[];
  readonly startedAt: Date;
  readonly state: NodeState;
  readonly load: NodeLoad;
}

/** Whether two leases are the same one. */
export function isSame(one: Lease, other: Lease): boolean {
  return one.nodeId === other.nodeId && one.epoch === other.epoch;
}
