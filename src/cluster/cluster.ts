import type { NodeMessage } from './node-message.ts';
import type { Lease, NodeLoad } from './node-record.ts';
import type { Nodes } from './nodes.ts';
import type { Heir } from './takeovers.ts';

/** This node's membership in the system's cluster of nodes. Listeners must not throw. */
export interface Cluster extends Nodes, AsyncDisposable {
  /** This node's current lease. It is replaced when the node is fenced. */
  readonly lease: Lease;
  /** False while the registry does not answer. */
  readonly healthy: boolean;
  /** Starts the beats, in the background. Heirs and listeners must be registered before. */
  start(): void;
  announce(change: { readonly address?: string; readonly state?: 'READY' | 'DRAINING' }): void;
  /** Sets the function that measures this node's load. It is called at each beat. */
  reportLoad(probe: () => NodeLoad): void;
  /**
   * Registers a handler for dead nodes. It runs on the one survivor that takes over the lease. Until it resolves, the takeover is
   * unfinished and is repeated, by this node or by another survivor, so the handler must be repeatable.
   */
  onDead(heir: Heir): void;
  /**
   * Calls the listener when this node was taken for dead while it was paused or cut off. What it held is no longer its own. `lease` is the
   * new lease already.
   */
  onFenced(listener: () => void): void;
  /**
   * Calls the listener when the registry can be reached again, or has forgotten this node. Data that was stored beside the registry may be
   * lost.
   */
  onRestored(listener: () => void): void;
  /**
   * Returns the time in ms until data that is missing beside the registry can be taken as gone: after the registry was empty or away, other
   * nodes need up to a lease to write it again. 0: data that was missing at the time of the call is gone. It asks the registry, once for
   * all calls within a tenth of the time between two beats. Never rejects.
   */
  settlesIn(): Promise<number>;
  onMessage(listener: (message: NodeMessage) => void): void;
}
