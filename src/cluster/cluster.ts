import type { NodeMessage } from './node-message.ts';
import type { Lease, NodeLoad } from './node-record.ts';
import type { Nodes } from './nodes.ts';
import type { Heir } from './takeovers.ts';

/** This node's place among the nodes of the system. Listeners must not throw. */
export interface Cluster extends Nodes, AsyncDisposable {
  /** This node's lease as it stands: another one after it was fenced. */
  readonly lease: Lease;
  /** False while the registry does not answer. */
  readonly healthy: boolean;
  /** Begins to beat, in the background. Heirs and listeners are named before. */
  start(): void;
  announce(change: { readonly address?: string; readonly state?: 'READY' | 'DRAINING' }): void;
  /** Asked at each beat. */
  reportLoad(probe: () => NodeLoad): void;
  /**
   * Called by the one survivor that has taken over; until it resolves the takeover is unfinished and is begun again, by this node or by another survivor, so it must be
   * repeatable.
   */
  onDead(heir: Heir): void;
  /** This node was taken for dead while it was paused or cut off: what it held is no longer its own. Its lease is the new one already. */
  onFenced(listener: () => void): void;
  /** The registry is reached again after it was not, or had forgotten this node: what was told to what lies beside it may be lost. */
  onRestored(listener: () => void): void;
  /**
   * ms until what is lacking beside the registry can be believed to be gone: after it was empty, or away, other nodes need up to a lease to tell it anew. 0: what
   * was lacking when this was asked is gone. Asks the registry, once for all who want to know within a tenth of the time between two beats. Never rejects.
   */
  settlesIn(): Promise<number>;
  onMessage(listener: (message: NodeMessage) => void): void;
}
