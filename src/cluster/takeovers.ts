import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import type { Lease } from './node-record.ts';
import type { Registry, Takeover } from './registry.ts';

/**
 * Handles a lease that has ended. Must be repeatable: until it resolves it is called again, on this node or another. Rejects with an
 * AbortError if this node stops.
 */
export type Heir = (dead: Lease) => Promise<void>;

/** The takeovers that this node is working on. */
export interface Takeovers {
  readonly heirs: Heir[];
  /**
   * Starts a takeover, unless it is already under way here. A takeover that fails stays in the registry and is started again at the next
   * beat.
   */
  run(takeover: Takeover): void;
}

/** The parts that takeovers need. */
export interface TakeoverParts {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long all heirs of a lease may take, in ms. If they take longer, they hang, and the takeover is started again. */
  readonly heirsMs: number;
}

/** Creates the runner of takeovers. It calls the heirs and tells the registry when they are done. */
export function createTakeovers({ registry, clock, logger, heirsMs }: TakeoverParts): Takeovers {
  const heirs: Heir[] = [];
  const underWay = new Set<string>();

  async function inherit(takeover: Takeover): Promise<void> {
    const late = Promise.withResolvers<never>();
    const cancel = clock.after(heirsMs, async () => late.reject(new Error(`not done within ${heirsMs} ms`)));
    try {
      for (const heir of heirs) await Promise.race([heir(takeover.dead), late.promise]);
      await registry.finish(takeover);
      logger.info({ dead: takeover.dead }, 'the takeover of a dead node is complete');
    } catch (error) {
      const { dead } = takeover;
      const isStopping = error instanceof Error && error.name === 'AbortError';
      if (isStopping) logger.info({ dead }, 'the takeover of a dead node is left for another node, because this one stops');
      else logger.warn({ err: error, dead }, 'a dead node could not be taken over; this will be retried');
    } finally {
      cancel();
    }
  }

  return {
    heirs,
    run(takeover) {
      const { nodeId, epoch } = takeover.dead;
      const key = `${nodeId}:${epoch}`;
      if (underWay.has(key)) return;
      underWay.add(key);
      void inherit(takeover).finally(() => underWay.delete(key));
    },
  };
}
