import type { Cluster, Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Bus } from '../bus/index.ts';
import { connectRedis, watchPulse } from '../redis.ts';
import { connectRedisCluster, watchClusterPulse } from '../redis-cluster.ts';
import { parseRedisUrl } from '../redis-url.ts';
import type { CacheLimits, Caches } from './cache.ts';
import { createCaches } from './create-caches.ts';
import type { Remote } from './remote.ts';
import { openTransport } from './transport.ts';

/** What caches in Redis need. */
export interface RedisCachesOptions {
  /** As REDIS_URL: one server or a cluster. */
  readonly url: string;
  /** Stands before every key: what a database that was restored says is not what is kept of the one it was taken from. */
  readonly namespace: string;
  readonly bus: Bus;
  /** Whether things are kept in Redis (config CACHE_REDIS); the nodes tell each other what they forget in any case. */
  readonly keeps: boolean;
  readonly limits: CacheLimits;
  readonly logger: Logger;
}

// A hundred times what Redis takes, and still not felt: whoever is not answered in time asks the database.
const commandMs = 100;
const pulseMs = 2_000;
const dropScript = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end";

/** Caches of one of several nodes: over its memory, and over Redis where that is to keep things. Throws ConfigError when Redis cannot be used at the start. */
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
  const manner = { role: 'cache', timeoutMs: commandMs, logger };
  const place = parseRedisUrl(url);
  if (place?.cluster) {
    const client = await connectRedisCluster({ urls: place.urls, ...manner });
    // The keys of one command would have to be of one slot.
    // GET would fail where no text stands.
    const read = (keys: readonly string[]) => Promise.all(keys.map(async (key) => (await client.mget(prefix + key))[0] ?? null));
    return remoteOver(client, prefix, { read, stopPulse: watchClusterPulse(client, pulseMs) });
  }
  const client = await connectRedis({ url, ...manner });
  const read = (keys: readonly string[]) => client.mget(keys.map((key) => prefix + key));
  return remoteOver(client, prefix, { read, stopPulse: watchPulse(client, pulseMs) });
}

function remoteOver(
  client: Redis | Cluster,
  prefix: string,
  { read, stopPulse }: { readonly read: Remote['read']; readonly stopPulse: () => void },
): Remote {
  return {
    get ready() {
      return client.status === 'ready';
    },
    read,
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
      stopPulse();
      client.disconnect();
    },
  };
}
