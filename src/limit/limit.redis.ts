import type { Logger } from 'pino';
import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import { connectAnyRedis } from '../redis/index.ts';
import type { LimitRule, Limits } from './limit.ts';
import { asLimit, pointsOf } from './window.ts';

/** The options of limits that are counted in Redis. */
export interface RedisLimitsOptions {
  /** One server or a cluster, in the form of REDIS_URL. */
  readonly url: string;
  /** The prefix of every key, so that two systems on one Redis have separate counts. */
  readonly namespace: string;
  readonly logger: Logger;
}

// A sign-in waits for its limits, so a Redis that hangs must not delay it noticeably.
const commandMs = 500;

/**
 * Creates limits that are counted in Redis, for all nodes together. While Redis does not answer, they are counted in this process. Throws
 * ConfigError if Redis cannot be used at start.
 */
export async function createRedisLimits({ url, namespace, logger }: RedisLimitsOptions): Promise<Limits> {
  const redis = await connectAnyRedis({ url, role: 'limits', timeoutMs: commandMs, logger });

  function limit(rule: LimitRule) {
    const { name, windowSeconds } = rule;
    const options = { keyPrefix: `${namespace}:limit:${name}`, points: pointsOf(rule), duration: windowSeconds };
    const insuranceLimiter = new RateLimiterMemory(options);
    const limiter = new RateLimiterRedis({ ...options, storeClient: redis.client, rejectIfRedisNotReady: true, insuranceLimiter });
    return asLimit(rule, {
      limiters: [limiter, insuranceLimiter],
      onFault: (error) => logger.warn({ err: error, limit: name }, 'a limit could not be counted'),
    });
  }

  async function close(): Promise<void> {
    redis[Symbol.dispose]();
  }

  return { limit, [Symbol.asyncDispose]: close };
}
