import type { Logger } from 'pino';
import { type Clock, type Cluster, type Lease, monotonicClock, type NodeMessage } from '../cluster/index.ts';
import type { Config } from '../config.ts';
import type { Access, Viewer } from '../user/index.ts';
import type { LastSeenNotes } from './last-seen.ts';
import { type Keeper, OwnConnection } from './own-connection.ts';
import { every, wait } from './pace.ts';
import type { Held, Parting } from './presence.ts';
import {
  type Attended,
  type Connection,
  type ConnectionRef,
  connectionId,
  leaseOf,
  type Roster,
  standingBefore,
  standingOf,
} from './roster.ts';
import { byAge, surplusOf } from './surplus.ts';
import type { Telling } from './telling.ts';
import { Touches } from './touches.ts';

/** What is heeded of the configuration. */
export type ConnectionOption = 'nodeLeaseMs' | 'presenceGraceMs' | 'awaySeconds' | 'maxConnections' | 'devicePolicy';

/** What a node's own connections are made of. */
export interface OwnConnectionsParts {
  readonly roster: Roster;
  readonly cluster: Cluster;
  readonly telling: Telling;
  readonly lastSeen: LastSeenNotes;
  readonly config: Pick<Config, ConnectionOption>;
  readonly logger: Logger;
  readonly clock?: Clock;
}

// What could not be told is told again so often, or each quarter of a lease: by then others believe that they know of everybody (Cluster.settlesIn). When the
// registry is known to be back, at once.
const retryMs = 1_000;
// Far within the time for which the roster keeps what is not put again (roster.redis.ts).
const againMs = 6 * 60 * 60_000;

/**
 * The connections of this node. Each goes through the same: it is put on the roster, stays on it for a grace when it has ended, and is removed. So a device
 * that comes back within the grace, on whichever node, was never away; and whoever takes over a lease does no more than what its holder would have done.
 */
export class OwnConnections implements Keeper, AsyncDisposable {
  readonly #parts: OwnConnectionsParts;
  readonly #own = new Map<string, OwnConnection>();
  /** By session; most have one. */
  readonly #sessions = new Map<string, readonly OwnConnection[]>();
  readonly #touches: Touches;
  readonly #clock: Clock;
  readonly #cancels: readonly (() => void)[];
  readonly #stopping = new AbortController();
  #count = 0;

  constructor(parts: OwnConnectionsParts) {
    this.#parts = parts;
    this.#touches = new Touches(parts);
    const { cluster, config, clock = monotonicClock } = parts;
    this.#clock = clock;
    cluster.onRestored(() => this.#tellAll());
    cluster.onFenced(() => this.#leaveAll());
    cluster.onDead((lease) => this.inherit(lease));
    cluster.onMessage((message) => this.#hear(message));
    const awayMs = config.awaySeconds * 1_000;
    this.#cancels = [
      every(clock, Math.min(retryMs, config.nodeLeaseMs / 4), () => this.#tellUntold()),
      every(clock, againMs, () => this.#tellAll()),
      ...(awayMs === 0 ? [] : [every(clock, Math.max(50, Math.min(awayMs / 4, 60_000)), () => this.#findIdle(awayMs))]),
    ];
  }

  connect({ userId, sessionId, deviceKind, bot }: Access, onClose: (why: Parting) => void): Held {
    this.#count += 1;
    const id = connectionId(this.#parts.cluster.lease, this.#count);
    const connection: Connection = { id, userId, sessionId, deviceKind, since: new Date(), idle: false, leaving: false };
    const own = new OwnConnection(connection, onClose, { now: this.#clock.now(), keeper: this, bot });
    this.#own.set(id, own);
    const here = this.#sessions.get(sessionId);
    // A list of one that is written as such has room for one.
    this.#sessions.set(sessionId, here === undefined ? [own] : [...here, own]);
    void this.#tell(own);
    return own;
  }

  /** The device has asked for something elsewhere than on its connections. */
  active({ userId, sessionId }: Viewer): void {
    const here = this.#sessions.get(sessionId);
    if (here === undefined) this.#touches.touch({ userId, sessionId });
    for (const own of here ?? []) this.wake(own);
  }

  /** Ends connections, wherever they are. False: a node could not be told. */
  async #endAll(connections: readonly ConnectionRef[], why: Parting): Promise<boolean> {
    const { cluster } = this.#parts;
    const told = [...Map.groupBy(connections, ({ id }) => leaseOf(id).nodeId)].map(([nodeId, there]) => {
      const ids = there.map(({ id }) => id);
      if (nodeId !== cluster.lease.nodeId) return cluster.send(nodeId, { kind: 'close', connections: ids, why });
      this.#close(ids, why);
      return true;
    });
    return (await Promise.all(told)).every((handed) => handed);
  }

  /** Does for a lease whose holder is dead what its holder would have done: after the grace its connections are gone. May be repeated. */
  async inherit(lease: Lease): Promise<void> {
    const { presenceGraceMs } = this.#parts.config;
    const leftAt = this.#clock.now();
    await wait(this.#clock, presenceGraceMs, this.#stopping.signal);
    for (;;) {
      const held = await this.#parts.roster.heldBy(lease);
      if (held.length === 0) return;
      this.#stopping.signal.throwIfAborted();
      // A page side by side: when somebody was last online is noted for many at once, a tenth of a second later. One after the other, a node's thousands would be shown as there for minutes.
      await Promise.all(
        held.map(async (ref) => {
          const attended = await this.#parts.roster.remove(ref);
          // What is held and not there was removed before, by an heir who may not have come to tell it.
          await this.#publish(ref, attended, { leftAt, unanswered: attended.before === null });
        }),
      );
    }
  }

  /** Leaves what is still on the roster to whoever takes over. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    for (const cancel of this.#cancels) cancel();
    for (const { cancelGrace } of this.#own.values()) cancelGrace?.();
    this.#own.clear();
    this.#sessions.clear();
  }

  #hear(message: NodeMessage): void {
    if (message.kind === 'close') this.#close(message.connections, message.why);
    else if (message.kind === 'active') for (const id of message.connections) this.#own.get(id)?.active();
  }

  #close(ids: readonly string[], why: Parting): void {
    for (const id of ids) {
      const own = this.#own.get(id);
      if (own?.phase !== 'here' || own.closing) continue;
      own.closing = true;
      own.onClose(why);
    }
  }

  wake(own: OwnConnection): void {
    own.activeAt = this.#clock.now();
    if (!own.idle || own.phase !== 'here') return;
    own.idle = false;
    this.#change(own);
  }

  #findIdle(awayMs: number): void {
    const now = this.#clock.now();
    for (const own of this.#own.values()) {
      if (own.idle || own.phase !== 'here' || now - own.activeAt < awayMs) continue;
      own.idle = true;
      this.#change(own);
    }
  }

  leave(own: OwnConnection): void {
    if (own.phase !== 'here' || this.#stopping.signal.aborted) return;
    own.phase = 'leaving';
    own.leftAt = this.#clock.now();
    own.cancelGrace = this.#clock.after(this.#parts.config.presenceGraceMs, async () => this.#end(own));
    this.#change(own);
  }

  #end(own: OwnConnection): void {
    own.phase = 'gone';
    this.#change(own);
  }

  // Taken for dead, this node has an heir, who sees to what it held. What was under way meanwhile may have come after the heir, so all of it is removed, after
  // the grace, once more.
  #leaveAll(): void {
    for (const own of this.#own.values()) this.leave(own);
  }

  #change(own: OwnConnection): void {
    own.version += 1;
    void this.#tell(own);
  }

  #tellUntold(): void {
    for (const own of this.#own.values()) if (own.told !== own.version) void this.#tell(own);
  }

  #tellAll(): void {
    for (const own of this.#own.values()) this.#change(own);
  }

  /** Tells the roster of one connection, one thing after the other, until it knows how that stands. */
  async #tell(own: OwnConnection): Promise<void> {
    if (own.telling) return;
    own.telling = true;
    try {
      while (own.told !== own.version && !this.#stopping.signal.aborted) await this.#tellOnce(own);
    } catch (error) {
      own.unanswered = true;
      this.#parts.logger.debug({ err: error, connection: own.connection.id }, 'a connection could not be put on the roster');
    } finally {
      own.telling = false;
    }
  }

  async #tellOnce(own: OwnConnection): Promise<void> {
    const { roster, cluster } = this.#parts;
    const { connection, version, phase, idle } = own;
    const isFirst = own.told === 0;
    if (phase !== 'gone' && leaseOf(connection.id).epoch !== cluster.lease.epoch) {
      // The heir sees to it: it counts for the heir's grace, as long as the device may take to come back, and what is put now may come when the heir is done.
      own.told = version;
      return;
    }
    // What was never put is only removed: a connection that has gone before the roster was reached.
    const attended = await (phase === 'gone'
      ? roster.remove(connection)
      : roster.put({ ...connection, idle, leaving: phase === 'leaving' }));
    own.told = version;
    const { leftAt, unanswered } = own;
    own.unanswered = false;
    await this.#publish(connection, attended, { leftAt, unanswered });
    if (phase === 'here') void this.#limit(own, attended.after.connections, isFirst);
    if (phase === 'gone') this.#forget(own);
  }

  #forget(own: OwnConnection): void {
    const { id, sessionId } = own.connection;
    this.#own.delete(id);
    const left = this.#sessions.get(sessionId)?.filter((other) => other !== own) ?? [];
    if (left.length > 0) this.#sessions.set(sessionId, left);
    else this.#sessions.delete(sessionId);
  }

  /** Tells those who watch, where they can see a difference, or could have seen one before. */
  async #publish(
    { id, userId }: ConnectionRef,
    attended: Attended,
    { leftAt, unanswered }: Pick<OwnConnection, 'leftAt' | 'unanswered'>,
  ): Promise<void> {
    const { telling, lastSeen } = this.#parts;
    const [before, after] = [standingBefore(attended, id), standingOf(attended.after.connections)];
    if (!unanswered && before.devices === after.devices && before.idle === after.idle) return;
    const lastSeenAt = after.devices === 0 ? await lastSeen.note(userId, leftAt) : null;
    telling.tell(userId, { kind: 'standing', rev: attended.after.rev, lastSeenAt, ...after });
  }

  // Not only when one is new: those of a node that could not reach the roster come back to it one by one, each as what it was.
  async #limit(own: OwnConnection, all: readonly Connection[], isNew: boolean): Promise<void> {
    const { id } = own.connection;
    const here = all.filter(({ leaving }) => !leaving).toSorted(byAge);
    // By the clock of its own node another may be younger.
    const order = isNew ? [...here.filter((one) => one.id !== id), own.connection] : here;
    const { config } = this.#parts;
    // Keys are no devices, of which somebody holds one at a time.
    const { replaced, tooMany } = surplusOf(order, own.bot ? { ...config, devicePolicy: 'several' } : config);
    const handed = [await this.#endAll(replaced, 'REPLACED'), await this.#endAll(tooMany, 'TOO_MANY')];
    // Told again with what this node tells next.
    if (handed.includes(false)) own.version += 1;
  }
}
