// The watchers, in a process of their own: one socket each, with one subscription to the presence of all users of their community. Every
// delivery is counted.
import { setTimeout as delay } from 'node:timers/promises';
import { abreast } from '../support/abreast.ts';
import { openMember } from '../support/member-sockets.ts';
import { ownCpuUs } from '../support/own-cpu.ts';
import { type Coming, type WatchersPlan, type WatchersReport, wallMs } from './crowd-plan.ts';
import { presenceDocument } from './documents.ts';
import { Told } from './told.ts';

// Number of sockets that connect at a time: more would only wait in the servers' backlogs.
const atOnce = 20;
// How often this process checks for completion, and for how long after the last user was due.
const lookMs = 50;
const patienceMs = 30_000;
// A duplicate comes at once, or with a node's next check for what it missed. That check runs every minute, which is too long to wait here.
const settleMs = 1_000;

const plan = await new Promise<WatchersPlan>((resolve) => process.once('message', resolve));
const told = new Told(plan);
const each = plan.userIds.length / plan.communities;
const all = plan.watchers.length * each;

async function until(isSo: () => boolean, end: number): Promise<void> {
  while (!isSo() && wallMs() < end) await delay(lookMs);
}

await abreast(plan.watchers, atOnce, async ({ port, token, community }, watcher) => {
  const live = Promise.withResolvers<void>();
  let left = each;
  await openMember({
    ...{ port, token, id: String(watcher).padStart(6, '0') },
    subscription: {
      query: presenceDocument,
      variables: { userIds: plan.userIds.filter((_id, place) => place % plan.communities === community) },
    },
    onEvent(bytes, start, end) {
      told.note({ watcher, community }, bytes.subarray(start, end), wallMs());
      left -= 1;
      if (left === 0) live.resolve();
    },
  });
  await live.promise;
});
if (told.before !== all || told.other > 0) throw new Error(`${told.other} users were not offline at first`);

process.on('message', async (coming: Coming) => {
  const before = ownCpuUs();
  told.begin(coming);
  await until(() => told.told === all, coming.begin + plan.userIds.length * coming.everyMs + patienceMs);
  const cpu = ownCpuUs() - before;
  await delay(settleMs);
  const { told: count, twice, other, latencies } = told;
  process.send?.({ told: count, missing: all - count, twice, other, ...latencies.percentiles(), cpuUs: cpu } satisfies WatchersReport);
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
