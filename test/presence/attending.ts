import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import { createMemoryRegistry } from '../../src/cluster/registry.memory.ts';
import { type PresenceHint, parsePresenceHint, presenceTopic } from '../../src/presence/hint.ts';
import { createHintPublisher } from '../../src/presence/hint-publisher.ts';
import { createLastSeenNotes } from '../../src/presence/last-seen.ts';
import { OwnConnections } from '../../src/presence/own-connections.ts';
import type { Roster } from '../../src/presence/roster.ts';
import type { Access } from '../../src/user/index.ts';
import { createSimulation, leaseMs, type SimulatedNode, type Simulation } from '../cluster/simulation.ts';
import { sqliteDb } from '../support/db.ts';

/** The grace period of a connection that is gone, and the time after which a device is idle. */
export const presenceGraceMs = 5_000;
export const awaySeconds = 60;

/** A node with its connections, on its own clock. */
export interface Node {
  readonly node: SimulatedNode;
  readonly own: OwnConnections;
}

/** Nodes with one roster, and what others see of user 1. */
export interface Attending extends AsyncDisposable {
  readonly simulation: Simulation;
  /** Starts a node. `maxConnections` is 100 by default. */
  node(options?: { readonly maxConnections: number }): Promise<Node>;
  /** Returns the state of each connection of user 1 on the roster. */
  there(): Promise<readonly string[]>;
  /** The reported numbers of devices of user 1, in order. */
  readonly devices: readonly number[];
}

/** Returns an access of user 1 with a new session. */
export function device(): Access {
  return { userId: 1n, sessionId: randomUUID(), deviceKind: 'WEB', expiresAt: new Date('2999-01-01'), role: 'USER', bot: false };
}

/** Starts without connections. */
export async function attending(roster: Roster, registry = createMemoryRegistry()): Promise<Attending> {
  const open = new AsyncDisposableStack();
  const logger = pino({ level: 'silent' });
  const [db, bus] = [open.use(await sqliteDb()), createMemoryBus()];
  const simulation = open.use(createSimulation(async () => registry, bus));
  const [telling, lastSeen] = [open.use(createHintPublisher(bus)), open.use(createLastSeenNotes({ db, logger }))];
  const devices: number[] = [];
  function take(hint: PresenceHint | null): void {
    if (hint?.kind === 'standing') devices.push(hint.devices);
  }
  await bus.subscribe(presenceTopic(1n), (message) => take(parsePresenceHint(message)));
  return {
    ...{ simulation, devices },
    async node({ maxConnections } = { maxConnections: 100 }) {
      const config = { nodeLeaseMs: leaseMs, presenceGraceMs, awaySeconds, maxConnections, devicePolicy: 'several' } as const;
      const node = await simulation.start();
      const { cluster, clock } = node;
      return { node, own: open.use(new OwnConnections({ roster, cluster, telling, lastSeen, config, logger, clock })) };
    },
    async there() {
      const [attendance] = await roster.of([1n]);
      return (attendance?.connections ?? []).map(({ leaving, idle }) => (leaving ? 'leaving' : idle ? 'idle' : 'here'));
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}
