// npm run bench:presence -- [--users 10000] [--watchers 50] [--watched 500] [--seconds 60] [--sends 50] [--follow] [--json FILE]
// What happens to sending while thousands of users come online and others watch them. bench/README.md says how to read it.
import { writeFile } from 'node:fs/promises';
import type { LoadReport, LoadRun } from '../send/load-plan.ts';
import { describeMachine } from '../support/machine.ts';
import { openPlaces } from '../support/places.ts';
import { between, type Counters, openCounters } from './counters.ts';
import { type ComersReport, type Coming, type WatchersReport, wallMs } from './crowd-plan.ts';
import { readOptions } from './options.ts';
import type { Phase, Result } from './result.ts';
import { openScene, type Scene } from './scene.ts';
import { tablesOf } from './tables.ts';

// Until V8 has optimised the code of sending.
const warmUpMs = 5_000;
// Bound for what is in flight when the last message is due. The reports wait half a minute before they call anything lost.
const marginMs = 90_000;
// Before the first is due, so that all processes know of it by then.
const leadMs = 500;

const options = readOptions(process.argv.slice(2));
const ms = options.seconds * 1_000;

function send({ senders }: Scene, forMs: number): Promise<LoadReport> {
  const run: LoadRun = { transport: 'socket', pattern: { ms: forMs, perSecond: options.sends } };
  return senders.ask<LoadReport>(run, forMs + marginMs);
}

/** Sends for the time of one phase, and measures what else is done in it. */
async function phase(name: string, scene: Scene, counters: Counters): Promise<Phase> {
  const before = await counters.read();
  const sends = await send(scene, ms);
  return { name, sends, done: between(before, await counters.read()) };
}

async function come({ watchers, comers }: Scene): Promise<{ readonly told: WatchersReport; readonly came: ComersReport }> {
  const coming: Coming = { begin: wallMs() + leadMs, everyMs: (ms - leadMs) / options.users };
  const [told, came] = await Promise.all([
    watchers.ask<WatchersReport>(coming, ms + marginMs),
    comers.ask<ComersReport>(coming, ms + marginMs),
  ]);
  return { told, came };
}

await using places = await openPlaces();
const machine = await describeMachine(places.mariadbVersion);
process.stderr.write(`${JSON.stringify(machine)}\n`);
await using scene = await openScene(places, options);
process.stderr.write(`${scene.sockets.watchers} watch after ${Math.round(scene.openingMs)} ms\n`);
await using counters = await openCounters(places, scene);
await send(scene, warmUpMs);
const quiet = await phase('quiet', scene, counters);
const [crowded, { told, came }] = await Promise.all([phase('they come', scene, counters), come(scene)]);
const after = await phase('all are there', scene, counters);
const result: Result = {
  ...{ takenAt: new Date().toISOString(), machine, options, sockets: scene.sockets, openingMs: scene.openingMs },
  ...{ phases: [quiet, crowded, after], memory: await Promise.all(scene.nodes.map((node) => node.memory())), told, came },
};
process.stdout.write(tablesOf(result));
if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(result, null, 2)}\n`);
if (told.missing + told.twice + told.other > 0) throw new Error('not every watcher was told of each user once');
