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

/** By the words with which src/cluster tells of it. */
const kinds: Readonly<Record<string, LeaseRecord['kind']>> = {
  'a node has not shown itself for a whole lease and is taken over': 'claimed',
  'a node has left': 'left',
  'a node that is gone has been taken over': 'finished',
  'this node was taken for dead and its people told so: it drops its connections and begins anew': 'fenced',
};

/** What a line of a node's log says of a lease; undefined: nothing. */
export function leaseSaid(line: string, node: number): LeaseRecord | undefined {
  // What is not JSON is told before the log begins.
  if (!line.startsWith('{')) return undefined;
  const { msg = '', lease, dead, name }: Line = JSON.parse(line);
  const [kind, ended] = [kinds[msg], dead ?? lease];
  if (kind === undefined || ended === undefined) return undefined;
  const holder = kind === 'fenced' ? node : name === undefined ? undefined : Number(name.replace('node-', ''));
  return { what: 'lease', kind, node, lease: `${ended.nodeId}:${ended.epoch}`, holder };
}
