import type { Redis } from 'ioredis';
import { z } from 'zod';
import { ConfigError } from '../config.ts';
import { connectRedis, type RedisConnection } from '../redis.ts';
import { slotCount } from './slot.ts';

/** Which master serves which slot, as one node of a cluster knows it. */
export interface ClusterMap {
  /** Rises with each change that the node has heard of: of two maps the higher one is newer. */
  readonly epoch: number;
  /** `host:port` of every master that serves a slot. */
  readonly masters: ReadonlySet<string>;
  /** `host:port` by slot; undefined where nobody serves it. */
  readonly owners: readonly (string | undefined)[];
}

// A range of slots, its master, and replicas that nobody asks.
const reply = z.array(z.tuple([z.number(), z.number(), z.tuple([z.string().nullable(), z.number()], z.unknown())], z.unknown()));

/** The newest map that nodes know, within their command time-outs; undefined where none of them tells it. */
export async function newestMap(nodes: readonly Redis[]): Promise<ClusterMap | undefined> {
  const answers = await Promise.allSettled(nodes.filter(({ status }) => status === 'ready').map(read));
  const maps = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  // A node that was reset knows of nobody, by an epoch that may be as high as the others'.
  return maps.filter(({ masters }) => masters.size > 0).toSorted((one, other) => other.epoch - one.epoch)[0];
}

/** The map of the first of the named nodes that tells it; the others are let go of. Throws ConfigError, in one line, where none does. */
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

/** Throws what Redis says where it is no cluster, and a ZodError where the answer makes no sense. */
async function read(node: Redis): Promise<ClusterMap> {
  const [about, slots] = await Promise.all([node.cluster('INFO'), node.cluster('SLOTS')]);
  const owners = Array.from<string | undefined>({ length: slotCount });
  for (const [from, to, [host, port]] of reply.parse(slots)) {
    // A node that does not know its own address means the one at which it was asked.
    owners.fill(`${bracketed(host || (node.options.host ?? 'localhost'))}:${port}`, from, to + 1);
  }
  const masters = new Set(owners.filter((owner) => owner !== undefined));
  return { epoch: Number(/^cluster_current_epoch:(\d+)/m.exec(String(about))?.[1] ?? 0), masters, owners };
}

function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}
