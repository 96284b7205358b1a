// npm run bench:large -- [--members 10,1000,20000] [--seconds 3] [--json FILE]
// Whether an action in a group costs more in a larger group. bench/README.md says how to read it.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { describeMachine } from '../support/machine.ts';
import { markdownTable, median } from '../support/markdown.ts';
import { openPlaces, type Places } from '../support/places.ts';
import { type Act, acts } from './acts.ts';
import { type LargeGroup, type LargeGroups, online, startGroups } from './group.ts';

const { values } = parseArgs({
  options: {
    members: { type: 'string', default: '10,1000,20000' },
    seconds: { type: 'string', default: '3' },
    json: { type: 'string' },
  },
});

/** The figures of one action in one group. */
interface Row {
  readonly act: string;
  readonly members: number;
  readonly p50: number;
  readonly p99: number;
  /** µs of CPU for one action. */
  readonly serverUs: number;
  readonly databaseUs: number;
}

/** Repeats an action for `ms`, so many in flight at a time. Returns the ms that each took. */
async function repeat(group: LargeGroup, { inFlight, once }: Act, ms: number): Promise<readonly number[]> {
  const taken: number[] = [];
  const end = performance.now() + ms;
  async function work(): Promise<void> {
    while (performance.now() < end) {
      const begun = performance.now();
      await once(group, taken.length);
      taken.push(performance.now() - begun);
    }
  }
  await Promise.all(Array.from({ length: inFlight }, work));
  return taken;
}

/** Measures one action in one group. */
async function measure(places: Places, { cpuUs }: LargeGroups, { act, group, ms }: Measurement): Promise<Row> {
  const [server, database] = [await cpuUs(), await places.databaseUs()];
  const taken = (await repeat(group, act, ms)).toSorted((one, other) => one - other);
  const [serverAfter, databaseAfter] = [await cpuUs(), await places.databaseUs()];
  return {
    ...{ act: act.name, members: group.members, p50: median(taken), p99: taken[Math.floor(taken.length * 0.99)] ?? Number.NaN },
    serverUs: (serverAfter - server) / taken.length,
    databaseUs: (databaseAfter - database) / taken.length,
  };
}

interface Measurement {
  readonly act: Act;
  readonly group: LargeGroup;
  readonly ms: number;
}

/** Formats rows as lines, each compared with the same action in the smallest group. */
function lines(rows: readonly Row[]): readonly Readonly<Record<string, string | number>>[] {
  return rows.map(({ act, members, p50, p99, serverUs, databaseUs }) => {
    const base = rows.find((row) => row.act === act) ?? { serverUs, databaseUs };
    return {
      ...{ act, members, 'p50 ms': p50.toFixed(1), 'p99 ms': p99.toFixed(1) },
      ...{ 'server µs': serverUs.toFixed(0), 'MariaDB µs': databaseUs.toFixed(0) },
      '× smallest': ((serverUs + databaseUs) / (base.serverUs + base.databaseUs)).toFixed(2),
    };
  });
}

const sizes = values.members.split(',').map(Number);
if (sizes.some((size) => !Number.isInteger(size) || size < online)) throw new Error(`--members takes whole numbers from ${online} on`);
await using places = await openPlaces();
const machine = await describeMachine(places.mariadbVersion);
process.stderr.write(`${JSON.stringify(machine)}\n`);
const ms = Number(values.seconds) * 1_000;
const rows: Row[] = [];
{
  await using node = await startGroups(places, sizes);
  // V8 optimises code that has run some hundred times: everything runs once before it is measured.
  for (const act of acts) for (const group of node.groups) await repeat(group, act, ms / 2);
  for (const act of acts) for (const group of node.groups) rows.push(await measure(places, node, { act, group, ms }));
}
process.stdout.write(markdownTable(lines(rows)));
if (values.json !== undefined)
  await writeFile(values.json, `${JSON.stringify({ takenAt: new Date().toISOString(), machine, rows }, null, 2)}\n`);
