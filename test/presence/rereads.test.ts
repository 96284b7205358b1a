import { setImmediate } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import { createMemoryRegistry } from '../../src/cluster/registry.memory.ts';
import { formatPresenceHint, presenceTopic } from '../../src/presence/hint.ts';
import type { Roster } from '../../src/presence/index.ts';
import { createMemoryRoster } from '../../src/presence/roster.memory.ts';
import { Watch } from '../../src/presence/watch.ts';
import { Watching } from '../../src/presence/watching.ts';
import { createSimulation, leaseMs } from '../cluster/simulation.ts';
import { chatOver } from '../support/chat.ts';
import { sqliteDb } from '../support/db.ts';
import { person, say } from '../support/people.ts';
import { connection } from './roster.contract.ts';

// The check that reads a part every second would find it as well.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

it('watched users are read again when another node has died, because its hints may be lost', async () => {
  await using open = new AsyncDisposableStack();
  const db = open.use(await sqliteDb());
  const bus = createMemoryBus();
  const ann = await person(open.use(chatOver(db, {}, bus)), 'ann');
  const registry = createMemoryRegistry();
  const simulation = open.use(createSimulation(async () => registry, bus));
  const roster = createMemoryRoster();
  const [heir, dying] = [await simulation.start(registry), await simulation.start(registry)];
  const watching = open.use(new Watching({ db, bus, roster, cluster: heir.cluster, logger: pino({ level: 'silent' }), renew() {} }));
  const watch = new Watch({
    ...{ viewer: ann, userIds: [ann.userId], signal: new AbortController().signal },
    onStart: (started) => void watching.open(started).catch((error: unknown) => started.fail(error)),
    onEnd: (ended) => watching.close(ended),
  });
  await simulation.advance(leaseMs, heir, dying);
  await roster.put(connection(ann.userId, 1));
  expect(await watch.next()).toMatchObject({ value: { devices: 1 } });
  // Without a hint.
  await roster.put(connection(ann.userId, 2));
  await simulation.advance(3 * leaseMs, heir);
  expect(await watch.next()).toMatchObject({ value: { devices: 2 } });
  await watch.return();
});

it('a watcher who opened the same conversation as another user learns of them by a hint with its first message', async () => {
  await using open = new AsyncDisposableStack();
  const chat = open.use(chatOver(open.use(await sqliteDb())));
  const both = [await person(chat, 'ann'), await person(chat, 'ben')] as const;
  const [ann, ben] = both;
  const expiresAt = new Date('2999-01-01');
  for (const one of both)
    open.use(chat.presence.connect({ ...one, deviceKind: 'WEB', role: 'USER', bot: false, expiresAt }, () => undefined));
  const { id } = await chat.groups.openDirect(ann, { userId: ben.userId });
  await chat.groups.openDirect(ben, { userId: ann.userId });
  const watch = chat.presence.watch(ben, { userIds: [ann.userId, ben.userId], signal: new AbortController().signal });
  expect(await watch.next()).toMatchObject({ value: { userId: ben.userId, devices: 1 } });
  await say(chat, ann, id, 'hello');
  expect(await watch.next()).toMatchObject({ value: { userId: ann.userId, devices: 1 } });
  await watch.return();
});

it('a read that a later one has overtaken is not believed: it may be from before a change whose hint was lost', async () => {
  await using open = new AsyncDisposableStack();
  const db = open.use(await sqliteDb());
  const bus = createMemoryBus();
  const ann = await person(open.use(chatOver(db, {}, bus)), 'ann');
  const { cluster, clock } = await open.use(createSimulation(async () => createMemoryRegistry(), bus)).start();
  const roster = createMemoryRoster();
  let slow: { readonly read: PromiseWithResolvers<void>; readonly gate: PromiseWithResolvers<void> } | undefined;
  const slowly: Roster = {
    ...roster,
    async of(userIds) {
      const found = await roster.of(userIds);
      slow?.read.resolve();
      await slow?.gate.promise;
      return found;
    },
  };
  const watching = open.use(new Watching({ db, bus, roster: slowly, cluster, logger: pino({ level: 'silent' }), renew() {} }));
  const watch = new Watch({
    ...{ viewer: ann, userIds: [ann.userId], signal: new AbortController().signal },
    onStart: (started) => void watching.open(started).catch((error: unknown) => started.fail(error)),
    onEnd: (ended) => watching.close(ended),
  });
  await roster.put(connection(ann.userId, 1));
  expect(await watch.next()).toMatchObject({ value: { devices: 1 } });
  const { read, gate } = { read: Promise.withResolvers<void>(), gate: Promise.withResolvers<void>() };
  slow = { read, gate };
  await bus.publish(presenceTopic(ann.userId), formatPresenceHint({ kind: 'chosen' }));
  await read.promise;
  slow = undefined;
  // Without a hint.
  await roster.put(connection(ann.userId, 2));
  await cluster.send(cluster.lease.nodeId, { kind: 'lost' });
  expect(await watch.next()).toMatchObject({ value: { devices: 2 } });
  gate.resolve();
  await setImmediate();
  // A loss of devices is believed after the next beat.
  await clock.advance(leaseMs);
  await setImmediate();
  expect(watch.poll()).toBeUndefined();
  await watch.return();
});
