// npm run bench:send -- [--quick] [--only store,http,socket,room] [--rounds 3] [--seconds 10] [--json FILE]
// npm run bench:send -- --compare BEFORE.json AFTER.json
// The cost and speed of sending, compared with the documented recipe and ejabberd. bench/README.md says how to read it.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describeMachine } from '../support/machine.ts';
import { openPlaces, type Places } from '../support/places.ts';
import { aimsOf } from './aims.ts';
import { compareRooms } from './compare-rooms.ts';
import { compareStores } from './compare-stores.ts';
import { compareTalks } from './compare-talks.ts';
import { differenceOf } from './difference.ts';
import type { Transport } from './load-plan.ts';
import { type Options, readOptions } from './options.ts';
import type { Result, Row } from './result.ts';
import { tablesOf } from './tables.ts';

/** A part of a run that is measured in one go. */
type Measurement = (places: Places) => Promise<readonly Row[]>;

function measurementsOf({ only, connections, rounds, ms, warmUpMs, inFlight, ...options }: Options): readonly Measurement[] {
  const rest = { connections, rounds, ms, warmUpMs };
  const transports: readonly Transport[] = (['http', 'socket'] as const).filter((transport) => only.includes(transport));
  const { storeInFlight, storeRooms, storeMembers, rooms, members, roomMembers } = options;
  const measurements: Measurement[] = [];
  if (only.includes('store')) {
    measurements.push((places) => compareStores(places, { ...rest, inFlight: storeInFlight, rooms: storeRooms, members: storeMembers }));
  }
  if (transports.length > 0) measurements.push((places) => compareTalks(places, { ...rest, transports, rooms, members, inFlight }));
  if (only.includes('room')) measurements.push((places) => compareRooms(places, { ...rest, members: roomMembers, inFlight }));
  return measurements;
}

/** Measures, and writes the figures after each measurement, so that a later failure does not lose them. */
async function measure(options: Options): Promise<Result> {
  await using places = await openPlaces();
  const machine = await describeMachine(places.mariadbVersion);
  process.stderr.write(`${JSON.stringify(machine)}\n`);
  await mkdir(dirname(options.json), { recursive: true });
  let result: Result = { takenAt: new Date().toISOString(), machine, options: { ...options }, rows: [] };
  for (const measurement of measurementsOf(options)) {
    result = { ...result, rows: [...result.rows, ...(await measurement(places))] };
    await writeFile(options.json, `${JSON.stringify(result, null, 2)}\n`);
  }
  return result;
}

const options = readOptions(process.argv.slice(2));
if (options.compare !== undefined) {
  process.stdout.write(await differenceOf(...options.compare));
} else {
  const result = await measure(options);
  process.stdout.write(`${tablesOf(result)}\n### Aims\n\n${aimsOf(result)}\n`);
  process.stderr.write(`written to ${options.json}\n`);
}
