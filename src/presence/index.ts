// Presence: who is online, on how many devices, and who may see it.
//
// Owns the roster (the connections of all nodes, shared), the table Presence (what users have chosen, when they were last seen), and the
// watches of this node.
//
// Promises:
// - A user is online while any of their devices is.
// - A device that returns within the grace, on any node, was never offline.
// - Each change is published once, and reaches only watchers who may see it. A watcher who may no longer watch a user gets no further
//   changes.
// - Losing Redis makes nobody go offline.
// - A watch's memory is bounded by the number of users it watches.
// - Only requests that ask for presence wait for the roster.
//
// It does not know sockets, and does not decide whether a connection may stay open.
export { createPresences, type PresenceParts } from './create-presences.ts';
export { tellOfEntries } from './entry-hints.ts';
export { createHintPublisher } from './hint-publisher.ts';
export type * from './presence.ts';
export { type Connection, leaseOf, type Roster } from './roster.ts';
