/** A node's lease. Data that is stored under a lease, beside the registry, is valid as long as the lease. */
export interface Lease {
  /** Chosen anew by each process. */
  readonly nodeId: string;
  /** Starts at 1. Rises when the lease is taken over, and again when the node turns out to be alive and takes a new lease. */
  readonly epoch: number;
}

/**
 * The state of a node. STARTING, READY and DRAINING are reported by the node itself. LEFT: it has stopped, and a survivor will take over.
 * DEAD: a survivor is taking over. GONE: the takeover is done, and the record stays for a while in case the node was only paused and looks
 * for it.
 */
export const nodeStates = ['STARTING', 'READY', 'DRAINING', 'LEFT', 'DEAD', 'GONE'] as const;
export type NodeState = (typeof nodeStates)[number];

/** How busy a node is. */
export interface NodeLoad {
  readonly sockets: number;
  /** Events per second delivered to clients. */
  readonly eventsPerSecond: number;
  /** How late its timers fire. */
  readonly loopDelayMs: number;
}

/** A node as other nodes see it. */
export interface NodeRecord extends Lease {
  /** NODE_NAME, or a name made of host and process. */
  readonly name: string;
  /** Its URL. Empty until it listens. */
  readonly address: string;
  readonly version: string;
  readonly roles: readonly string[];
  /** The names of its keys (`nameOfKey`), the signing key first. Empty if it does not report them. */
  readonly keys: readonly string[];
  readonly startedAt: Date;
  readonly state: NodeState;
  readonly load: NodeLoad;
}

/** Returns whether two leases are the same lease. */
export function isSame(one: Lease, other: Lease): boolean {
  return one.nodeId === other.nodeId && one.epoch === other.epoch;
}
