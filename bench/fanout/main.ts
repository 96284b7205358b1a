// npm run bench:fanout -- [--subscribers 100,1000,5000] [--rounds 3] [--only mpim,yoga] [--json FILE]
// What one event to many subscribers costs a server's process: MPIM and other servers, in one run. docs/performance.md says how to read it.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { startMariadb, startRedis } from '../../test/support/services.ts';
import { newDatabase } from '../support/database.ts';
import { type Figures, type Idle, startBench } from './run.ts';
import { type Kind, kinds, type Places } from './subjects.ts';
import { printTable, type Row } from './table.ts';

const { values } = parseArgs({
  options: {
    subscribers: { type: 'string', default: '100,1000,5000' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    json: { type: 'string' },
  },
});

/** Deliveries of one measurement: enough that a hundredth of a second of CPU, the clock's grain, is under 1 %. */
const deliveries = 200_000;
// V8 optimises code that has run some hundred times. A server that runs for days is nearly always past that.
const warmUp = 500;
const burst = 10;

await using services = new AsyncDisposableStack();
const mysql = services.use(await startMariadb());
const [redis, storeRedis] = [services.use(await startRedis()), services.use(await startRedis())];
const rows: Row[] = [];
const chosen = kinds.filter(({ name }) => values.only === '' || values.only.split(',').includes(name));

async function newPlaces(): Promise<Places> {
  return { databaseUrl: await newDatabase(mysql.url), redisUrl: redis.url, storeRedisUrl: storeRedis.url };
}

/** Measures one server from start to end: warm-up, then single events, then bursts. */
async function measure(
  kind: Kind,
  subscribers: number,
): Promise<{ readonly single: Figures; readonly burst: Figures; readonly idle: Idle }> {
  await using bench = await startBench(kind, await newPlaces(), subscribers);
  const events = Math.ceil(deliveries / subscribers / (subscribers < 1_000 ? 4 : 1));
  await bench.measure(warmUp, 1);
  const single = await bench.measure(events, 1);
  return { single, burst: await bench.measure(Math.ceil(events / burst) * 2, burst), idle: bench.idle };
}

for (const subscribers of values.subscribers.split(',').map(Number)) {
  const found = new Map<string, Awaited<ReturnType<typeof measure>>[]>();
  for (let round = 1; round <= Number(values.rounds); round += 1) {
    for (const kind of chosen) {
      const figures = await measure(kind, subscribers);
      process.stderr.write(
        `${subscribers} ${kind.name} ${round}: ${figures.single.cpuUs.toFixed(2)} µs, in bursts ${figures.burst.cpuUs.toFixed(2)} µs, ${(figures.idle.ofAll / 1_024).toFixed(1)} KiB idle, ${(figures.idle.ofLater / 1_024).toFixed(1)} later\n`,
      );
      found.set(kind.name, [...(found.get(kind.name) ?? []), figures]);
    }
  }
  for (const [name, all] of found) {
    const idle = all.map((figures) => figures.idle);
    for (const pattern of ['single', 'burst'] as const)
      rows.push({ subscribers, pattern, name, idle, runs: all.map((figures) => figures[pattern]) });
  }
}
printTable(rows);
if (values.json !== undefined) await writeFile(values.json, JSON.stringify(rows, null, 2));
