import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import { createMemoryRegistry } from '../../src/cluster/registry.memory.ts';
import { createMemoryRoster } from '../../src/presence/roster.memory.ts';
import { Watch } from '../../src/presence/watch.ts';
import { Watching } from '../../src/presence/watching.ts';
import { createFlock, leaseMs } from '../cluster/flock.ts';
import { chatOver } from '../support/chat.ts';
import { sqliteDb } from '../support/db.ts';
import { person } from '../support/people.ts';
import { connection } from './roster.contract.ts';

// The part that is looked at every second would find it as well.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

it('who is watched is read anew when another node has died, with which hints may be lost', async () => {
  await using open = new AsyncDisposableStack();
  const db = open.use(await sqliteDb());
  const bus = createMemoryBus();
  const ann = await person(open.use(chatOver(db, {}, bus)), 'ann');
  const registry = createMemoryRegistry();
  const flock = open.use(createFlock(async () => registry, bus));
  const roster = createMemoryRoster();
  const [heir, dying] = [await flock.hatch(registry), await flock.hatch(registry)];
  const watching = open.use(new Watching({ db, bus, roster, cluster: heir.cluster, logger: pino({ level: 'silent' }), renew() {} }));
  const watch = new Watch({
    ...{ viewer: ann, userIds: [ann.userId], signal: new AbortController().signal },
    onStart: (started) => void watching.open(started).catch((error: unknown) => started.fail(error)),
    onEnd: (ended) => watching.close(ended),
  });
  await flock.live(leaseMs, heir, dying);
  await roster.put(connection(ann.userId, 1));
  expect(await watch.next()).toMatchObject({ value: { devices: 1 } });
  // Nobody is told of that.
  await roster.put(connection(ann.userId, 2));
  await flock.live(3 * leaseMs, heir);
  expect(await watch.next()).toMatchObject({ value: { devices: 2 } });
  await watch.return();
});
