import type { Cluster, Redis } from 'ioredis';
import type { Logger } from 'pino';
import { parseRedisUrl } from '../config/index.ts';
import { connectRedisCluster, watchClusterPulse } from './cluster.ts';
import { connectRedis, watchPulse } from './connection.ts';

/** A connection for commands with keys, to a server or a cluster. It is kept until it is disposed. */
export interface RedisClient extends Disposable {
  readonly client: Redis | Cluster;
}

/** The settings of a connection. */
export interface RedisClientOptions {
  /** The same forms as REDIS_URL: one server or a cluster. */
  readonly url: string;
  /** The purpose of the connection, for logs and CLIENT LIST. */
  readonly role: string;
  /** After how many ms an unanswered command is rejected, once the first connection is made. */
  readonly timeoutMs: number;
  readonly logger: Logger;
  /** The longest delay before the next attempt to connect, in ms, if 2 s are too long. */
  readonly longestRetryMs?: number | undefined;
}

// A half-open connection is detected within this time and that of a ping (answersPing).
const pulseMs = 2_000;

/**
 * Connects to a server or a cluster (connectRedis, connectRedisCluster). Throws ConfigError, one line without the password, if it cannot be
 * used at the start.
 */
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
