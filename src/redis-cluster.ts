import { Cluster, type Redis, type RedisOptions } from 'ioredis';
import type { Logger } from 'pino';
import { ConfigError } from './config.ts';
import { manners, retryMs } from './redis.ts';

/** How commands are sent to a Redis Cluster. */
export interface RedisClusterConnection {
  /** Some of the cluster's nodes, as `redis://` or `rediss://`. */
  readonly urls: readonly [string, ...string[]];
  /** What the connections are for, in logs and in CLIENT LIST. */
  readonly role: string;
  /** A command that is not answered after so many ms, redirections included, is rejected, once the first connection is made. */
  readonly timeoutMs: number;
  readonly logger: Logger;
  /** The longest that it waits before it tries to connect again, where 2 s is too long. */
  readonly longestRetryMs?: number | undefined;
}

const startMs = 5_000;
// Nodes are asked one after the other which slots they have: one that hangs must leave the others time.
const slotsMs = 1_000;
// Until then all of them are asked again and again.
const againMs = 100;
// A slot that moves is one, or two when it moves on meanwhile.
const maxRedirections = 3;

/**
 * Connects to a cluster, for commands with keys (not for Pub/Sub: nothing is told of its losses). A command for a
 * master that is gone rejects at once; whoever sends looks at the client's status first, which is not ready while all of them are. Throws ConfigError, one line without the password, when it cannot be used at the start (within 5 s).
 */
export async function connectRedisCluster({ urls, role, timeoutMs, logger, longestRetryMs }: RedisClusterConnection): Promise<Cluster> {
  let started = false;
  const { protocol, username, password } = new URL(urls[0]);
  // As with one server: before there is a connection, what takes longer than a command may is waited for.
  const ofNodes: RedisOptions = {
    ...manners({ role, timeoutMs: startMs }),
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    ...(protocol === 'rediss:' ? { tls: {} } : {}),
  };
  const client = new Cluster([...urls], {
    lazyConnect: true,
    // Connections are made when they are first used: without it all commands but the first of them would be rejected.
    enableOfflineQueue: true,
    // A cluster in the middle of a failover refuses commands for a moment, which is no reason not to start.
    enableReadyCheck: false,
    maxRedirections,
    // Who asks has something better to do than to wait for a failover.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    slotsRefreshTimeout: slotsMs,
    // Names stay names: a certificate is for them.
    dnsLookup: (address, done) => done(null, address),
    clusterRetryStrategy: (attempt) => (started ? retryMs(attempt, longestRetryMs) : againMs),
    redisOptions: ofNodes,
  });
  let fault = new Error(`no answer within ${startMs} ms`);
  for (const event of ['error', 'node error']) {
    client.on(event, (error: Error) => {
      fault = error;
      logger.debug({ err: error, role }, 'Redis Cluster connection failed');
    });
  }
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(reject, startMs);
  client.once('ready', resolve);
  // It rejects when each node was asked once; what it tries after that only the event tells.
  client.connect().catch(() => {});
  try {
    await ready;
  } catch {
    client.disconnect();
    const places = urls.map((url) => new URL(url).host).join(', ');
    throw new ConfigError(`REDIS_URL: no Redis Cluster can be used at ${places} (${fault.message.replaceAll(/\s+/g, ' ')})`, {
      cause: fault,
    });
  } finally {
    clearTimeout(timer);
  }
  started = true;
  for (const options of [ofNodes, ...client.nodes().map((node) => node.options)]) options.commandTimeout = timeoutMs;
  return client;
}

/** Pings the masters, and cuts a connection that does not answer within its command time-out: the next command makes another. Returns the way to stop. */
export function watchClusterPulse(client: Cluster, everyMs: number): () => void {
  async function beat(node: Redis): Promise<void> {
    try {
      await node.ping();
    } catch {
      node.disconnect();
    }
  }
  const timer = setInterval(() => {
    for (const node of client.nodes('master')) if (node.status === 'ready') void beat(node);
  }, everyMs);
  return () => clearInterval(timer);
}
