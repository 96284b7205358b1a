import { randomUUID } from 'node:crypto';
import type { Registered } from '../../src/cluster/registry.ts';

/** A node that has just started, under an id of its own. */
export function aNode(parts: Partial<Registered> = {}): Registered {
  return {
    nodeId: randomUUID().slice(0, 8),
    epoch: 1,
    beat: 1,
    name: 'alpha',
    address: 'http://10.0.0.1:4000',
    version: '0.1.0',
    roles: ['gateway', 'worker'],
    keys: ['k2:aaaaaaaa', 'k1:bbbbbbbb'],
    startedAt: new Date('2026-02-03T04:05:06.789Z'),
    state: 'READY',
    load: { sockets: 12, eventsPerSecond: 3.5, loopDelayMs: 0.25 },
    ...parts,
  };
}

/** A node's lease alone. */
export function leaseOf({ nodeId, epoch }: Pick<Registered, 'nodeId' | 'epoch'>): { readonly nodeId: string; readonly epoch: number } {
  return { nodeId, epoch };
}
