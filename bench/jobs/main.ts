// npm run bench:jobs -- [--seconds 10] [--rooms 64] [--in-flight 256] [--workers 1] [--each webhook|entry|run]
// How many entries a second go through the worker to a local receiver, and how far the worker is behind while messages are sent at the full
// rate.
import { parseArgs } from 'node:util';
import pino from 'pino';
import { readConfig } from '../../src/config/index.ts';
import { openChat } from '../../src/open.ts';
import { startMpimStore } from '../send/store.ts';
import { openSql } from '../support/database.ts';
import { describeMachine } from '../support/machine.ts';
import { markdownTable } from '../support/markdown.ts';
import { openPlaces } from '../support/places.ts';
import { startProcess } from '../support/process.ts';
import { type Behind, readBehind, watchBehind } from './behind.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    rooms: { type: 'string', default: '64' },
    'in-flight': { type: 'string', default: '256' },
    workers: { type: 'string', default: '1' },
    each: { type: 'string', default: 'webhook' },
  },
});
const ms = Number(values.seconds) * 1_000;
const pattern = { ms, inFlight: Number(values['in-flight']) };
// A backlog that is not worked off in a multiple of the run's time never will be.
const mostMs = Math.max(60_000, 20 * ms);

await using places = await openPlaces();
process.stderr.write(`${JSON.stringify(await describeMachine(places.mariadbVersion))}\n`);
await using store = await startMpimStore(places, { rooms: Number(values.rooms), members: 4, connections: 10, env: { ROLES: 'gateway' } });
await using receiver = startProcess(new URL('receiver.ts', import.meta.url));
const port = await receiver.ask<number>();
if (values.each === 'webhook') {
  const env = { DATABASE_URL: store.databaseUrl, REDIS_URL: places.redisUrl, ROLES: 'gateway' };
  await using chat = await openChat(readConfig(env), { logger: pino({ level: 'silent' }) });
  await chat.webhooks.create({ url: `http://127.0.0.1:${port}/`, description: 'the benchmark', events: [] });
}
const sql = await openSql(store.databaseUrl);
await using _closing = { [Symbol.asyncDispose]: () => sql.end() };

await using stack = new AsyncDisposableStack();
async function startWorkers(): Promise<void> {
  const env = {
    ...{ DATABASE_URL: store.databaseUrl, REDIS_URL: places.redisUrl, ROLES: 'worker' },
    ...{ RECEIVER: `http://127.0.0.1:${port}`, EACH: values.each },
  };
  for (let n = 0; n < Number(values.workers); n += 1) {
    await stack.use(startProcess(new URL('worker.ts', import.meta.url), { env })).ask();
  }
}

// First without a worker: the rate of sending when no effects run.
await store.run({ ...pattern, ms: Math.min(ms, 3_000) });
const alone = await store.run(pattern);

// The backlog of that run, worked off by workers while nothing else runs.
await startWorkers();
const { entries: waiting } = await readBehind(sql);
const [begun, us] = [performance.now(), await places.databaseUs()];
await watchBehind(sql, () => true, mostMs);
const drained = performance.now() - begun;
const drainUs = ((await places.databaseUs()) - us) / waiting;

// With workers, at the full rate.
let sending = true;
const watched = watchBehind(sql, () => !sending, mostMs);
const told = await store.run(pattern);
sending = false;
const stopped = performance.now();
const seen = await watched;
const caughtUp = performance.now() - stopped;
const requests = await receiver.ask<number>('how many');

const most = (of: keyof Behind): number => Math.max(...seen.map((behind) => behind[of]));
process.stdout.write(
  markdownTable([
    { what: 'sends/s, no worker', figure: alone.perSecond.toFixed(0) },
    { what: 'sends/s, with workers', figure: told.perSecond.toFixed(0) },
    { what: `entries/s through ${values.workers} worker(s), nothing being sent`, figure: ((waiting / drained) * 1_000).toFixed(0) },
    { what: 'MariaDB µs for an entry, by the worker', figure: drainUs.toFixed(0) },
    { what: 'most entries behind, at full rate', figure: most('entries') },
    { what: 'age of the oldest at most, ms', figure: most('oldestMs') },
    { what: 'caught up, s after the last send', figure: (caughtUp / 1_000).toFixed(1) },
    { what: 'requests to the receiver', figure: requests },
  ]),
);
