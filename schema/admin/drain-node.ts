import { mutation } from './mutation.ts';
import { Node } from './node.ts';

mutation('drainNode', {
  description:
    'Stops a node as SIGTERM does: it finishes what it has accepted, sends its clients to other nodes, and exits. The node is told over the bus, and has only begun to stop when the mutation returns.',
  inputDescription: 'The node to stop.',
  input: (t) => ({ nodeId: t.id({ required: true, description: 'The ID of the node, from `nodes`.' }) }),
  async act({ nodeId }, { chat, viewer, note }) {
    const node = await chat.oversight.drain(viewer.userId, { nodeId });
    note({ before: { name: node.name, state: node.state } });
    return { node };
  },
  payload: (t) => ({
    node: t.expose('node', {
      type: Node,
      nullable: true,
      description: 'The node as it was when it was asked to stop, or null if the mutation was refused.',
    }),
  }),
});
