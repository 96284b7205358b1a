import type { Redis } from 'ioredis';
import { z } from 'zod';
import { ConfigError } from '../config/index.ts';
import { connectRedis, type RedisConnection } from '../redis/index.ts';
import { slotCount } from './slot.ts';

/** Which master serves which slot, as one node of a cluster knows it. */
export interface ClusterMap {
  /** The cluster's epoch. It rises with each change, so the map with the higher epoch is newer. */
  readonly epoch: number;
  /** The `host:port` of every master that serves a slot. */
  readonly masters: ReadonlySet<string>;
  /** The `host:port` by slot; undefined if no master serves the slot. */
  readonly owners: readonly (string | undefined)[];
}

// The reply of CLUSTER SLOTS: ranges of slots, each with its master and its replicas, which are ignored.
const reply = z.array(z.tuple([z.number(), z.number(), z.tuple([z.string().nullable(), z.number()], z.unknown())], z.unknown()));

/** Reads the newest map that these nodes know, within their command time-outs. Undefined if none of them answers with one. */
export async function newestMap(nodes: readonly Redis[]): Promise<ClusterMap | undefined> {
  const answers = await Promise.allSettled(nodes.filter(({ status }) => status === 'ready').map(read));
  const maps = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  // A node that was reset knows no masters, under an epoch that may be as high as the others'.
  return maps.filter(({ masters }) => masters.size > 0).toSorted((one, other) => other.epoch - one.epoch)[0];
}

/**
 * Reads the map from whichever of these nodes answers first, and drops the connections to the others. Throws ConfigError (one line) if none
 * answers with a map.
 */
export async function firstMap(
  urls: readonly string[],
  manner: Omit<RedisConnection, 'url' | 'role'>,
): Promise<{ readonly url: string; readonly map: ClusterMap }> {
  const found = new AbortController();
  const signal = AbortSignal.any([found.signal, ...(manner.signal === undefined ? [] : [manner.signal])]);
  try {
    return await Promise.any(urls.map(async (url) => ({ url, map: await readFrom({ ...manner, url, role: 'map', signal }) })));
  } catch (error) {
    const [first] = error instanceof AggregateError ? error.errors : [error];
    throw first;
  } finally {
    found.abort();
  }
}

async function readFrom(connection: RedisConnection): Promise<ClusterMap> {
  const client = await connectRedis(connection);
  const place = new URL(connection.url).host;
  try {
    const map = await read(client);
    if (map.masters.size > 0) return map;
    throw new ConfigError(`REDIS_URL: the Redis Cluster at ${place} has no slots assigned`);
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    const reason = cause instanceof Error ? cause.message.replaceAll(/\s+/g, ' ') : String(cause);
    throw new ConfigError(`REDIS_URL: Redis at ${place} does not describe a cluster (${reason})`, { cause });
  } finally {
    client.disconnect();
  }
}

/** Throws Redis' own error if the server is no cluster, and a ZodError if the reply is malformed. */
async function read(node: Redis): Promise<ClusterMap> {
  const [about, slots] = await Promise.all([node.cluster('INFO'), node.cluster('SLOTS')]);
  const owners = Array.from<string | undefined>({ length: slotCount });
  for (const [from, to, [host, port]] of reply.parse(slots)) {
    // An empty host means the address at which the node was asked.
    owners.fill(`${bracketed(host || (node.options.host ?? 'localhost'))}:${port}`, from, to + 1);
  }
  const masters = new Set(owners.filter((owner) => owner !== undefined));
  return { epoch: Number(/^cluster_current_epoch:(\d+)/m.exec(String(about))?.[1] ?? 0), masters, owners };
}

function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}
