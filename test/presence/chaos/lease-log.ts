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
  'a node has not shown itself for a whole lease and is taken over': 'claimed',
  'a node has left': 'left',
  'a node that is gone has been taken over': 'finished',
  'this node was taken for dead and its people told so: it drops its connections and begins anew': 'fenced',
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
