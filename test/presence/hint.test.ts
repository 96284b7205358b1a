import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import type { Bus } from '../../src/bus/index.ts';
import type { Chat } from '../../src/chat.ts';
import { createMemoryRegistry } from '../../src/cluster/registry.memory.ts';
import { presenceTopic } from '../../src/presence/hint.ts';
import { createMemoryRoster } from '../../src/presence/roster.memory.ts';
import { Watch } from '../../src/presence/watch.ts';
import { Watching } from '../../src/presence/watching.ts';
import type { Viewer } from '../../src/user/index.ts';
import { createSimulation, type SimulatedNode, type Simulation, stepMs } from '../cluster/simulation.ts';
import { chatOver } from '../support/chat.ts';
import { sqliteDb } from '../support/db.ts';
import { password, person } from '../support/people.ts';
import { connection } from './roster.contract.ts';

let open: AsyncDisposableStack;
let bus: Bus;
let chat: Chat;
let ann: Viewer;
/** Ann watches herself: every user who may watch her sees the same. */
let watch: Watch;
/** Called before each read of the roster returns. */
let atRoster: () => Promise<void>;
let simulation: Simulation;
let node: SimulatedNode;

beforeEach(async () => {
  open = new AsyncDisposableStack();
  const db = open.use(await sqliteDb());
  bus = createMemoryBus();
  chat = open.use(chatOver(db, {}, bus));
  ann = await person(chat, 'ann');
  simulation = open.use(createSimulation(async () => createMemoryRegistry()));
  node = await simulation.start();
  const { cluster } = node;
  const roster = createMemoryRoster();
  await roster.put(connection(ann.userId, 1));
  atRoster = async () => undefined;
  async function of(userIds: readonly bigint[]) {
    await atRoster();
    return roster.of(userIds);
  }
  const watching = open.use(
    new Watching({ db, bus, roster: { ...roster, of }, cluster, logger: pino({ level: 'silent' }), renew: () => undefined }),
  );
  watch = new Watch({
    ...{ viewer: ann, userIds: [ann.userId], signal: new AbortController().signal },
    onStart: (started) => void watching.open(started).catch((error: unknown) => started.fail(error)),
    onEnd: (ended) => watching.close(ended),
  });
});
afterEach(async () => {
  await watch.return();
  await open.disposeAsync();
});

it('a watcher still receives changes after an unreadable hint', async () => {
  await watch.next();
  for (const text of ['not a hint', 'null', '{"kind":"of another release"}', '{"kind":"access","others":["x"]}'])
    expect(await bus.publish(presenceTopic(ann.userId), text)).toBe(true);
  await chat.presence.choose(ann, { choice: 'ONLINE', statusText: 'here' });
  expect(await watch.next()).toMatchObject({ value: { statusText: 'here' } });
});

it('a presence that was read before a newer choice, and arrives later, is not delivered', async () => {
  await watch.next();
  const [reached, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  atRoster = () => {
    atRoster = async () => undefined;
    reached.resolve();
    return held.promise;
  };
  await chat.presence.choose(ann, { choice: 'AWAY' });
  await reached.promise;
  await chat.presence.choose(ann, { choice: 'BUSY' });
  expect(await watch.next()).toMatchObject({ value: { status: 'BUSY' } });
  held.resolve();
  await chat.presence.choose(ann, { choice: 'BUSY', statusText: 'still' });
  expect(await watch.next()).toMatchObject({ value: { status: 'BUSY', statusText: 'still' } });
});

it('an invisible user is not shown when their account is deleted, while their device still counts', async () => {
  await chat.presence.choose(ann, { choice: 'INVISIBLE' });
  let first: unknown;
  void watch.next().then(({ value }) => {
    first = value;
  });
  // As with a user who is gone, the registry is asked first.
  const shown = async () => {
    await simulation.advance(stepMs, node);
    return first;
  };
  await expect.poll(shown).toMatchObject({ status: 'OFFLINE' });
  await chat.users.erase(ann, { password, messages: 'KEEP', address: '10.0.0.1' });
  expect(await watch.next()).toMatchObject({ value: { status: 'OFFLINE', lastSeenAt: null } });
});
