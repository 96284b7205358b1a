import type { Bus } from '../bus/index.ts';
import type { Cluster } from '../cluster/index.ts';
import { Round } from './round.ts';
import type { Watch } from './watch.ts';

/** The parts that the periodic re-read needs. */
export interface RereadsParts {
  readonly bus: Bus;
  readonly cluster: Cluster;
  /** The users who are watched on this node. */
  readonly users: ReadonlyMap<bigint, unknown>;
  readonly watches: ReadonlySet<Watch>;
  /** Reads users again. Never rejects. */
  readonly reread: (userIds: readonly bigint[]) => Promise<unknown>;
  /** Schedules a check of whom these viewers may watch. */
  readonly doubt: (watches: Iterable<Watch>) => void;
}

// A hint is lost without a sign only if the node that should have published it dies. The node that takes it over sends `lost` to all nodes.
// If that message is lost too, the re-read finds the change within ten minutes.
const looks = { everyMs: 1_000, parts: 600 };
// Reading all watched users at once would block the node for a tenth of a second per 5,000 users.
const atOnce = 500;

/** Re-reads what this node knows only from hints: everything whenever hints may have been lost, and 1/600 of it each second in any case. */
export class Rereads implements Disposable {
  readonly #parts: RereadsParts;
  readonly #users: Round<bigint>;
  readonly #watches: Round<Watch>;
  readonly #timer: NodeJS.Timeout;
  readonly #stopListening: () => void;
  #disposed = false;

  constructor(parts: RereadsParts) {
    this.#parts = parts;
    const { bus, cluster, users, watches } = parts;
    this.#users = new Round(users);
    this.#watches = new Round(watches);
    this.#timer = setInterval(() => this.#lookAtPart(), looks.everyMs).unref();
    this.#stopListening = bus.onGap(() => this.#lookAtAll());
    cluster.onRestored(() => void this.#rereadAll());
    cluster.onDead(() => this.#tellLost());
    cluster.onMessage(({ kind }) => {
      if (kind === 'lost') this.#lookAtAll();
    });
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    clearInterval(this.#timer);
    this.#stopListening();
  }

  #lookAtPart(): void {
    void this.#parts.reread(this.#users.part(looks.parts));
    this.#parts.doubt(this.#watches.part(looks.parts));
  }

  #lookAtAll(): void {
    void this.#rereadAll();
    this.#parts.doubt(this.#parts.watches);
  }

  /** Reads in batches, so that the node can do other work in between. */
  async #rereadAll(): Promise<void> {
    const all = [...this.#parts.users.keys()];
    for (let from = 0; from < all.length && !this.#disposed; from += atOnce) await this.#parts.reread(all.slice(from, from + atOnce));
  }

  /** Sends `lost` to all nodes after a node has died. Rejects unless every node was told; the takeover is then repeated. */
  async #tellLost(): Promise<void> {
    const { cluster } = this.#parts;
    const told = (await cluster.nodes()).map(({ nodeId }) => cluster.send(nodeId, { kind: 'lost' }));
    if ((await Promise.all(told)).includes(false)) throw new Error('a node could not be told what is lost');
  }
}
