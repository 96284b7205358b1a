/** How long a node's lease and a device's grace are here, in ms. A seventh of the defaults: what takes half a minute is seen within five seconds. */
export const leaseMs = 1_500;
export const graceMs = 1_500;

/** A node shows itself so often, or more often (src/cluster/create-cluster.ts). */
export const beatMs = leaseMs / 4;

/** A client of Redis that was away for seconds tries again after so many ms at most (src/redis.ts). */
export const reconnectMs = 2_000;
// What two busy cores keep a process, a timer or a message waiting.
const scheduleMs = 1_000;

/**
 * So long after the last change and the last fault everybody is seen as they are: nodes reach Redis again, find at their next beat that they had not, count a
 * lease for whoever is gone, find it over at the beat after that, and wait for the grace.
 */
export const rightWithinMs = leaseMs + graceMs + reconnectMs + 2 * beatMs + scheduleMs;
