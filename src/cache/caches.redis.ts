import type { Logger } from 'pino';
import type { Bus } from '../bus/index.ts';
import { connectAnyRedis, type RedisClient } from '../redis/index.ts';
import type { CacheLimits, Caches } from './cache.ts';
import { createCaches } from './create-caches.ts';
import type { Remote } from './remote.ts';
import { openTransport } from './transport.ts';

/** The parts and settings of caches in Redis. */
export interface RedisCachesOptions {
  /** The same forms as REDIS_URL: one server or a cluster. */
  readonly url: string;
  /** Prefix of every key. It differs between a database and one restored from its backup, so neither reads what the other cached. */
  readonly namespace: string;
  readonly bus: Bus;
  /** Whether values are cached in Redis (config CACHE_REDIS). Nodes tell each other about invalidations in either case. */
  readonly keeps: boolean;
  readonly limits: CacheLimits;
  readonly logger: Logger;
}

// A hundred times what Redis usually takes, and still too short to notice. After it the database is read.
const commandMs = 100;
const dropScript = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end";

/**
 * Creates the caches of one of several nodes: in its memory and, if `keeps` is set, in Redis. Throws ConfigError if Redis cannot be used at
 * the start.
 */
export async function createRedisCaches({ url, namespace, bus, keeps, limits, logger }: RedisCachesOptions): Promise<Caches> {
  const transport = await openTransport({ bus, logger });
  const remote = keeps ? await openRemote(url, { prefix: `${namespace}:cache:`, logger }) : undefined;
  return createCaches({ limits, logger, shared: { remote, transport, bus } });
}

interface RemoteOptions {
  readonly prefix: string;
  readonly logger: Logger;
}

async function openRemote(url: string, { prefix, logger }: RemoteOptions): Promise<Remote> {
  const redis = await connectAnyRedis({ url, role: 'cache', timeoutMs: commandMs, logger });
  const { client } = redis;
  return {
    get ready() {
      return client.status === 'ready';
    },
    read: (keys) =>
      readKeys(
        client,
        keys.map((key) => prefix + key),
      ),
    async put(key, text, ms) {
      await client.set(prefix + key, text, 'PX', ms);
    },
    async add(key, text, ms) {
      await client.set(prefix + key, text, 'PX', ms, 'NX');
    },
    async drop(key, text) {
      await client.eval(dropScript, 1, prefix + key, text);
    },
    async [Symbol.asyncDispose]() {
      redis[Symbol.dispose]();
    },
  };
}

function readKeys(client: RedisClient['client'], keys: string[]): Promise<readonly (string | null)[]> {
  if (!client.isCluster) return client.mget(keys);
  // One key per command, because the keys of a command must be in one slot. MGET, because GET fails if the value is not a string.
  return Promise.all(keys.map(async (key) => (await client.mget(key))[0] ?? null));
}
