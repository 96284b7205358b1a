import type { LeaseRecord } from './history.ts';

interface Lease {
  readonly nodeId: string;
  readonly epoch: number;
}

interface Line {
  readonly msg?: string;
  readonly lease?: Lease;
  readonly dead?: Lease;
  readonly name?: string;
}

/** By the log messages of src/cluster. */
const kinds: Readonly<Record<string, LeaseRecord['kind']>> = {
  'the lease of a node expired; it is being taken over': 'claimed',
  'a node left the cluster': 'left',
  'the takeover of a dead node is complete': 'finished',
  'this node was declared dead and its users shown as offline: it drops its connections and registers again': 'fenced',
};

/** Parses a line of a node's log about a lease. Undefined if the line is about something else. */
export function leaseSaid(line: string, node: number): LeaseRecord | undefined {
  // Lines from before the log begins are no JSON.
  if (!line.startsWith('{')) return undefined;
  const { msg = '', lease, dead, name }: Line = JSON.parse(line);
  const [kind, ended] = [kinds[msg], dead ?? lease];
  if (kind === undefined || ended === undefined) return undefined;
  const holder = kind === 'fenced' ? node : name === undefined ? undefined : Number(name.replace('node-', ''));
  return { what: 'lease', kind, node, lease: `${ended.nodeId}:${ended.epoch}`, holder };
}
