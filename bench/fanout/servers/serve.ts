/** The channel that events come from, in every server but MPIM. Each message is one event. */
export const channel = 'bench:events';

/** URL of the Redis that the parent started. */
export const redisUrl: string = process.env['REDIS_URL'] ?? '';
