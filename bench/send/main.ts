// npm run bench:send -- [--quick] [--only store,http,socket,room] [--rounds 3] [--seconds 10] [--json FILE]
// npm run bench:send -- --compare BEFORE.json AFTER.json
// What sending costs and how fast it is, beside the documented recipe and ejabberd. bench/README.md says how to read it.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { aimsOf } from './aims.ts';
import { compareRooms } from './compare-rooms.ts';
import { compareStores } from './compare-stores.ts';
import { compareTalks } from './compare-talks.ts';
import { differenceOf } from './difference.ts';
import type { Transport } from './load-plan.ts';
import { describeMachine } from './machine.ts';
import { type Options, readOptions } from './options.ts';
import { openPlaces } from './places.ts';
import type { Result, Row } from './result.ts';
import { tablesOf } from './tables.ts';

async function measure(options: Options): Promise<Result> {
  const { only, connections, rounds, ms, warmUpMs } = options;
  await using places = await openPlaces();
  const machine = await describeMachine(places.mariadbVersion);
  process.stderr.write(`${JSON.stringify(machine)}\n`);
  const shared = { connections, rounds, ms, warmUpMs };
  const rows: Row[] = [];
  if (only.includes('store')) {
    const { storeInFlight: inFlight, storeRooms: rooms, storeMembers: members } = options;
    rows.push(...(await compareStores(places, { ...shared, inFlight, rooms, members })));
  }
  const transports: readonly Transport[] = (['http', 'socket'] as const).filter((transport) => only.includes(transport));
  if (transports.length > 0) {
    const { rooms, members, inFlight } = options;
    rows.push(...(await compareTalks(places, { ...shared, transports, rooms, members, inFlight })));
  }
  if (only.includes('room')) {
    const { roomMembers: members, inFlight } = options;
    rows.push(...(await compareRooms(places, { ...shared, members, inFlight })));
  }
  return { takenAt: new Date().toISOString(), machine, options: { ...options }, rows };
}

const options = readOptions(process.argv.slice(2));
if (options.compare !== undefined) {
  process.stdout.write(await differenceOf(...options.compare));
} else {
  const result = await measure(options);
  await mkdir(dirname(options.json), { recursive: true });
  await writeFile(options.json, `${JSON.stringify(result, null, 2)}\n`);
  process.stdout.write(`${tablesOf(result)}\n### Aims\n\n${aimsOf(result)}\n`);
  process.stderr.write(`written to ${options.json}\n`);
}
