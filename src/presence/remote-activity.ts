import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { Cluster } from '../cluster/index.ts';
import type { Viewer } from '../user/index.ts';
import { leaseOf, type Roster } from './roster.ts';

// Devices become idle after minutes, so other nodes need not learn more often than this that a device is not idle.
const everyMs = 30_000;
// How many sessions are remembered: far more than use a node over HTTP within that time.
const remembered = 10_000;

/** Marks devices as active whose connections are on other nodes. */
export class RemoteActivity {
  readonly #parts: { readonly roster: Roster; readonly cluster: Cluster; readonly logger: Logger };
  /** When each session was last looked up, by performance.now(). */
  readonly #at = new LRUCache<string, number>({ max: remembered });

  constructor(parts: { readonly roster: Roster; readonly cluster: Cluster; readonly logger: Logger }) {
    this.#parts = parts;
  }

  touch(viewer: Viewer): void {
    const now = performance.now();
    const last = this.#at.get(viewer.sessionId);
    if (last !== undefined && now - last < everyMs) return;
    this.#at.set(viewer.sessionId, now);
    void this.#wake(viewer);
  }

  async #wake({ userId, sessionId }: Viewer): Promise<void> {
    const { roster, cluster, logger } = this.#parts;
    try {
      const [attendance] = await roster.of([userId]);
      const asleep = attendance?.connections.filter((one) => one.sessionId === sessionId && one.idle) ?? [];
      for (const [nodeId, there] of Map.groupBy(asleep, ({ id }) => leaseOf(id).nodeId)) {
        void cluster.send(nodeId, { kind: 'active', connections: there.map(({ id }) => id) });
      }
    } catch (error) {
      logger.debug({ err: error }, 'the idle time of a device could not be reset');
    }
  }
}
