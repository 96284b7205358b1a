// Oversight: what operators see of a running system, and how they can step in.
//
// Owns no data: reads the registry of nodes and the roster of connections, and sends commands to nodes.
//
// Promises:
// - Shows all nodes and connections, whichever node answers.
// - A user whose sessions are ended is certainly disconnected, because every node finds that in the log. All other commands go over the
//   bus, which may lose them.
// - Logs each action with the operator.
//
// Does not know who is an operator. Works outside of a node: nothing here takes a lease.
export { createOversight } from './create-oversight.ts';
export type * from './oversight.ts';
