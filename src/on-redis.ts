// What a node opens on Redis, in one file: src/open.ts loads it where there is a Redis.

export { createClusterBus } from './bus/bus.cluster.redis.ts';
export { createRedisBus } from './bus/bus.redis.ts';
export { createRedisCaches } from './cache/caches.redis.ts';
export { createRedisRegistry } from './cluster/registry.redis.ts';
export { createRedisLimits } from './limit/limit.redis.ts';
export { createRedisRoster } from './presence/roster.redis.ts';
export { createRedisQueue } from './worker/queue.redis.ts';
