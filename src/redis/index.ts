// Connections to Redis: a server, one that sentinels watch, or a cluster.
//
// Promises:
// - A lost connection is made again, with jitter. Without one, commands reject at once: they are neither queued nor sent again later.
// - A connection that is open but does not answer is noticed and cut.
// - If Redis cannot be used at the start, ConfigError says where and why, without the password.
//
// Leaves to its callers what they store or publish, and what they do while there is no connection.
export { connectAnyRedis, type RedisClient, type RedisClientOptions } from './client.ts';
export { connectRedis, isReplica, openRedis, type RedisConnection, watchPulse } from './connection.ts';
