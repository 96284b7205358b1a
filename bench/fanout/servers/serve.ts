/** Where events come from, in every server but MPIM: each message is one event. */
export const channel = 'bench:events';

/** The Redis that the parent started. */
export const redisUrl: string = process.env['REDIS_URL'] ?? '';
