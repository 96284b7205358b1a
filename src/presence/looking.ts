import type { Bus } from '../bus/index.ts';
import type { Cluster } from '../cluster/index.ts';
import { Round } from './round.ts';
import type { Watch } from './watch.ts';

/** What looking again is made of. */
export interface LookingParts {
  readonly bus: Bus;
  readonly cluster: Cluster;
  /** Who is watched on this node. */
  readonly users: ReadonlyMap<bigint, unknown>;
  readonly watches: ReadonlySet<Watch>;
  /** Reads users anew. Never rejects. */
  readonly reread: (userIds: readonly bigint[]) => Promise<unknown>;
  /** Has it looked at whom these may watch. */
  readonly doubt: (watches: Iterable<Watch>) => void;
}

// A hint is lost without a sign only with the node that should have published it, of which whoever takes over for it tells the others. Should that be lost too, what the
// hint would have told is found within ten minutes.
const looks = { everyMs: 1_000, parts: 600 };
// All that is watched at once would hold up the node for a tenth of a second for each 5,000 users.
const atOnce = 500;

/** Looks again at what a node knows by hints alone: at all of it whenever some may be lost, and at a part of it all the time. */
export class Looking implements Disposable {
  readonly #parts: LookingParts;
  readonly #users: Round<bigint>;
  readonly #watches: Round<Watch>;
  readonly #timer: NodeJS.Timeout;
  readonly #stopListening: () => void;
  #disposed = false;

  constructor(parts: LookingParts) {
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

  /** Some after the others: meanwhile the node does other things as well. */
  async #rereadAll(): Promise<void> {
    const all = [...this.#parts.users.keys()];
    for (let from = 0; from < all.length && !this.#disposed; from += atOnce) await this.#parts.reread(all.slice(from, from + atOnce));
  }

  /** A node has died. Rejects where not all are told: then it is done again. */
  async #tellLost(): Promise<void> {
    const { cluster } = this.#parts;
    const told = (await cluster.nodes()).map(({ nodeId }) => cluster.send(nodeId, { kind: 'lost' }));
    if ((await Promise.all(told)).includes(false)) throw new Error('a node could not be told what is lost');
  }
}
