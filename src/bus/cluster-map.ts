import type { Redis } from 'ioredis';
import { z } from 'zod';
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

/** Asks a node for its map, within the client's command time-out. Throws what Redis says where it is no cluster, and a ZodError where it makes no sense. */
export async function readClusterMap(node: Redis): Promise<ClusterMap> {
  const [about, slots] = await Promise.all([node.cluster('INFO'), node.cluster('SLOTS')]);
  const owners = new Array<string | undefined>(slotCount);
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
