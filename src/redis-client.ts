import type { Cluster, Redis } from 'ioredis';
import type { Logger } from 'pino';
import { connectRedis, watchPulse } from './redis.ts';
import { connectRedisCluster, watchClusterPulse } from './redis-cluster.ts';
import { parseRedisUrl } from './redis-url.ts';

/** A connection for commands with keys, to a server or a cluster of them, that is kept until it is disposed of. */
export interface RedisClient extends Disposable {
  readonly client: Redis | Cluster;
}

/** How it is made. */
export interface RedisClientOptions {
  /** As REDIS_URL: one server or a cluster. */
  readonly url: string;
  /** What the connection is for, in logs and in CLIENT LIST. */
  readonly role: string;
  /** A command that is not answered after so many ms is rejected, once the first connection is made. */
  readonly timeoutMs: number;
  readonly logger: Logger;
  /** The longest that it waits before it tries to connect again, where 2 s is too long. */
  readonly longestRetryMs?: number | undefined;
}

// A half-open connection is found within this, and its command time-out.
const pulseMs = 2_000;

/** Connects to whatever the URL names (connectRedis, connectRedisCluster). Throws ConfigError, one line without the password, when it cannot be used at the start. */
export async function connectAnyRedis({ url, ...manner }: RedisClientOptions): Promise<RedisClient> {
  const place = parseRedisUrl(url);
  if (place?.cluster) {
    const client = await connectRedisCluster({ urls: place.urls, ...manner });
    return kept(client, watchClusterPulse(client, pulseMs));
  }
  const client = await connectRedis({ url, ...manner });
  return kept(client, watchPulse(client, pulseMs));
}

function kept(client: Redis | Cluster, stopPulse: () => void): RedisClient {
  return {
    client,
    [Symbol.dispose]() {
      stopPulse();
      client.disconnect();
    },
  };
}
