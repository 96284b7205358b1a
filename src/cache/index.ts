// Caches: values that are read often, in the memory of the process and, with several nodes, in Redis for all of them. Built on bentocache.
//
// Promises:
// - With a version in its key, a value is never older than that version.
// - A value that changes under its key is not stale in a read that starts after `forget` on this node, and soon after not on other nodes.
//   If a node died before it could tell them, or the bus lost the message, the value is stale for at most `changingMs`.
// - A key without a value is never cached. A failed read affects only its own callers.
// - No read waits for Redis longer than a tenth of a second, and none fails because of Redis.
// - Memory is bounded.
//
// Does not know what the values mean or who may see them. No decision of a write rests on a cache: those read inside the transaction.
export type { Cache, CacheCounts, CacheKind, CacheLimits, Caches } from './cache.ts';
export { createNoCaches } from './create-caches.ts';
