import type { NodeRecord } from '../../src/cluster/index.ts';
import { inputDescription, type Refusable } from '../errors.ts';
import { builder } from './builder.ts';
import { settle, withErrors } from './errors.ts';
import { Node } from './node.ts';

interface DrainNodeShape extends Refusable {
  readonly node?: NodeRecord;
}

const DrainNodeInput = builder.inputType('DrainNodeInput', {
  description: 'The node to stop.',
  fields: (t) => ({ nodeId: t.id({ required: true, description: 'The ID of the node, from `nodes`.' }) }),
});

const DrainNodePayload = withErrors(
  builder.objectRef<DrainNodeShape>('DrainNodePayload').implement({
    description: 'The payload of `drainNode`.',
    fields: (t) => ({
      node: t.expose('node', {
        type: Node,
        nullable: true,
        description: 'The node as it was when it was asked to stop, or null if the mutation was refused.',
      }),
    }),
  }),
);

builder.mutationField('drainNode', (t) =>
  t.field({
    type: DrainNodePayload,
    description:
      'Stops a node as SIGTERM does: it finishes what it has accepted, sends its clients to other nodes, and exits. The node is told over the bus, and has only begun to stop when the mutation returns.',
    args: { input: t.arg({ type: DrainNodeInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { nodeId } }, { chat, viewer, note }) =>
      settle<DrainNodeShape>(async () => {
        const node = await chat.oversight.drain(viewer.userId, { nodeId });
        note({ before: { name: node.name, state: node.state } });
        return { node };
      }),
  }),
);
