import type { Bus } from '../bus/index.ts';
import { ChatError } from '../errors.ts';
import { type NodeMessage, topicOf, writeMessage } from './node-message.ts';
import type { NodeRecord } from './node-record.ts';
import type { Census, Registry } from './registry.ts';

/** The nodes of the system, for whoever asks: they need not be one of them. */
export interface Nodes {
  /** Nodes as the registry has them, those that are gone left out. Throws UNAVAILABLE. */
  nodes(): Promise<readonly NodeRecord[]>;
  /** Tells a node something; best effort, over the bus. True when it is handed over, false when it is given up; never rejects. */
  send(nodeId: string, message: NodeMessage): Promise<boolean>;
}

/** Makes what sees the nodes and speaks to them. */
export function createNodes({ registry, bus }: { readonly registry: Registry; readonly bus: Bus }): Nodes {
  return {
    async nodes() {
      const { records } = await registry.read().catch((cause: unknown): Census => {
        throw new ChatError('UNAVAILABLE', 'The registry of nodes does not answer. Try again later.', { cause });
      });
      return records.filter(({ state }) => state !== 'GONE').map(({ beat: _, ...shown }) => shown);
    },
    send: (nodeId, message) => bus.publish(topicOf(nodeId), writeMessage(message)),
  };
}
