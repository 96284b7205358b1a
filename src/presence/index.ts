// Presence: who is online, on which devices, and who may know.
// Owns the roster of connections that all nodes share, Presence (how users wish to be seen, when they last were), and who is watched on this node.
// Promises: a user is online while any device is; a device that comes back within the grace, on whichever node, was never away; each change is told once, and
// only to who watches and may; who may not any more is told no more; nobody goes offline because Redis did. What is kept of a watch is bounded by how many it
// watches. No answer waits for the roster but one that asks for it. Does not know what a socket is, nor who decides that one may stay open.
export { createPresences, type PresenceParts } from './create-presences.ts';
export type * from './presence.ts';
export { type Connection, leaseOf, type Roster } from './roster.ts';
