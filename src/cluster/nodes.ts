import type { Bus } from '../bus/index.ts';
import { ChatError } from '../errors.ts';
import { type NodeMessage, topicOf, writeMessage } from './node-message.ts';
import type { NodeRecord } from './node-record.ts';
import type { Census, Registry } from './registry.ts';

/** The nodes of the system, for whoever asks: they need not be one of them. */
export interface Nodes {
  /** Nodes as the registry has them, those that are gone left out. Throws UNAVAILABLE. */
  nodes(): Promise<readonly NodeRecord[]>;
  /** Tells a node something; best effort, over the bus. Resolves when it is handed over or given up, and never rejects. */
  send(nodeId: string, message: NodeMessage): Promise<void>;
}

/** Makes what sees the nodes and speaks to them. */
export function createNodes({ registry, bus }: { readonly registry: Registry; readonly bus: Bus }): Nodes {
  return {
    async nodes() {
      const { records } = await registry.read().catch((cause: unknown): Census => {
        throw new ChatError('UNAVAILABLE', 'The registry of nodes does not answer: ask again later.', { cause });
      });
      return records.filter(({ state }) => state !== 'GONE').map(({ beat: _, ...shown }) => shown);
    },
    async send(nodeId, message) {
      await bus.publish(topicOf(nodeId), writeMessage(message));
    },
  };
}
