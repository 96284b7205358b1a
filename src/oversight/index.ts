// Oversight: what operators see of a system that runs, and the means they have of stepping in. Owns nothing: it reads the registry of nodes and the roster of
// connections, and tells nodes what to do. Promises: what it shows is of all nodes, whichever one answers; who is disconnected by the ending of their sessions
// is so for certain, as every node finds that in the log; all else is told over the bus, which may lose it. Each step is in the log, with who took it. Does
// not know who is an operator. It can be had without a node: nothing here takes a lease.
export { createOversight } from './create-oversight.ts';
export type * from './oversight.ts';
