import { pino } from 'pino';
import { expect, it, test } from 'vitest';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import { createCluster, type Registry } from '../../src/cluster/index.ts';
import { createMemoryRegistry } from '../../src/cluster/registry.memory.ts';
import { nameOfKey } from '../../src/server-key.ts';
import { manualClock } from '../support/manual-clock.ts';
import { leaseMs } from './simulation.ts';

const secrets = { one: 'a'.repeat(43), other: 'b'.repeat(43) };
const [k1, k2, impostor] = [
  nameOfKey({ id: 'k1', secret: secrets.one }),
  nameOfKey({ id: 'k2', secret: secrets.other }),
  nameOfKey({ id: 'k1', secret: secrets.other }),
];

/** Starts a node that is registered when this resolves. `said` collects the nodes whose keys it reports as different. */
async function start(registry: Registry, nodeName: string, keys: readonly string[]) {
  const said: string[] = [];
  const logger = pino(
    { level: 'error' },
    { write: (line: string) => void said.push((JSON.parse(line) as { other: { name: string } }).other.name) },
  );
  const clock = manualClock();
  clock.pause(0);
  const config: Parameters<typeof createCluster>[0]['config'] = { nodeLeaseMs: leaseMs, nodeName, roles: ['gateway'], presenceGraceMs: 0 };
  const cluster = createCluster({ registry, bus: createMemoryBus(), clock, keys, logger, config });
  cluster.announce({ state: 'READY', address: 'http://10.0.0.1:4000' });
  cluster.start();
  await clock.advance(0);
  return { said, clock, [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose]() };
}

/** What two nodes with these keys report about each other, over some beats. */
async function saidOf(first: readonly string[], second: readonly string[]): Promise<readonly string[]> {
  const registry = createMemoryRegistry();
  await using one = await start(registry, 'one', first);
  await using two = await start(registry, 'two', second);
  for (let beat = 0; beat < 3; beat += 1) for (const { clock } of [one, two]) await clock.advance(leaseMs / 4);
  return [...one.said, ...two.said];
}

test.each([
  ['have the same key', [k1], [k1]],
  ['are given a new key, which all know before anything is signed with it', [k1], [k1, k2]],
  ['begin to sign with a new key that all know', [k1, k2], [k2, k1]],
  ['give up an old key that nobody signs with any more', [k2, k1], [k2]],
  ['do not say which keys they have, as an earlier release', [k2], []],
])('nodes that %s log nothing', async (_, first, second) => {
  expect(await saidOf(first, second)).toEqual([]);
});

test.each([
  ['have each a key of their own', [k1], [k2]],
  ['sign with a new key before all know it', [k1], [k2, k1]],
  ['have different keys under the same id', [k1], [impostor]],
])('nodes that %s log it, each once', async (_, first, second) => {
  expect(await saidOf(first, second)).toEqual(['two', 'one']);
});

it('the name of a key says which key it is and does not reveal it', () => {
  expect(k1).toMatch(/^k1:[\w-]{8}$/);
  expect(secrets.one).not.toContain(k1.slice(3));
});
