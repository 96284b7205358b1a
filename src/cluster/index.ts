// Nodes: who is there, and what becomes of what a node held that is not. Owns the registry, in this process or in Redis, where each node has a lease that it
// renews by beats. Promises: when a lease ends, by death or by leaving, one survivor runs the heirs for it, and another goes on should that one die too; a node
// that was taken for dead and was not is told so, and has a new lease; an outage of the registry kills nobody. Promises no speed: a death is seen after a lease.
// Does not know what nodes hold: heirs and listeners do. Nothing waits for it longer than half a second.
export { type Clock, monotonicClock } from './clock.ts';
export type { Cluster } from './cluster.ts';
export { createCluster, newNodeId } from './create-cluster.ts';
export type { NodeMessage } from './node-message.ts';
export { type Lease, type NodeLoad, type NodeRecord, type NodeState, nodeStates } from './node-record.ts';
export { createNodes, type Nodes } from './nodes.ts';
export type { Registry } from './registry.ts';
