// Caches: what many reads ask for, kept in the process and, where there are several nodes, in Redis for all of them; by bentocache.
// Promises: of what has a version in its key, the answer is never older than that version; of what changes under its key, a read that begins after it was
// forgotten here is not answered what was read before, nor soon after on another node, and at most for changingMs where a node died before it could tell or the
// bus lost it; what is not there is never kept; a failed read is nobody else's; no answer waits for Redis beyond a tenth of a second, and none fails because of
// it; memory is bounded. Does not know what the values mean, nor who may see them. No decision of a write ever rests on it: those are read inside.
export type { Cache, CacheCounts, CacheKind, CacheLimits, Caches } from './cache.ts';
export { createNoCaches } from './create-caches.ts';
