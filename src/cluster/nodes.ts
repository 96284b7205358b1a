import type { Bus } from '../bus/index.ts';
import { ChatError } from '../errors.ts';
import { type NodeMessage, topicOf, writeMessage } from './node-message.ts';
import type { NodeRecord } from './node-record.ts';
import type { Registry, RegistryState } from './registry.ts';

/** The nodes of the system, for readers that need not be a node themselves. */
export interface Nodes {
  /** Reads the nodes in the registry, without those that are GONE. Throws ChatError UNAVAILABLE if the registry does not answer. */
  nodes(): Promise<readonly NodeRecord[]>;
  /** Sends a message to a node over the bus, best effort. True: handed over; false: given up. Never rejects. */
  send(nodeId: string, message: NodeMessage): Promise<boolean>;
}

/** Creates a reader of the nodes that can also send them messages. */
export function createNodes({ registry, bus }: { readonly registry: Registry; readonly bus: Bus }): Nodes {
  return {
    async nodes() {
      const { records } = await registry.read().catch((cause: unknown): RegistryState => {
        throw new ChatError('UNAVAILABLE', 'The registry of nodes does not answer. Try again later.', { cause });
      });
      return records.filter(({ state }) => state !== 'GONE').map(({ beat: _, ...shown }) => shown);
    },
    send: (nodeId, message) => bus.publish(topicOf(nodeId), writeMessage(message)),
  };
}
