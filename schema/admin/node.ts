import { type NodeLoad as NodeLoadShape, type NodeRecord, type NodeState as NodeStateShape, nodeStates } from '../../src/cluster/index.ts';
import { builder } from './builder.ts';

const meanings: Readonly<Record<NodeStateShape, string>> = {
  STARTING: 'It does not serve yet.',
  READY: 'It serves.',
  DRAINING: 'It was asked to stop: it finishes what it has accepted and takes nothing on.',
  LEFT: 'It has stopped, and another node is about to see to what it held.',
  DEAD: 'It has not shown itself for a whole lease, and another node sees to what it held.',
  GONE: 'That is done. No list shows it.',
};

const NodeState = builder.enumType('NodeState', {
  description: 'How a node is.',
  values: Object.fromEntries(nodeStates.map((state) => [state, { description: meanings[state] }])) as Record<
    NodeStateShape,
    { description: string }
  >,
});

const NodeLoad = builder.objectRef<NodeLoadShape>('NodeLoad').implement({
  description: 'How much a node has to do, as it said when it last showed itself.',
  fields: (t) => ({
    sockets: t.exposeInt('sockets', { description: 'Open WebSockets.' }),
    eventsPerSecond: t.exposeFloat('eventsPerSecond', { description: 'Events delivered to clients, a second.' }),
    loopDelayMs: t.exposeFloat('loopDelayMs', { description: 'How many milliseconds later than due its timers run.' }),
  }),
});

/** A node of the system. */
export const Node = builder.objectRef<NodeRecord>('Node').implement({
  description: 'A process that serves. It has nothing to do with the `Node` of the public schema.',
  fields: (t) => ({
    id: t.id({ description: 'Its id, for `drainNode`: another one after each start.', resolve: ({ nodeId }) => nodeId }),
    epoch: t.exposeInt('epoch', { description: 'Its lease, from 1 on: more than that, and it was taken for dead in between.' }),
    name: t.exposeString('name', { description: 'NODE_NAME, or made of host and process.' }),
    address: t.exposeString('address', { description: 'Its URL for clients; empty until it serves.' }),
    version: t.exposeString('version', { description: 'Of the program.' }),
    roles: t.exposeStringList('roles', { description: 'What it does.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it started, by its own clock.' }),
    state: t.expose('state', { type: NodeState, description: 'How it is.' }),
    load: t.expose('load', { type: NodeLoad, description: 'How much it has to do.' }),
  }),
});

builder.queryField('nodes', (t) =>
  t.field({
    type: [Node],
    description: 'All nodes of the system, by name. UNAVAILABLE while Redis is away: who is there cannot be told then.',
    resolve: (_root, _args, { chat }) => chat.oversight.nodes(),
  }),
);
