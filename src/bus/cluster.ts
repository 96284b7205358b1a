import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { ConfigError } from '../config.ts';
import { connectRedis, openRedis, type RedisConnection } from '../redis.ts';
import { withAddress } from '../redis-url.ts';
import { type ClusterMap, readClusterMap } from './cluster-map.ts';
import { createShard, type Shard, type ShardEvents } from './shard.ts';

/** A cluster as this node of MPIM sees it: its map, kept up to date, and a Shard for each master. */
export interface Cluster extends AsyncDisposable {
  /** Undefined where nobody serves the slot. */
  shardOf(slot: number): Shard | undefined;
  /** Reads the map anew and goes by it. Bounded by the start of a connection; never rejects. Calls at the same time share one reading. */
  refresh(): Promise<void>;
  /** Whether messages go to their shard only; else to all nodes of the cluster. */
  readonly sharded: boolean;
  readonly ready: boolean;
}

/** What a cluster needs. */
export interface ClusterParts {
  /** Nodes to begin with, and to come back to when all others are gone. */
  readonly urls: readonly [string, ...string[]];
  /** For what is published, and for what is subscribed, in ms. */
  readonly publishMs: number;
  readonly subscribeMs: number;
  /** `auto` is sharded where every master can; `plain` never. */
  readonly mode: 'auto' | 'plain';
  readonly logger: Logger;
  readonly events: ShardEvents & { readonly remapped: () => void };
  /** Asked before each look at the map: while it is false the map is read more often. */
  readonly content: () => boolean;
}

const pulseMs = 5_000;
// How long a move that nobody was told of may go unseen; and while something is amiss, how long a failover that is over.
const calmMs = 5_000;
const uneasyMs = 500;

/** Connects to every master. Throws ConfigError, in one line and within 10 s, when a node cannot be used or is not of a cluster. */
export async function openCluster(parts: ClusterParts): Promise<Cluster> {
  const { urls, publishMs, subscribeMs, mode, logger, events, content } = parts;
  const first = await readAny(urls, logger, publishMs);
  let map: ClusterMap = first.map;
  const url = first.url;
  const shards = new Map<string, Shard>();
  let closed = false;
  let reading: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  const { pairs, sharded } = await connectAll([...map.masters], connections, mode);
  for (const pair of pairs) add(pair);
  lookIn(calmMs);

  function connections(address: string): readonly [RedisConnection, RedisConnection] {
    const base = { url: withAddress(url, address), logger: logger.child({ redis: address }) };
    return [
      { ...base, role: 'publisher', timeoutMs: publishMs },
      { ...base, role: 'subscriber', timeoutMs: subscribeMs },
    ];
  }

  function add({ address, publisher, subscriber }: Pair): void {
    const own = { sharded, pulseMs: Math.min(subscribeMs, pulseMs), logger: logger.child({ redis: address }), events };
    shards.set(address, createShard({ address, publisher, subscriber, ...own }));
  }

  function refresh(): Promise<void> {
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  }

  async function read(): Promise<void> {
    try {
      const fresh = await newest([...shards.values()].map(({ publisher }) => publisher));
      if (!closed) apply(fresh ?? (await readAny(urls, logger, publishMs)).map);
    } catch (error) {
      logger.debug({ err: error }, 'no node of the cluster tells its map');
    }
  }

  function apply(fresh: ClusterMap): void {
    // A node that was reset, or has not met the others yet, knows of nobody.
    if (closed || fresh.masters.size === 0) return;
    map = fresh;
    for (const address of map.masters) {
      if (shards.has(address)) continue;
      const [publisher, subscriber] = connections(address);
      add({ address, publisher: openRedis(publisher), subscriber: openRedis(subscriber) });
    }
    const gone = [...shards.values()].filter(({ address }) => !map.masters.has(address));
    for (const { address } of gone) shards.delete(address);
    events.remapped();
    for (const shard of gone) void shard[Symbol.asyncDispose]();
  }

  function lookIn(ms: number): void {
    timer = setTimeout(() => void refresh().then(() => closed || lookIn(content() ? calmMs : uneasyMs)), ms);
  }

  async function close(): Promise<void> {
    closed = true;
    clearTimeout(timer);
    await Promise.all([...shards.values()].map((shard) => shard[Symbol.asyncDispose]()));
    await reading;
  }

  return {
    shardOf: (slot) => {
      const owner = map.owners[slot];
      return owner === undefined ? undefined : shards.get(owner);
    },
    refresh,
    sharded,
    get ready() {
      return map.owners.every((owner) => owner !== undefined) && [...shards.values()].every((shard) => shard.ready);
    },
    [Symbol.asyncDispose]: close,
  };
}

interface Pair {
  readonly address: string;
  readonly publisher: Redis;
  readonly subscriber: Redis;
}

/** All connections or none. */
async function connectAll(
  addresses: readonly string[],
  connections: (address: string) => readonly [RedisConnection, RedisConnection],
  mode: ClusterParts['mode'],
): Promise<{ readonly pairs: readonly Pair[]; readonly sharded: boolean }> {
  const made: Redis[] = [];
  async function connect(connection: RedisConnection): Promise<Redis> {
    const client = await connectRedis(connection);
    made.push(client);
    return client;
  }
  const attempts = addresses.map(async (address) => {
    const [publisher, subscriber] = connections(address);
    const pair: Pair = { address, publisher: await connect(publisher), subscriber: await connect(subscriber) };
    return { pair, sharded: mode === 'auto' && (await knowsShards(pair.publisher)) };
  });
  try {
    const nodes = await Promise.all(attempts);
    return { pairs: nodes.map(({ pair }) => pair), sharded: nodes.every((node) => node.sharded) };
  } catch (error) {
    // One that is still connecting would otherwise be left behind.
    await Promise.allSettled(attempts);
    for (const client of made) client.disconnect();
    throw error;
  }
}

/** The newest map that nodes know; undefined where none of them answers. */
async function newest(nodes: readonly Redis[]): Promise<ClusterMap | undefined> {
  const answers = await Promise.allSettled(nodes.filter(({ status }) => status === 'ready').map(readClusterMap));
  const maps = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  return maps.toSorted((one, other) => other.epoch - one.epoch)[0];
}

/** The map of the first of the named nodes that tells it. */
async function readAny(
  urls: readonly string[],
  logger: Logger,
  timeoutMs: number,
): Promise<{ readonly url: string; readonly map: ClusterMap }> {
  try {
    return await Promise.any(urls.map(async (url) => ({ url, map: await readFrom({ url, role: 'map', timeoutMs, logger }) })));
  } catch (error) {
    const [first] = error instanceof AggregateError ? error.errors : [error];
    throw first;
  }
}

async function readFrom(connection: RedisConnection): Promise<ClusterMap> {
  const client = await connectRedis(connection);
  const place = new URL(connection.url).host;
  try {
    const map = await readClusterMap(client);
    if (map.masters.size > 0) return map;
    throw new ConfigError(`REDIS_URL: the cluster of Redis at ${place} has given no slots to anybody`);
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    const reason = cause instanceof Error ? cause.message.replaceAll(/\s+/g, ' ') : String(cause);
    throw new ConfigError(`REDIS_URL: Redis at ${place} tells of no cluster (${reason})`, { cause });
  } finally {
    client.disconnect();
  }
}

async function knowsShards(node: Redis): Promise<boolean> {
  const [known] = (await node.call('COMMAND', 'INFO', 'SSUBSCRIBE')) as readonly unknown[];
  return Array.isArray(known);
}
