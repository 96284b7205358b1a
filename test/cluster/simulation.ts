import { pino } from 'pino';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import type { Bus } from '../../src/bus/index.ts';
import { type Cluster, createCluster, type Lease, type Registry } from '../../src/cluster/index.ts';
import { type ManualClock, manualClock } from '../support/manual-clock.ts';

/** The lease of the nodes in these tests, in ms of their clocks. */
export const leaseMs = 1_000;
/** How long heirs may wait for the devices of a dead node. */
export const presenceGraceMs = 10_000;
/** The ms by which nodes advance in turn: short beside the time between beats. */
export const stepMs = 50;

/** A node among others, with a clock of its own. */
export interface SimulatedNode extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly clock: ManualClock;
  /** The leases that it was told to take over, in order; repeated after a failure. */
  readonly inherited: readonly Lease[];
  /** How often it was told that it was fenced, or that the registry was restored. */
  readonly told: { readonly fenced: number; readonly restored: number };
  /** Replaces what it does in a takeover, which otherwise succeeds at once. */
  inheritBy(heir: (dead: Lease) => Promise<void>): void;
}

/** Simulated nodes on one registry. */
export interface Simulation extends AsyncDisposable {
  /** Starts a node. When this resolves, the node is registered and may have taken over another. */
  start(registry?: Registry, heir?: (dead: Lease) => Promise<void>): Promise<SimulatedNode>;
  /** Lets so many ms pass for these nodes only, for all of them in turn. */
  advance(ms: number, ...nodes: readonly SimulatedNode[]): Promise<void>;
  /** What each node answers to settlesIn(): asked at once, answered after a step. */
  settling(...nodes: readonly SimulatedNode[]): Promise<readonly number[]>;
}

/** Makes a simulation whose nodes connect to the registry by `open`. */
export function createSimulation(open: () => Promise<Registry>, bus: Bus = createMemoryBus()): Simulation {
  const stack = new AsyncDisposableStack();
  let offset = 0;

  async function start(shared?: Registry, heir = async (_dead: Lease): Promise<void> => {}): Promise<SimulatedNode> {
    const registry = shared ?? stack.use(await open());
    const clock = manualClock();
    // Clocks of different machines have nothing in common.
    offset += 86_400_000;
    clock.pause(offset);
    const inherited: Lease[] = [];
    const told = { fenced: 0, restored: 0 };
    let act = heir;
    const cluster = createCluster({
      registry,
      bus,
      clock,
      keys: [],
      logger: pino({ level: 'silent' }),
      config: { nodeLeaseMs: leaseMs, nodeName: '', roles: ['gateway', 'worker'], presenceGraceMs },
    });
    cluster.onDead(async (dead) => {
      inherited.push(dead);
      await act(dead);
    });
    cluster.onFenced(() => {
      told.fenced += 1;
    });
    cluster.onRestored(() => {
      told.restored += 1;
    });
    cluster.announce({ state: 'READY', address: 'http://10.0.0.1:4000' });
    cluster.start();
    await clock.advance(0);
    const node: SimulatedNode = {
      ...{ cluster, clock, inherited, told },
      inheritBy(other) {
        act = other;
      },
      [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
    };
    stack.use(node);
    return node;
  }

  async function advance(ms: number, ...nodes: readonly SimulatedNode[]): Promise<void> {
    for (let past = 0; past < ms; past += stepMs) await Promise.all(nodes.map(({ clock }) => clock.advance(Math.min(stepMs, ms - past))));
  }

  async function settling(...nodes: readonly SimulatedNode[]): Promise<readonly number[]> {
    const asked = nodes.map(({ cluster }) => cluster.settlesIn());
    await advance(stepMs, ...nodes);
    return Promise.all(asked);
  }

  return { start, advance, settling, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
