// Newest: keeps a node up to date with something that a system has one of, such as its settings, and of which the database has the newest
// version. Owns a topic of the bus, on which new versions are published.
//
// Promises:
// - A node that gets the message reads the new version within a second.
// - If the bus lost the message, the node reads it when the bus returns, or with its next check.
// - A call during a read is answered by the read after it.
//
// Leaves to its callers what is read.
export { createNewest, type Newest, type NewestParts } from './create-newest.ts';
