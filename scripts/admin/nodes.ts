import type { Note } from '../../src/audit/index.ts';
import type { Operator } from '../../src/open.ts';
import type { Oversight } from '../../src/oversight/index.ts';
import { type Commands, table, UsageError } from './command.ts';

/** Commands for nodes. */
export const nodesCommands: Commands = {
  nodes: { looks: true, words: [], says: 'lists all nodes with their state and load', run: list },
  drain: {
    words: ['NODE'],
    says: 'stops a node, by id or name, as SIGTERM would',
    run: (operator, [node = ''], _flags, note) => drain(operator, node, note),
  },
  'epoch bump': {
    words: [],
    says: 'gives the database a new epoch: run it after restoring a backup, before nodes start',
    async run(operator, _words, _flags, note) {
      const epoch = await operator.renewEpoch();
      note({ before: operator.epoch, after: epoch });
      return `The epoch is now ${epoch}. Restart all nodes.`;
    },
  },
};

/** Returns the oversight of the running nodes. Throws UsageError if nodes cannot be reached. */
export function overseen({ oversight, redisFault }: Operator): Oversight {
  if (oversight !== null) return oversight;
  throw new UsageError(
    redisFault ?? 'Without REDIS_URL there is one node, which this command cannot reach. Use the operators’ schema at ADMIN_PORT instead.',
  );
}

async function list(operator: Operator): Promise<string> {
  const nodes = await overseen(operator).nodes();
  if (nodes.length === 0) return 'No nodes are running.';
  const rows = nodes.map(({ name, nodeId, state, address, version, startedAt, load: { sockets, eventsPerSecond, loopDelayMs } }) => [
    ...[name, nodeId, state, address, version, startedAt.toISOString(), String(sockets), String(eventsPerSecond), `${loopDelayMs} ms`],
  ]);
  return table([['NAME', 'ID', 'STATE', 'ADDRESS', 'VERSION', 'STARTED', 'SOCKETS', 'EVENTS/S', 'LOOP DELAY'], ...rows]);
}

async function drain(operator: Operator, wanted: string, note: Note): Promise<string> {
  const oversight = overseen(operator);
  const meant = (await oversight.nodes()).filter(({ nodeId, name }) => nodeId === wanted || name === wanted);
  if (meant.length > 1)
    throw new UsageError(`Several nodes have the name ${wanted}. Use an id: ${meant.map(({ nodeId }) => nodeId).join(' or ')}.`);
  const { name, nodeId, state } = await oversight.drain(null, { nodeId: meant[0]?.nodeId ?? wanted });
  note({ target: `node:${nodeId}`, before: { name, state } });
  return `${name} (${nodeId}) was asked to stop.`;
}
