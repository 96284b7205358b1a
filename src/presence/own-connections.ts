import type { Logger } from 'pino';
import { type Clock, type Cluster, type Lease, monotonicClock, type NodeMessage } from '../cluster/index.ts';
import type { Config } from '../config/index.ts';
import type { Access, Viewer } from '../user/index.ts';
import type { HintPublisher } from './hint-publisher.ts';
import type { LastSeenNotes } from './last-seen.ts';
import { type Keeper, OwnConnection } from './own-connection.ts';
import { every, wait } from './pace.ts';
import type { DisconnectReason, Held } from './presence.ts';
import { RemoteActivity } from './remote-activity.ts';
import { ReturnedConnections } from './returned-connections.ts';
import {
  type Connection,
  type ConnectionRef,
  connectionId,
  leaseOf,
  type Roster,
  type RosterChange,
  standingBefore,
  summaryOf,
} from './roster.ts';
import { byAge, surplusOf } from './surplus.ts';

/** The configuration options that this file reads. */
export type ConnectionOption = 'nodeLeaseMs' | 'presenceGraceMs' | 'awaySeconds' | 'maxConnections' | 'devicePolicy';

/** The parts that OwnConnections needs. */
export interface OwnConnectionsParts {
  readonly roster: Roster;
  readonly cluster: Cluster;
  readonly telling: HintPublisher;
  readonly lastSeen: LastSeenNotes;
  readonly config: Pick<Config, ConnectionOption>;
  readonly logger: Logger;
  readonly clock?: Clock;
}

// How often a failed write to the roster is tried again, but at least each quarter of a lease: other nodes trust the roster after that
// (Cluster.settlesIn). When the registry is known to be back, everything is written again at once.
const retryMs = 1_000;
// Far less than the time after which the roster drops entries that are not written again (roster.redis.ts).
const againMs = 6 * 60 * 60_000;

/**
 * The connections of this node. Each is put on the roster, marked as leaving when it ends, and removed after a grace (decision 31). So a
 * device that returns within the grace, on any node, was never offline, and the heir of a lease does only what its holder would have done.
 */
export class OwnConnections implements Keeper, AsyncDisposable {
  readonly #parts: OwnConnectionsParts;
  readonly #own = new Map<string, OwnConnection>();
  /** By session id. Most sessions have one connection. */
  readonly #sessions = new Map<string, readonly OwnConnection[]>();
  readonly #touches: RemoteActivity;
  readonly #clock: Clock;
  readonly #cancels: readonly (() => void)[];
  readonly #stopping = new AbortController();
  #count = 0;

  constructor(parts: OwnConnectionsParts) {
    this.#parts = parts;
    this.#touches = new RemoteActivity(parts);
    const { cluster, config, clock = monotonicClock } = parts;
    this.#clock = clock;
    const returned = new ReturnedConnections(parts, (id) => this.#own.has(id));
    cluster.onRestored(() => {
      this.#tellAll();
      returned.expect();
    });
    cluster.onFenced(() => this.#leaveAll());
    cluster.onDead((lease) => this.inherit(lease));
    cluster.onMessage((message) => this.#hear(message));
    const awayMs = config.awaySeconds * 1_000;
    this.#cancels = [
      every(clock, Math.min(retryMs, config.nodeLeaseMs / 4), () => {
        this.#tellUntold();
        returned.remove();
      }),
      every(clock, againMs, () => this.#tellAll()),
      ...(awayMs === 0 ? [] : [every(clock, Math.max(50, Math.min(awayMs / 4, 60_000)), () => this.#findIdle(awayMs))]),
    ];
  }

  connect({ userId, sessionId, deviceKind, bot }: Access, onClose: (why: DisconnectReason) => void): Held {
    this.#count += 1;
    const id = connectionId(this.#parts.cluster.lease, this.#count);
    const connection: Connection = { id, userId, sessionId, deviceKind, since: new Date(), idle: false, leaving: false };
    const own = new OwnConnection(connection, onClose, { now: this.#clock.now(), keeper: this, bot });
    this.#own.set(id, own);
    const here = this.#sessions.get(sessionId);
    // An array literal of one element has room for one; a pushed-to array reserves more.
    this.#sessions.set(sessionId, here === undefined ? [own] : [...here, own]);
    void this.#tell(own);
    return own;
  }

  /** Notes a request that the device sent outside of its connections. */
  active({ userId, sessionId }: Viewer): void {
    const here = this.#sessions.get(sessionId);
    if (here === undefined) this.#touches.touch({ userId, sessionId });
    for (const own of here ?? []) this.wake(own);
  }

  /** Closes connections, on whichever node they are. False: a node could not be told. */
  async #endAll(connections: readonly ConnectionRef[], why: DisconnectReason): Promise<boolean> {
    const { cluster } = this.#parts;
    const told = [...Map.groupBy(connections, ({ id }) => leaseOf(id).nodeId)].map(([nodeId, there]) => {
      const ids = there.map(({ id }) => id);
      if (nodeId !== cluster.lease.nodeId) return cluster.send(nodeId, { kind: 'close', connections: ids, why });
      this.#close(ids, why);
      return true;
    });
    return (await Promise.all(told)).every((handed) => handed);
  }

  /** Removes the connections of a dead node's lease after the grace, as that node would have done. May be repeated. */
  async inherit(lease: Lease): Promise<void> {
    const { presenceGraceMs } = this.#parts.config;
    const leftAt = this.#clock.now();
    await wait(this.#clock, presenceGraceMs, this.#stopping.signal);
    // Until nothing is found: a page can be missed if Redis fails over meanwhile.
    for (let isAnyLeft = true; isAnyLeft; ) {
      isAnyLeft = false;
      for await (const held of this.#parts.roster.heldBy(lease)) {
        this.#stopping.signal.throwIfAborted();
        isAnyLeft ||= held.length > 0;
        // A page's connections are removed in parallel: last-seen times are stored in batches, a tenth of a second later. One by one, a
        // node's thousands of users would be shown as online for minutes.
        await Promise.all(
          held.map(async (ref) => {
            const attended = await this.#parts.roster.remove(ref);
            // The lease lists it but the user's roster does not: an earlier heir removed it, and may have died before it published that.
            await this.#publish(ref, attended, { leftAt, unanswered: attended.before === null });
          }),
        );
      }
    }
  }

  /** Leaves the connections on the roster, for the node that takes over the lease. */
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

  #close(ids: readonly string[], why: DisconnectReason): void {
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

  // This node was taken for dead, and an heir removes what it held. Writes that were in flight may reach the roster after the heir is done,
  // so this node removes all of its connections too, after the grace.
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

  /** Writes a connection to the roster, one version after the other, until the roster has the newest. */
  async #tell(own: OwnConnection): Promise<void> {
    if (own.telling) return;
    own.telling = true;
    try {
      while (own.told !== own.version && !this.#stopping.signal.aborted) await this.#tellOnce(own);
    } catch (error) {
      own.unanswered = true;
      this.#parts.logger.debug({ err: error, connection: own.connection.id }, 'a connection could not be registered');
    } finally {
      own.telling = false;
    }
  }

  async #tellOnce(own: OwnConnection): Promise<void> {
    const { roster, cluster } = this.#parts;
    const { connection, version, phase, idle } = own;
    const isFirst = own.told === 0;
    if (phase !== 'gone' && leaseOf(connection.id).epoch !== cluster.lease.epoch) {
      // The heir removes the connection after its own grace, which is as long as the device may take to return. A put could arrive after
      // the heir is done.
      own.told = version;
      return;
    }
    // A connection that ended before the roster could be reached is removed without ever having been put.
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

  /** Publishes the change if watchers can see a difference, or if an unanswered write may have made one. */
  async #publish(
    { id, userId }: ConnectionRef,
    attended: RosterChange,
    { leftAt, unanswered }: Pick<OwnConnection, 'leftAt' | 'unanswered'>,
  ): Promise<void> {
    const { telling, lastSeen } = this.#parts;
    const [before, after] = [standingBefore(attended, id), summaryOf(attended.after.connections)];
    if (!unanswered && before.devices === after.devices && before.idle === after.idle) return;
    const lastSeenAt = after.devices === 0 ? await lastSeen.note(userId, leftAt) : null;
    telling.tell(userId, { kind: 'standing', rev: attended.after.rev, lastSeenAt, ...after });
  }

  // Checked at every write, not only for new connections: after an outage, a node's connections return to the roster one by one, each in
  // its last state.
  async #limit(own: OwnConnection, all: readonly Connection[], isNew: boolean): Promise<void> {
    const { id } = own.connection;
    const here = all.filter(({ leaving }) => !leaving).toSorted(byAge);
    // Another node's clock may give an older connection a later time, so a new one is put last here.
    const order = isNew ? [...here.filter((one) => one.id !== id), own.connection] : here;
    const { config } = this.#parts;
    // DEVICE_POLICY does not apply to bots: their sessions are keys, not devices.
    const { replaced, tooMany } = surplusOf(order, own.bot ? { ...config, devicePolicy: 'several' } : config);
    const handed = [await this.#endAll(replaced, 'REPLACED'), await this.#endAll(tooMany, 'TOO_MANY')];
    // A node could not be told: the next write to the roster checks again.
    if (handed.includes(false)) own.version += 1;
  }
}
