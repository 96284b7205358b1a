import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import { createCluster, type Registry } from '../../src/cluster/index.ts';
import { createMemoryRegistry } from '../../src/cluster/registry.memory.ts';
import { manualClock } from '../support/manual-clock.ts';
import { leaseMs } from './simulation.ts';

/** What a node logs if the registry answers none of its first beats, `unanswered` of them, and whether it is healthy after these. */
async function saidAfter(unanswered: number) {
  await using registry = createMemoryRegistry();
  let left = unanswered;
  const late: Registry = {
    ...registry,
    async beat(record) {
      left -= 1;
      if (left >= 0) throw new Error('Command timed out');
      return await registry.beat(record);
    },
  };
  const said: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => void said.push((JSON.parse(line) as { msg: string }).msg) });
  const clock = manualClock();
  clock.pause(0);
  const config: Parameters<typeof createCluster>[0]['config'] = {
    nodeLeaseMs: leaseMs,
    nodeName: '',
    roles: ['gateway'],
    presenceGraceMs: 0,
  };
  await using cluster = createCluster({ registry: late, bus: createMemoryBus(), clock, keys: [], logger, config });
  cluster.start();
  await clock.advance(0);
  for (let beat = 1; beat < unanswered; beat += 1) await clock.advance(leaseMs / 4);
  const { healthy } = cluster;
  await clock.advance(leaseMs / 4);
  return { said, healthy };
}

test('one beat that is not answered in time, as on a busy machine, is no outage and is not logged', async () => {
  expect(await saidAfter(1)).toEqual({ said: [], healthy: true });
});

test('a registry that does not answer two beats is logged once, and again when it answers', async () => {
  const said = ['the node registry does not answer', 'the registry of nodes answers again'];
  expect(await saidAfter(3)).toEqual({ said, healthy: false });
});
