import type { Logger } from 'pino';
import type { NodeRecord } from './node-record.ts';

/** Sees whether nodes know each other's signing keys. */
export interface KeyCheck {
  /** Logs an error, once for each node, where what one of the two signs is refused by the other: people would be signed out, depending on where they are answered. */
  look(own: NodeRecord['keys'], others: readonly Pick<NodeRecord, 'nodeId' | 'name' | 'keys'>[]): void;
}

/** Makes a check. */
export function createKeyCheck(logger: Logger): KeyCheck {
  const told = new Set<string>();
  return {
    look(own, others) {
      for (const { nodeId, name, keys } of others) {
        if (told.has(nodeId) || (knows(own, keys) && knows(keys, own))) continue;
        told.add(nodeId);
        logger.error(
          { other: { nodeId, name } },
          'another node does not take what this one signs, or the other way round: SECRET_KEYS must name the keys of both, on both',
        );
      }
    },
  };
}

/** Whether one that has these keys takes what one with those signs. Who says nothing of its keys, as nodes of earlier releases, is taken to. */
function knows(these: readonly string[], [signing]: readonly string[]): boolean {
  return signing === undefined || these.length === 0 || these.includes(signing);
}
