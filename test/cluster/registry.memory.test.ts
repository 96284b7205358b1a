import { expect, test } from 'vitest';
import { createMemoryRegistry } from '../../src/cluster/registry.memory.ts';
import { aNode, leaseOf } from './records.ts';
import { describeRegistry } from './registry.contract.ts';

describeRegistry('the registry in the process', async () => createMemoryRegistry());

test('a tombstone is removed after an hour, and its node is then unknown', async () => {
  let now = 0;
  await using registry = createMemoryRegistry(() => now);
  const [dead, heir] = [aNode(), aNode()];
  for (const node of [dead, heir]) await registry.beat(node);
  await registry.claim(dead, leaseOf(heir));
  await registry.finish({ dead: leaseOf(dead), heir: leaseOf(heir) });
  now = 3_600_000;
  await registry.beat({ ...heir, beat: 2 });
  expect((await registry.read()).records.map(({ nodeId }) => nodeId).toSorted()).toEqual([dead.nodeId, heir.nodeId].toSorted());
  now += 1;
  await registry.beat({ ...heir, beat: 3 });
  expect((await registry.read()).records.map(({ nodeId }) => nodeId)).toEqual([heir.nodeId]);
  expect(await registry.beat({ ...dead, beat: 2 })).toMatchObject({ before: null });
});
