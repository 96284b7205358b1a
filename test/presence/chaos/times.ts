/**
 * The lease of a node and the grace period of a device, in ms. A seventh of the defaults: what takes half a minute by default takes less than
 * five seconds here.
 */
export const leaseMs = 1_500;
export const graceMs = 1_500;

/** The longest interval between a node's beats (src/cluster/create-cluster.ts). */
export const beatMs = leaseMs / 4;

/** The longest delay before a Redis client that was disconnected for seconds retries, in ms (src/redis/connection.ts). */
export const reconnectMs = 2_000;
// The delay of a process, a timer or a message on two busy cores.
const scheduleMs = 1_000;

/**
 * The time after the last change and the last fault within which every presence is correct: nodes reconnect to Redis, notice at their next
 * beat that they were disconnected, wait for the lease of a missing node, find it expired at the following beat, and wait for the grace
 * period.
 */
export const rightWithinMs = leaseMs + graceMs + reconnectMs + 2 * beatMs + scheduleMs;
