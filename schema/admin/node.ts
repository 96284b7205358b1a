import type { NodeLoad as NodeLoadShape, NodeRecord, NodeState as NodeStateShape } from '../../src/cluster/index.ts';
import { builder } from './builder.ts';

const NodeState = builder.enumType('NodeState', {
  description: 'The state of a node.',
  values: {
    STARTING: { description: 'The node does not serve yet.' },
    READY: { description: 'The node serves.' },
    DRAINING: { description: 'The node was asked to stop. It finishes what it has accepted and accepts nothing new.' },
    LEFT: { description: 'The node has stopped, and another node is about to take over what it held.' },
    DEAD: { description: 'The node has not reported for a whole lease, and another node is taking over what it held.' },
    GONE: { description: 'Another node has taken over what the node held. It is in no list.' },
  } satisfies Record<NodeStateShape, unknown>,
});

const NodeLoad = builder.objectRef<NodeLoadShape>('NodeLoad').implement({
  description: 'The load of a node, as of its last report.',
  fields: (t) => ({
    sockets: t.exposeInt('sockets', { description: 'The number of open WebSockets.' }),
    eventsPerSecond: t.exposeFloat('eventsPerSecond', { description: 'The number of events delivered to clients per second.' }),
    loopDelayMs: t.exposeFloat('loopDelayMs', { description: 'How late the node’s timers run, in milliseconds.' }),
  }),
});

/** A node of the system. */
export const Node = builder.objectRef<NodeRecord>('Node').implement({
  description: 'A server process. It is not related to the `Node` interface of the public schema.',
  fields: (t) => ({
    id: t.id({ description: 'The ID of the node, for `drainNode`. It changes with each start.', resolve: ({ nodeId }) => nodeId }),
    epoch: t.exposeInt('epoch', {
      description: 'The epoch of the node’s lease, starting at 1. A higher number means that the node was taken for dead in the meantime.',
    }),
    name: t.exposeString('name', { description: 'The name of the node: NODE_NAME, or a name made of host and process.' }),
    address: t.exposeString('address', { description: 'The URL of the node for clients. Empty until the node serves.' }),
    version: t.exposeString('version', {
      description: 'The version of MPIM that the node runs, with the commit after a `+` where it is known.',
    }),
    roles: t.exposeStringList('roles', { description: 'What the node does: `gateway`, `worker` or both.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When the node started, by its own clock.' }),
    state: t.expose('state', { type: NodeState, description: 'The state of the node.' }),
    load: t.expose('load', { type: NodeLoad, description: 'The load of the node.' }),
  }),
});

builder.queryField('nodes', (t) =>
  t.field({
    type: [Node],
    description:
      'All nodes of the system, ordered by name. Fails with UNAVAILABLE while Redis is away, because it is not known then which nodes there are.',
    resolve: (_root, _args, { chat }) => chat.oversight.nodes(),
  }),
);
