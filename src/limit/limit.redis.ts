import type { Logger } from 'pino';
import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import { connectAnyRedis } from '../redis-client.ts';
import type { LimitRule, Limits } from './limit.ts';
import { asLimit, pointsOf } from './window.ts';

/** What limits in Redis need. */
export interface RedisLimitsOptions {
  /** As REDIS_URL: one server or a cluster. */
  readonly url: string;
  /** Stands before every key, so that two systems on one Redis do not count together. */
  readonly namespace: string;
  readonly logger: Logger;
}

// A sign-in waits for its limits: a Redis that hangs must not be felt.
const commandMs = 500;

/** Limits counted in Redis, for all nodes together; while it does not answer, in this process. Throws ConfigError when Redis cannot be used at the start. */
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
