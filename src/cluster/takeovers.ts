import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import type { Lease } from './node-record.ts';
import type { Registry, Takeover } from './registry.ts';

/** Does what is to be done about a lease that has ended. Repeatable: it is done again when it did not resolve, here or elsewhere. */
export type Heir = (dead: Lease) => Promise<void>;

/** The takeovers that this node is at. */
export interface Takeovers {
  readonly heirs: Heir[];
  /** Begins, unless it is at it already. What fails here is still in the registry, and is begun again at the next beat. */
  run(takeover: Takeover): void;
}

// Long after everything that an heir may wait for has been given up: one that takes longer never ends.
const heirsMs = 60_000;

/** Makes what runs the heirs and tells the registry when they are done. */
export function createTakeovers({ registry, clock, logger }: { registry: Registry; clock: Clock; logger: Logger }): Takeovers {
  const heirs: Heir[] = [];
  const underWay = new Set<string>();

  async function inherit(takeover: Takeover): Promise<void> {
    const late = Promise.withResolvers<never>();
    const cancel = clock.after(heirsMs, async () => late.reject(new Error(`not done within ${heirsMs} ms`)));
    try {
      for (const heir of heirs) await Promise.race([heir(takeover.dead), late.promise]);
      await registry.finish(takeover);
      logger.info({ dead: takeover.dead }, 'a node that is gone has been taken over');
    } catch (error) {
      logger.warn({ err: error, dead: takeover.dead }, 'a node that is gone could not be taken over; it is tried again');
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
