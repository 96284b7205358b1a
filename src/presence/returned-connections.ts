import type { Logger } from 'pino';
import type { Cluster } from '../cluster/index.ts';
import type { HintPublisher } from './hint-publisher.ts';
import type { ConnectionRef, Roster } from './roster.ts';

/** The parts that ReturnedConnections needs. */
export interface ReturnedConnectionsParts {
  readonly roster: Roster;
  readonly cluster: Cluster;
  readonly telling: HintPublisher;
  readonly logger: Logger;
}

/**
 * Connections of this node's lease that are on the roster again although they were removed. A Redis that was away may come back with an
 * older copy, from its disk or a replica. No heir would remove them while the lease lives, and their users would stay online.
 */
export class ReturnedConnections {
  readonly #parts: ReturnedConnectionsParts;
  /** Whether the node has a connection that may be on the roster. */
  readonly #has: (id: string) => boolean;
  #areExpected = false;

  constructor(parts: ReturnedConnectionsParts, has: (id: string) => boolean) {
    this.#parts = parts;
    this.#has = has;
  }

  /** Notes that Redis has come back. */
  expect(): void {
    this.#areExpected = true;
  }

  /** Removes them if Redis has come back since the last time, in the background. If that fails, the next call repeats it. */
  remove(): void {
    if (this.#areExpected) void this.#removeAll();
  }

  async #removeAll(): Promise<void> {
    this.#areExpected = false;
    const { roster, cluster, logger } = this.#parts;
    try {
      for await (const held of roster.heldBy(cluster.lease)) {
        await Promise.all(held.filter(({ id }) => !this.#has(id)).map((ref) => this.#remove(ref)));
      }
    } catch (error) {
      this.#areExpected = true;
      logger.debug({ err: error }, 'connections that have returned could not be removed');
    }
  }

  async #remove(ref: ConnectionRef): Promise<void> {
    const { roster, telling } = this.#parts;
    await roster.remove(ref);
    // When the user was last online was stored when the connection was removed for the first time.
    telling.tell(ref.userId, { kind: 'chosen' });
  }
}
