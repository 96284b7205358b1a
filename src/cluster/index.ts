// The cluster of nodes: which nodes there are, and who takes over from a dead one. It owns the registry, in this process or in Redis, in
// which each node holds a lease that it renews with beats (decision 30).
//
// Promises:
// - When a lease ends, because its node died or left, one survivor runs the heirs for it. If that survivor dies too, another one continues.
// - A node that was wrongly taken for dead is told so and gets a new lease.
// - An outage of the registry makes no node dead.
// - Nothing waits for the registry for more than half a second.
//
// Detection is not fast: a death is seen after a lease. The cluster does not know what nodes hold; heirs and listeners do.
export { type Clock, monotonicClock } from './clock.ts';
export type { Cluster } from './cluster.ts';
export { createCluster, newNodeId } from './create-cluster.ts';
export type { NodeMessage } from './node-message.ts';
export type { Lease, NodeLoad, NodeRecord, NodeState } from './node-record.ts';
export { createNodes, type Nodes } from './nodes.ts';
export type { Registry } from './registry.ts';
