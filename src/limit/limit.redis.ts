import type { Logger } from 'pino';
import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import { connectRedis, watchPulse } from '../redis.ts';
import { connectRedisCluster, watchClusterPulse } from '../redis-cluster.ts';
import { parseRedisUrl } from '../redis-url.ts';
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
const pulseMs = 2_000;

/** Limits counted in Redis, for all nodes together; while it does not answer, in this process. Throws ConfigError when Redis cannot be used at the start. */
export async function createRedisLimits({ url, namespace, logger }: RedisLimitsOptions): Promise<Limits> {
  const { client, stopPulse } = await connect(url, logger);

  function limit(rule: LimitRule) {
    const { name, windowSeconds } = rule;
    const options = { keyPrefix: `${namespace}:limit:${name}`, points: pointsOf(rule), duration: windowSeconds };
    const insuranceLimiter = new RateLimiterMemory(options);
    const limiter = new RateLimiterRedis({ ...options, storeClient: client, rejectIfRedisNotReady: true, insuranceLimiter });
    return asLimit(rule, {
      limiters: [limiter, insuranceLimiter],
      onFault: (error) => logger.warn({ err: error, limit: name }, 'a limit could not be counted'),
    });
  }

  async function close(): Promise<void> {
    stopPulse();
    client.disconnect();
  }

  return { limit, [Symbol.asyncDispose]: close };
}

async function connect(url: string, logger: Logger) {
  const manner = { role: 'limits', timeoutMs: commandMs, logger };
  const place = parseRedisUrl(url);
  if (place?.cluster) {
    const client = await connectRedisCluster({ urls: place.urls, ...manner });
    return { client, stopPulse: watchClusterPulse(client, pulseMs) };
  }
  const client = await connectRedis({ url, ...manner });
  return { client, stopPulse: watchPulse(client, pulseMs) };
}
