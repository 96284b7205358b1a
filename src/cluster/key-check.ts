import type { Logger } from 'pino';
import type { NodeRecord } from './node-record.ts';

/** Checks whether nodes accept each other's signing keys. */
export interface KeyCheck {
  /**
   * Logs an error, once per node, if one of the two nodes does not accept what the other signs. Users would then be signed out, depending
   * on the node that answers them.
   */
  look(own: NodeRecord['keys'], others: readonly Pick<NodeRecord, 'nodeId' | 'name' | 'keys'>[]): void;
}

/** Creates a key check. */
export function createKeyCheck(logger: Logger): KeyCheck {
  const told = new Set<string>();
  return {
    look(own, others) {
      for (const { nodeId, name, keys } of others) {
        if (told.has(nodeId) || (knows(own, keys) && knows(keys, own))) continue;
        told.add(nodeId);
        logger.error(
          { other: { nodeId, name } },
          'another node does not accept tokens of this node, or this node does not accept its tokens: SECRET_KEYS must list the keys of both nodes, on both',
        );
      }
    },
  };
}

/**
 * Returns whether a node with the keys `these` accepts tokens of a node that signs with `signing`. Nodes of earlier releases do not name
 * their keys and count as accepting.
 */
function knows(these: readonly string[], [signing]: readonly string[]): boolean {
  return signing === undefined || these.length === 0 || these.includes(signing);
}
