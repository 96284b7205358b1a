import { describe, expect, test } from 'vitest';
import type { Registered, Registry } from '../../src/cluster/registry.ts';
import { aNode, leaseOf } from './records.ts';

/** What every registry promises. Each call of `open` gives an empty registry of its own. */
export function describeRegistry(name: string, open: () => Promise<Registry>): void {
  describe(name, () => {
    async function stateOf(registry: Registry, nodeId: string): Promise<Pick<Registered, 'epoch' | 'state'> | undefined> {
      const record = (await registry.read()).records.find((each) => each.nodeId === nodeId);
      return record && { epoch: record.epoch, state: record.state };
    }

    test('shows every node exactly what all nodes have announced about themselves', async () => {
      await using registry = await open();
      const one = aNode({ name: 'ä"🎉\\u0000', address: '', roles: [] });
      const two = aNode({ state: 'STARTING', load: { sockets: 0, eventsPerSecond: 0, loopDelayMs: 0 } });
      await registry.beat(one);
      const answer = await registry.beat(two);
      expect(answer).toMatchObject({ before: null, takeovers: [] });
      const shown = 'records' in answer ? answer.records : [];
      expect(new Set(shown)).toEqual(new Set([one, two]));
      expect(new Set((await registry.read()).records)).toEqual(new Set([one, two]));
    });

    test('answers a beat with the number of the beat before', async () => {
      await using registry = await open();
      const node = aNode();
      expect(await registry.beat(node)).toMatchObject({ before: null });
      expect(await registry.beat({ ...node, beat: 2, state: 'DRAINING' })).toMatchObject({ before: 1 });
      expect(await stateOf(registry, node.nodeId)).toEqual({ epoch: 1, state: 'DRAINING' });
    });

    test('of twenty nodes that claim a node at once one wins, and the claimed node is told that it is fenced', async () => {
      await using registry = await open();
      const dead = aNode();
      const survivors = Array.from({ length: 20 }, () => aNode());
      for (const node of [dead, ...survivors]) await registry.beat(node);
      const won = await Promise.all(survivors.map((survivor) => registry.claim(dead, leaseOf(survivor))));
      expect(won.filter(Boolean)).toHaveLength(1);
      const heir = survivors[won.indexOf(true)];
      expect((await registry.read()).takeovers).toEqual([{ dead: leaseOf(dead), heir: heir && leaseOf(heir) }]);
      expect(await stateOf(registry, dead.nodeId)).toEqual({ epoch: 2, state: 'DEAD' });
      expect(await registry.beat({ ...dead, beat: 2 })).toEqual({ fencedBy: 2 });
      expect(await stateOf(registry, dead.nodeId)).toEqual({ epoch: 2, state: 'DEAD' });
    });

    test('refuses a claim of a node that has beaten, or taken another lease, since it was seen', async () => {
      await using registry = await open();
      const [node, claimer] = [aNode(), aNode()];
      for (const each of [node, claimer]) await registry.beat(each);
      await registry.beat({ ...node, beat: 2 });
      expect(await registry.claim(node, leaseOf(claimer))).toBe(false);
      await registry.beat({ ...node, beat: 2, epoch: 3 });
      expect(await registry.claim({ ...node, beat: 2 }, leaseOf(claimer))).toBe(false);
      expect(await registry.claim(aNode(), leaseOf(claimer))).toBe(false);
      expect((await registry.read()).takeovers).toEqual([]);
    });

    test('refuses a claim by a node that was taken over, has left or is unknown', async () => {
      await using registry = await open();
      const [node, fenced, left, heir] = [aNode(), aNode(), aNode(), aNode()];
      for (const each of [node, fenced, left, heir]) await registry.beat(each);
      await registry.claim(fenced, leaseOf(heir));
      await registry.leave(leaseOf(left));
      for (const claimer of [fenced, left, aNode()]) expect(await registry.claim(node, leaseOf(claimer))).toBe(false);
      expect(await registry.claim(node, leaseOf(heir))).toBe(true);
    });

    test('a finished takeover leaves a tombstone, by which the node still learns that it was fenced', async () => {
      await using registry = await open();
      const [dead, heir] = [aNode(), aNode()];
      for (const node of [dead, heir]) await registry.beat(node);
      await registry.claim(dead, leaseOf(heir));
      await registry.finish({ dead: leaseOf(dead), heir: leaseOf(heir) });
      expect(await stateOf(registry, dead.nodeId)).toEqual({ epoch: 2, state: 'GONE' });
      expect((await registry.read()).takeovers).toEqual([]);
      expect(await registry.beat({ ...dead, beat: 9 })).toEqual({ fencedBy: 2 });
      expect(await registry.claim({ ...dead, epoch: 2, state: 'GONE' }, leaseOf(heir))).toBe(false);
      expect(await registry.beat({ ...dead, epoch: 3, beat: 10 })).toMatchObject({ before: 1 });
      expect(await stateOf(registry, dead.nodeId)).toEqual({ epoch: 3, state: 'READY' });
    });

    test('a node that comes back with a new lease does not end the takeover of its old one', async () => {
      await using registry = await open();
      const [dead, heir] = [aNode(), aNode()];
      for (const node of [dead, heir]) await registry.beat(node);
      await registry.claim(dead, leaseOf(heir));
      await registry.beat({ ...dead, epoch: 3, beat: 2 });
      const takeover = { dead: leaseOf(dead), heir: leaseOf(heir) };
      expect((await registry.read()).takeovers).toEqual([takeover]);
      await registry.finish(takeover);
      expect((await registry.read()).takeovers).toEqual([]);
      expect(await stateOf(registry, dead.nodeId)).toEqual({ epoch: 3, state: 'READY' });
    });

    test('a takeover passes to one other heir once the lease of the first has ended', async () => {
      await using registry = await open();
      const [dead, first, ...others] = [aNode(), aNode(), aNode(), aNode(), aNode()];
      for (const node of [dead, first, ...others]) await registry.beat(node);
      await registry.claim(dead, leaseOf(first));
      const takeover = { dead: leaseOf(dead), heir: leaseOf(first) };
      const reclaim = () => Promise.all(others.map((other) => registry.reclaim(takeover, leaseOf(other))));
      expect(await reclaim()).toEqual([false, false, false]);
      await registry.leave(leaseOf(first));
      const won = await reclaim();
      expect(won.filter(Boolean)).toHaveLength(1);
      const second = others[won.indexOf(true)];
      await registry.finish(takeover);
      expect((await registry.read()).takeovers).toEqual([{ dead: leaseOf(dead), heir: second && leaseOf(second) }]);
    });

    test('a node that has left no longer beats, and is claimed like one that died', async () => {
      await using registry = await open();
      const [node, heir] = [aNode(), aNode()];
      for (const each of [node, heir]) await registry.beat(each);
      await registry.leave({ nodeId: node.nodeId, epoch: 7 });
      expect(await stateOf(registry, node.nodeId)).toEqual({ epoch: 1, state: 'READY' });
      await registry.leave(leaseOf(node));
      await registry.beat({ ...node, beat: 2 });
      expect(await stateOf(registry, node.nodeId)).toEqual({ epoch: 1, state: 'LEFT' });
      expect(await registry.claim(node, leaseOf(heir))).toBe(true);
    });
  });
}
