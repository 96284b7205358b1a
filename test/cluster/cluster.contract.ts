import { describe, expect, test } from 'vitest';
import type { Lease, NodeMessage, Registry } from '../../src/cluster/index.ts';
import { createSimulation, leaseMs, presenceGraceMs, type SimulatedNode } from './simulation.ts';

/**
 * What nodes do for each other on any registry. Each call of `open` gives a system of its own. The function that it returns connects to
 * that system's registry.
 */
export function describeCluster(name: string, open: () => () => Promise<Registry>): void {
  describe(name, () => {
    function inheritances(...nodes: readonly SimulatedNode[]): readonly Lease[] {
      return nodes.flatMap(({ inherited }) => inherited);
    }

    async function statesSeenBy({ cluster }: SimulatedNode): Promise<ReadonlyMap<string, string>> {
      return new Map((await cluster.nodes()).map(({ nodeId, state }) => [nodeId, state]));
    }

    test('a node that dies is taken over once, by one survivor, and not before its lease has ended', async () => {
      await using simulation = createSimulation(open());
      const [dead, one, two] = [await simulation.start(), await simulation.start(), await simulation.start()];
      await simulation.advance(3 * leaseMs, dead, one, two);
      expect(inheritances(dead, one, two)).toEqual([]);
      await simulation.advance(leaseMs - 300, one, two);
      expect(inheritances(one, two)).toEqual([]);
      // Counted from its last beat that was seen, at most a beat later: a whole lease, and a beat.
      await simulation.advance(leaseMs, one, two);
      await expect.poll(() => inheritances(one, two)).toEqual([dead.cluster.lease]);
      await expect.poll(async () => (await statesSeenBy(one)).has(dead.cluster.lease.nodeId)).toBe(false);
      await simulation.advance(5 * leaseMs, one, two);
      expect(inheritances(one, two)).toEqual([dead.cluster.lease]);
      expect([one.told, two.told]).toEqual([
        { fenced: 0, restored: 0 },
        { fenced: 0, restored: 0 },
      ]);
    });

    test('a node that was paused beyond its lease finds itself fenced and continues under a new lease', async () => {
      await using simulation = createSimulation(open());
      const [paused, survivor] = [await simulation.start(), await simulation.start()];
      const old = paused.cluster.lease;
      await simulation.advance(2 * leaseMs, survivor);
      await expect.poll(() => survivor.inherited).toEqual([old]);
      let leaseAtFence: Lease | undefined;
      paused.cluster.onFenced(() => {
        leaseAtFence = paused.cluster.lease;
      });
      paused.clock.pause(2 * leaseMs);
      await simulation.advance(leaseMs, paused, survivor);
      expect(paused.told).toEqual({ fenced: 1, restored: 0 });
      expect(paused.cluster.lease.nodeId).toBe(old.nodeId);
      expect(paused.cluster.lease.epoch).toBeGreaterThan(old.epoch);
      expect(leaseAtFence).toEqual(paused.cluster.lease);
      expect(await statesSeenBy(survivor)).toEqual(new Map([paused, survivor].map(({ cluster }) => [cluster.lease.nodeId, 'READY'])));
      await simulation.advance(5 * leaseMs, paused, survivor);
      expect(paused.told.fenced).toBe(1);
      expect(inheritances(paused, survivor)).toEqual([old]);
    });

    test('a node that dies under its new lease is taken over under that lease', async () => {
      await using simulation = createSimulation(open());
      const [paused, survivor] = [await simulation.start(), await simulation.start()];
      const old = paused.cluster.lease;
      await simulation.advance(2 * leaseMs, survivor);
      paused.clock.pause(2 * leaseMs);
      await simulation.advance(leaseMs, paused, survivor);
      await simulation.advance(2 * leaseMs, survivor);
      await expect.poll(() => survivor.inherited).toEqual([old, paused.cluster.lease]);
    });

    test('a node that was itself paused takes over nobody when it wakes', async () => {
      await using simulation = createSimulation(open());
      const [sleeper, other] = [await simulation.start(), await simulation.start()];
      await simulation.advance(leaseMs, sleeper, other);
      sleeper.clock.pause(900);
      other.clock.pause(900);
      await simulation.advance(900, sleeper);
      expect(sleeper.inherited).toEqual([]);
      await simulation.advance(leaseMs, sleeper, other);
      expect(inheritances(sleeper, other)).toEqual([]);
    });

    test('if the heir dies during the takeover, another node completes it and takes over the heir as well', async () => {
      await using simulation = createSimulation(open());
      const [dead, ...survivors] = [await simulation.start(), await simulation.start(), await simulation.start()];
      for (const survivor of survivors) survivor.inheritBy(() => new Promise(() => {}));
      await simulation.advance(2 * leaseMs, ...survivors);
      const heir = survivors.find(({ inherited }) => inherited.length > 0);
      const last = survivors.find(({ inherited }) => inherited.length === 0);
      expect(heir?.inherited).toEqual([dead.cluster.lease]);
      if (heir === undefined || last === undefined) throw new Error('both have inherited');
      last.inheritBy(async () => {});
      await simulation.advance(2 * leaseMs, last);
      await expect.poll(() => last.inherited).toEqual(expect.arrayContaining([dead.cluster.lease, heir.cluster.lease]));
      await simulation.advance(2 * leaseMs, last);
      expect(last.inherited).toHaveLength(2);
      expect(heir.inherited).toHaveLength(1);
    });

    test('a takeover that fails is retried until it succeeds', async () => {
      await using simulation = createSimulation(open());
      const [dead, heir] = [await simulation.start(), await simulation.start()];
      let failures = 3;
      heir.inheritBy(async () => {
        failures -= 1;
        if (failures >= 0) throw new Error('the database is away');
      });
      await simulation.advance(4 * leaseMs, heir);
      await expect.poll(() => heir.inherited).toEqual(Array.from({ length: 4 }, () => dead.cluster.lease));
      await simulation.advance(2 * leaseMs, heir);
      expect(heir.inherited).toHaveLength(4);
    });

    test('a takeover that hangs is started again a minute after the grace for which it may wait', async () => {
      await using simulation = createSimulation(open());
      const [dead, heir] = [await simulation.start(), await simulation.start()];
      heir.inheritBy(() => new Promise(() => {}));
      await simulation.advance(2 * leaseMs, heir);
      expect(heir.inherited).toEqual([dead.cluster.lease]);
      heir.inheritBy(async () => {});
      await simulation.advance(62_000, heir);
      expect(heir.inherited).toEqual([dead.cluster.lease]);
      await simulation.advance(presenceGraceMs, heir);
      await expect.poll(() => heir.inherited).toEqual([dead.cluster.lease, dead.cluster.lease]);
      await expect.poll(async () => (await statesSeenBy(heir)).has(dead.cluster.lease.nodeId)).toBe(false);
    });

    test('a claim whose answer was lost is found by the next beat', async () => {
      const connect = open();
      await using simulation = createSimulation(connect);
      const [dead, heir] = [await simulation.start(), await simulation.start()];
      await using registry = await connect();
      const seen = (await registry.read()).records.find(({ nodeId }) => nodeId === dead.cluster.lease.nodeId);
      expect(seen !== undefined && (await registry.claim(seen, heir.cluster.lease))).toBe(true);
      await simulation.advance(leaseMs / 4, heir);
      await expect.poll(() => heir.inherited).toEqual([dead.cluster.lease]);
      await expect.poll(async () => (await statesSeenBy(heir)).has(dead.cluster.lease.nodeId)).toBe(false);
    });

    test('a message to a node reaches that node and no other', async () => {
      await using simulation = createSimulation(open());
      const [node, other] = [await simulation.start(), await simulation.start()];
      const heard: NodeMessage[] = [];
      node.cluster.onMessage((message) => void heard.push(message));
      other.cluster.onMessage((message) => void heard.push(message));
      const told: readonly NodeMessage[] = [{ kind: 'close', connections: ['a', 'b'], why: 'REPLACED' }, { kind: 'drain' }];
      for (const message of told) await other.cluster.send(node.cluster.lease.nodeId, message);
      await expect.poll(() => heard).toEqual(told);
    });

    test('a node that leaves is taken over at once, and then gone', async () => {
      await using simulation = createSimulation(open());
      const [leaving, survivor] = [await simulation.start(), await simulation.start()];
      await leaving[Symbol.asyncDispose]();
      expect((await statesSeenBy(survivor)).get(leaving.cluster.lease.nodeId)).toBe('LEFT');
      await simulation.advance(leaseMs / 4, survivor);
      await expect.poll(() => survivor.inherited).toEqual([leaving.cluster.lease]);
      await expect.poll(async () => [...(await statesSeenBy(survivor)).keys()]).toEqual([survivor.cluster.lease.nodeId]);
    });

    test('a node alone takes over nobody, and a later node takes over what it left', async () => {
      await using simulation = createSimulation(open());
      const alone = await simulation.start();
      await simulation.advance(10 * leaseMs, alone);
      expect(alone.told).toEqual({ fenced: 0, restored: 0 });
      await alone[Symbol.asyncDispose]();
      const next = await simulation.start();
      await expect.poll(() => next.inherited).toEqual([alone.cluster.lease]);
    });

    test('the others see at once what a node announces about itself', async () => {
      await using simulation = createSimulation(open());
      const [node, other] = [await simulation.start(), await simulation.start()];
      node.cluster.reportLoad(() => ({ sockets: 7, eventsPerSecond: 2.5, loopDelayMs: 0.5 }));
      node.cluster.announce({ state: 'DRAINING', address: 'http://10.0.0.9:4000' });
      await node.clock.advance(0);
      const seen = (await other.cluster.nodes()).find(({ nodeId }) => nodeId === node.cluster.lease.nodeId);
      expect(seen).toMatchObject({
        ...node.cluster.lease,
        ...{ state: 'DRAINING', address: 'http://10.0.0.9:4000', load: { sockets: 7, eventsPerSecond: 2.5, loopDelayMs: 0.5 } },
      });
      expect(seen?.name).not.toBe('');
      expect(seen?.roles).not.toEqual([]);
    });
  });
}
