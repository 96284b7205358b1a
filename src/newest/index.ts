// Newest: how a node keeps up with what there is one of in a system, and of which the database has the newest version. Owns a topic of the bus, on which a
// version is named. Promises: what was stored is read within a second, by whoever is told; where the bus lost the news, with its return or the next check. Who
// asks while a read is under way is answered by the next one. Does not know what is read.
export { createNewest, type Newest, type NewestParts } from './create-newest.ts';
