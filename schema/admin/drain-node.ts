import type { NodeRecord } from '../../src/cluster/index.ts';
import { inputDescription, type Refusable } from '../errors.ts';
import { builder } from './builder.ts';
import { settle, withErrors } from './errors.ts';
import { Node } from './node.ts';

interface DrainNodeShape extends Refusable {
  readonly node?: NodeRecord;
}

const DrainNodeInput = builder.inputType('DrainNodeInput', {
  description: 'Which node to stop.',
  fields: (t) => ({ nodeId: t.id({ required: true, description: 'Its id, of `nodes`.' }) }),
});

const DrainNodePayload = withErrors(
  builder.objectRef<DrainNodeShape>('DrainNodePayload').implement({
    description: 'What came of drainNode.',
    fields: (t) => ({
      node: t.expose('node', { type: Node, nullable: true, description: 'The node as it was when it was told; null if it was refused.' }),
    }),
  }),
);

builder.mutationField('drainNode', (t) =>
  t.field({
    type: DrainNodePayload,
    description:
      'Has a node stop as SIGTERM would: it finishes what it has accepted, sends its clients to other nodes, and ends. It is told over the bus, and by the time of the answer has only begun.',
    args: { input: t.arg({ type: DrainNodeInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { nodeId } }, { chat, viewer, note }) =>
      settle<DrainNodeShape>(async () => {
        const node = await chat.oversight.drain(viewer.userId, { nodeId });
        note({ before: { name: node.name, state: node.state } });
        return { node };
      }),
  }),
);
