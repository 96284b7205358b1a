import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { Bus, Unsubscribe } from '../bus/index.ts';
import { type Config, nodeNameOf } from '../config/index.ts';
import { createIgnoredReports } from '../ignored-data.ts';
import { release } from '../release.ts';
import { type Clock, monotonicClock } from './clock.ts';
import type { Cluster } from './cluster.ts';
import { createMember } from './member.ts';
import { type NodeMessage, readMessage, topicOf } from './node-message.ts';
import type { NodeLoad, NodeRecord } from './node-record.ts';
import { createNodes } from './nodes.ts';
import type { Registry } from './registry.ts';
import { createTakeovers } from './takeovers.ts';

/** The parts that a cluster needs. */
export interface ClusterParts {
  readonly registry: Registry;
  readonly bus: Bus;
  readonly logger: Logger;
  readonly config: Pick<Config, 'nodeLeaseMs' | 'nodeName' | 'roles' | 'presenceGraceMs'>;
  /** The names of this node's keys, the signing key first. */
  readonly keys: readonly string[];
  readonly clock?: Clock;
  /** An id from `newNodeId`. Defaults to a new one. */
  readonly nodeId?: string | undefined;
}

// Short, for people who read logs, and still unique per process.
const idBytes = 6;
// Three of four beats may be lost.
const beatsPerLease = 4;
// An upper limit on beats per interval, however often `settlesIn` is called: a beat's cost grows with the number of nodes.
const mostBeats = 10;
// Spreads the beats of nodes that were started at the same time.
const jitter = 0.2;
// How long heirs may take beyond the grace, for which one of them waits: far longer than any store may take to answer.
const beyondGraceMs = 60_000;

/** Creates a node id that is unique. */
export function newNodeId(): string {
  return randomBytes(idBytes).toString('hex');
}

/**
 * Creates this node's membership in the cluster. The node is not registered before `start`. Disposing it gives up its lease, which a
 * survivor takes over at once.
 */
export function createCluster({
  registry,
  bus,
  logger,
  config,
  keys,
  clock = monotonicClock,
  nodeId = newNodeId(),
}: ClusterParts): Cluster {
  const beatMs = config.nodeLeaseMs / beatsPerLease;
  const leastMs = beatMs / mostBeats;
  const listeners = new Set<(message: NodeMessage) => void>();
  const takeovers = createTakeovers({ registry, clock, logger, heirsMs: config.presenceGraceMs + beyondGraceMs });
  let probe: () => NodeLoad = () => ({ sockets: 0, eventsPerSecond: 0, loopDelayMs: 0 });
  let record: Omit<NodeRecord, 'nodeId' | 'epoch' | 'load'> = {
    name: nodeNameOf(config),
    address: '',
    version: release,
    roles: config.roles,
    keys,
    startedAt: new Date(),
    state: 'STARTING',
  };
  const member = createMember({
    ...{ registry, takeovers, clock, logger, nodeId },
    times: { leaseMs: config.nodeLeaseMs, interruptedMs: 2 * beatMs },
    describe: () => ({ ...record, load: probe() }),
  });
  let phase: 'new' | 'beating' | 'over' = 'new';
  let beating: Promise<void> | undefined;
  let hurried = false;
  let beganAt = Number.NEGATIVE_INFINITY;
  /** Resolves after the next beat that starts from here on and that the registry does not answer with a fence. */
  let awaited: PromiseWithResolvers<void> | undefined;
  let cancel = (): void => {};

  async function beat(): Promise<void> {
    hurried = false;
    beganAt = clock.now();
    const asked = awaited;
    awaited = undefined;
    if (await member.beat()) asked?.resolve();
    else {
      hurried = true;
      if (asked) void next().then(asked.resolve);
    }
    beating = undefined;
    if (phase === 'beating') schedule(hurried ? 0 : restMs());
  }

  function restMs(): number {
    return awaited === undefined ? beatMs * (1 - jitter * Math.random()) : leastMs;
  }

  function next(): Promise<void> {
    awaited ??= Promise.withResolvers<void>();
    return awaited.promise;
  }

  // An answer of the registry from before the data was found to be missing does not tell whether the registry was lost in between, so a new
  // beat is needed.
  async function settlesIn(): Promise<number> {
    if (phase === 'beating') {
      if (awaited === undefined && beating === undefined && !hurried) schedule(Math.max(0, beganAt + leastMs - clock.now()));
      await next();
    }
    return member.settlesIn();
  }

  function schedule(ms: number): void {
    cancel();
    cancel = clock.after(ms, () => (beating ??= beat()));
  }

  /** Sends a beat as soon as possible. */
  function hurry(): void {
    hurried = true;
    if (phase === 'beating' && beating === undefined) schedule(0);
  }

  const complain = createIgnoredReports(logger, 'this node was told what it does not understand');
  let ear: Promise<Unsubscribe | undefined> | undefined;
  function hear(): void {
    ear = bus
      .subscribe(topicOf(nodeId), (text) => {
        const message = readMessage(text);
        if (message === null) complain(topicOf(nodeId), { text: text.slice(0, 200) });
        else for (const listener of listeners) listener(message);
      })
      .catch((error: unknown) => {
        logger.warn({ err: error }, 'this node could not subscribe to cluster messages; this will be retried');
        clock.after(config.nodeLeaseMs, async () => {
          if (phase === 'beating') hear();
        });
        return undefined;
      });
  }

  async function leave(): Promise<void> {
    const wasBeating = phase === 'beating';
    phase = 'over';
    cancel();
    listeners.clear();
    await beating;
    awaited?.resolve();
    // If this fails, the lease expires by itself.
    if (wasBeating)
      await registry.leave(member.lease).catch((error: unknown) => logger.debug({ err: error }, 'this node could not deregister'));
    (await ear)?.();
  }

  return {
    get lease() {
      return member.lease;
    },
    get healthy() {
      return member.healthy;
    },
    start() {
      if (phase !== 'new') throw new Error('a cluster is started once');
      phase = 'beating';
      hear();
      schedule(0);
    },
    announce(change) {
      record = { ...record, ...change };
      hurry();
    },
    reportLoad(asked) {
      probe = asked;
    },
    ...createNodes({ registry, bus }),
    onDead: (heir) => void takeovers.heirs.push(heir),
    onFenced: (listener) => void member.onFenced.add(listener),
    onRestored: (listener) => void member.onRestored.add(listener),
    settlesIn,
    onMessage: (listener) => void listeners.add(listener),
    [Symbol.asyncDispose]: leave,
  };
}
