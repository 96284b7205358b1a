import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { ConfigError } from '../config/index.ts';
import { connectRedis, openRedis, type RedisConnection } from '../redis/index.ts';
import { type ClusterMap, firstMap, newestMap } from './cluster-map.ts';
import { createShard, type Shard, type ShardEvents } from './shard.ts';

/** A Redis Cluster: its map, kept up to date, and a Shard for each master. */
export interface Cluster extends AsyncDisposable {
  /** Returns the shard that serves the slot; undefined if none does. */
  shardOf(slot: number): Shard | undefined;
  /** Reads the map again and applies it. Takes at most as long as opening a connection; never rejects. Concurrent calls share one read. */
  refresh(): Promise<void>;
  /** True if messages go only to the shard of their channel; false if they go to all nodes of the cluster. */
  readonly sharded: boolean;
  readonly ready: boolean;
}

/** The parts that a cluster needs. */
export interface ClusterParts {
  /** The nodes to start with, and to return to when all others are gone. */
  readonly urls: readonly [string, ...string[]];
  /** The command time-outs in ms, for publishing and for subscribing. */
  readonly publishMs: number;
  readonly subscribeMs: number;
  /** `auto`: sharded if every master supports it. `plain`: never. */
  readonly mode: 'auto' | 'plain';
  /** The maximum time in ms for which a move that was not announced stays unnoticed. Defaults to 5,000. */
  readonly calmMs?: number | undefined;
  readonly logger: Logger;
  readonly events: ShardEvents & { readonly remapped: () => void };
  /** Called before each check of the map. While it returns false, the map is read at every check. */
  readonly content: () => boolean;
}

const startMs = 10_000;
const pulseMs = 5_000;
const usualCalmMs = 5_000;
// How long a completed failover may stay unnoticed while something is wrong.
const uneasyMs = 500;

/**
 * Connects to every master. Masters that cannot be reached are retried in the background. Throws ConfigError (one line) within 15 s if no
 * master can be reached, or if none of the named nodes belongs to a cluster.
 */
export async function openCluster(parts: ClusterParts): Promise<Cluster> {
  const { urls, publishMs, subscribeMs, mode, calmMs = usualCalmMs, logger, events, content } = parts;
  const start = AbortSignal.timeout(startMs);
  const first = await firstMap(urls, { logger, timeoutMs: publishMs, signal: start });
  let map: ClusterMap = first.map;
  let readAt = performance.now();
  const shards = new Map<string, Shard>();
  const closed = new AbortController();
  let reading: Promise<void> | undefined;
  let parting: Promise<unknown> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  const { pairs, sharded } = await connectAll([...map.masters], connections, { mode, logger, signal: start });
  for (const pair of pairs) add(pair);
  watch();

  function connections(address: string): Connections {
    const base = { url: withAddress(first.url, address), logger: logger.child({ redis: address }) };
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
    readAt = performance.now();
    try {
      const { signal } = closed;
      const fresh = await newestMap([...shards.values()].map(({ publisher }) => publisher));
      if (!signal.aborted) apply(fresh ?? (await firstMap(urls, { logger, timeoutMs: publishMs, signal })).map);
    } catch (error) {
      logger.debug({ err: error }, 'no node of the Redis Cluster returned its slot map');
    }
  }

  function apply(fresh: ClusterMap): void {
    if (closed.signal.aborted) return;
    map = fresh;
    for (const address of map.masters) if (!shards.has(address)) add(openPair(address, connections(address)));
    const gone = [...shards.values()].filter(({ address }) => !map.masters.has(address));
    for (const { address } of gone) shards.delete(address);
    events.remapped();
    parting = Promise.all([parting, ...gone.map((shard) => shard[Symbol.asyncDispose]())]);
  }

  // The check is frequent, to notice trouble quickly. The map is read only if there is trouble, or if it has not been read for `calmMs`.
  function watch(): void {
    timer = setTimeout(async () => {
      if (!content() || performance.now() - readAt >= calmMs) await refresh();
      if (!closed.signal.aborted) watch();
    }, uneasyMs);
  }

  async function close(): Promise<void> {
    closed.abort();
    clearTimeout(timer);
    await Promise.all([parting, ...[...shards.values()].map((shard) => shard[Symbol.asyncDispose]())]);
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

type Connections = readonly [publisher: RedisConnection, subscriber: RedisConnection];

interface Pair {
  readonly address: string;
  readonly publisher: Redis;
  readonly subscriber: Redis;
}

/**
 * Connects to all masters. Those that cannot be reached are retried in the background. If none can be reached, throws the error of the
 * first. Sharded if all masters that were reached support it.
 */
async function connectAll(
  addresses: readonly string[],
  connections: (address: string) => Connections,
  { mode, logger, signal }: { readonly mode: 'auto' | 'plain'; readonly logger: Logger; readonly signal: AbortSignal },
): Promise<{ readonly pairs: readonly Pair[]; readonly sharded: boolean }> {
  const attempts = addresses.map(async (address) => {
    const pair = await connectPair(address, connections(address), signal);
    return { ...pair, sharded: mode === 'auto' && (await knowsShards(pair)) };
  });
  const reached = (await Promise.allSettled(attempts)).flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  if (reached.length === 0) await Promise.all(attempts);
  const away = addresses.filter((address) => !reached.some((pair) => pair.address === address));
  for (const address of away) logger.warn({ redis: address }, 'a Redis Cluster master cannot be reached yet');
  return {
    pairs: [...reached, ...away.map((address) => openPair(address, connections(address)))],
    sharded: reached.every((pair) => pair.sharded),
  };
}

/** Opens both connections or neither. */
async function connectPair(address: string, [one, other]: Connections, signal: AbortSignal): Promise<Pair> {
  const publisher = await connectRedis({ ...one, signal });
  try {
    return { address, publisher, subscriber: await connectRedis({ ...other, signal }) };
  } catch (error) {
    publisher.disconnect();
    throw error;
  }
}

function openPair(address: string, [publisher, subscriber]: Connections): Pair {
  return { address, publisher: openRedis(publisher), subscriber: openRedis(subscriber) };
}

/** Closes the pair if it throws. */
async function knowsShards({ address, publisher, subscriber }: Pair): Promise<boolean> {
  try {
    const [known] = (await publisher.call('COMMAND', 'INFO', 'SSUBSCRIBE')) as readonly unknown[];
    return Array.isArray(known);
  } catch (cause) {
    for (const client of [publisher, subscriber]) client.disconnect();
    const reason = cause instanceof Error ? cause.message.replaceAll(/\s+/g, ' ') : String(cause);
    throw new ConfigError(`REDIS_URL: Redis at ${address} does not describe its commands (${reason})`, { cause });
  }
}

/** Returns the URL of another node of the same cluster, with the same user, password and TLS. `address` is `host:port`. */
function withAddress(url: string, address: string): string {
  const { protocol, username, password } = new URL(url);
  const credentials = username === '' && password === '' ? '' : `${username}:${password}@`;
  return `${protocol}//${credentials}${address}`;
}
