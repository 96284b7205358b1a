import { Cluster, type Redis, type RedisOptions } from 'ioredis';
import type { Logger } from 'pino';
import { ConfigError } from '../config/index.ts';
import { answersPing, connectionOptions, retryMs } from './connection.ts';

/** The settings of a connection to a Redis Cluster. */
export interface RedisClusterConnection {
  /** Some of the cluster's nodes, as `redis://` or `rediss://`. */
  readonly urls: readonly [string, ...string[]];
  /** The purpose of the connections, for logs and CLIENT LIST. */
  readonly role: string;
  /** After how many ms an unanswered command is rejected, redirections included, once the first connection is made. */
  readonly timeoutMs: number;
  readonly logger: Logger;
  /** The longest delay before the next attempt to connect, in ms, if 2 s are too long. */
  readonly longestRetryMs?: number | undefined;
}

const startMs = 5_000;
// Nodes are asked for the slots one after the other, so one that hangs must leave time for the rest.
const slotsMs = 1_000;
// How often all nodes are asked again until the first connection is made.
const againMs = 100;
// A slot that moved takes one redirection, or two if it moves again meanwhile.
const maxRedirections = 3;

/**
 * Connects to a cluster, for commands with keys. Not for Pub/Sub, because losses are not reported. A command for a master that is gone
 * rejects at once. If all of them are gone, the client's status is not ready: callers check that first. Throws ConfigError, one line
 * without the password, if the cluster cannot be used at the start (within 5 s).
 */
export async function connectRedisCluster({ urls, role, timeoutMs, logger, longestRetryMs }: RedisClusterConnection): Promise<Cluster> {
  let started = false;
  const { protocol, username, password } = new URL(urls[0]);
  // As with one server: until the first connection is made, answers may take longer than the command time-out.
  const ofNodes: RedisOptions = {
    ...connectionOptions({ role, timeoutMs: startMs }),
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    ...(protocol === 'rediss:' ? { tls: {} } : {}),
  };
  const client = new Cluster([...urls], {
    lazyConnect: true,
    // Connections to nodes are made on first use. Without the queue, all commands but the first would be rejected.
    enableOfflineQueue: true,
    // During a failover, a cluster refuses commands for a moment. That is no reason not to start.
    enableReadyCheck: false,
    maxRedirections,
    // No caller should have to wait for a failover.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    slotsRefreshTimeout: slotsMs,
    // Keeps host names as names, because TLS certificates are issued for names.
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
  // connect() rejects after each node was asked once. Later attempts are reported by the event only.
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

/**
 * Pings the masters. Cuts a connection that does not answer (answersPing), so that the next command makes a new one. Returns a function
 * that stops it.
 */
export function watchClusterPulse(client: Cluster, everyMs: number): () => void {
  async function beat(node: Redis): Promise<void> {
    if (!(await answersPing(node))) node.disconnect();
  }
  const timer = setInterval(() => {
    for (const node of client.nodes('master')) if (node.status === 'ready') void beat(node);
  }, everyMs);
  return () => clearInterval(timer);
}
