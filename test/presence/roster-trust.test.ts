import { describe, expect, test } from 'vitest';
import { formatId } from '../../schema/ids.ts';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import { createMemoryRegistry } from '../../src/cluster/registry.memory.ts';
import type { Db } from '../../src/db/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { ask } from '../schema/asking.ts';
import { chatOver } from '../support/chat.ts';
import { sqliteDb } from '../support/db.ts';
import { groupOf, person } from '../support/people.ts';
import { cuttable } from './cuttable.ts';

const leaseMs = 200;

/** A registry whose data is as old as the test says, in ms, and which counts the beats. */
function agingRegistry(ageMs: number) {
  const registry = createMemoryRegistry();
  const aging = {
    ...registry,
    ageMs,
    beats: 0,
    async beat(record: Parameters<typeof registry.beat>[0]) {
      aging.beats += 1;
      const answer = await registry.beat(record);
      return 'fencedBy' in answer ? answer : { ...answer, ageMs: aging.ageMs };
    },
  };
  return aging;
}

async function scene(db: Db, ageMs: number) {
  const registry = agingRegistry(ageMs);
  const bus = cuttable(createMemoryBus());
  const chat = chatOver(db, { NODE_LEASE_MS: String(leaseMs), PRESENCE_GRACE_MS: '0' }, bus, registry);
  const people = [await person(chat, 'ann'), await person(chat, 'ben'), await person(chat, 'dora'), await person(chat, 'eve')] as const;
  const [first, ...others] = people;
  await groupOf(chat, first, ...others);
  const access = { deviceKind: 'WEB', expiresAt: new Date('2999-01-01'), role: 'USER', bot: false } as const;
  const connect = (who: Viewer) => chat.presence.connect({ ...access, ...who }, () => undefined);
  return { registry, bus, chat, people, connect };
}

const [online, offline] = [{ status: 'ONLINE' }, { status: 'OFFLINE' }];
const unavailable = expect.objectContaining({ code: 'UNAVAILABLE', retryable: true, retryAfterMs: expect.any(Number) });
const document = 'query ($userIds: [ID!]!) { presence(userIds: $userIds) { status } }';

test('after an interruption, a query shows who is online, and nobody as offline before all nodes have told who is connected', async () => {
  await using db = await sqliteDb();
  const { registry, bus, chat, people, connect } = await scene(db, Number.POSITIVE_INFINITY);
  await using _chat = chat;
  const [ann, ben, dora, eve] = people;
  for (const here of [ben, dora, eve]) connect(here);
  await chat.presence.choose(dora, { choice: 'INVISIBLE' });
  await chat.blocks.block(eve, { userId: ann.userId });
  const userIds = [ben, ann, dora, eve].map(({ userId }) => formatId('User', userId));
  const shown = () => ask(chat, ann, document, { userIds });
  const settled = { data: { presence: [online, offline, offline, offline] }, errors: [] };
  const unsettled = { data: { presence: [online, null, null, null] }, errors: [unavailable, unavailable, unavailable] };
  expect(await shown()).toEqual(settled);
  // Redis came back empty.
  registry.ageMs = 0;
  bus.cut();
  expect(await shown()).toEqual(unsettled);
  bus.mend();
  expect(await shown()).toEqual(unsettled);
  registry.ageMs = leaseMs;
  expect(await shown()).toEqual(settled);
});

describe('a subscription, while nobody can be shown as offline after an interruption', () => {
  /** Resolves when the node has asked some more times whether the roster can be trusted. */
  async function asksInVain(registry: ReturnType<typeof agingRegistry>): Promise<void> {
    const before = registry.beats;
    await expect.poll(() => registry.beats).toBeGreaterThan(before + 12);
  }

  test('shows who is online, and later all others at once: who is gone, invisible, or has blocked the viewer', async () => {
    await using db = await sqliteDb();
    const { registry, chat, people, connect } = await scene(db, 0);
    await using _chat = chat;
    const [ann, ben, dora, eve] = people;
    for (const here of [ann, dora, eve]) connect(here);
    await chat.presence.choose(dora, { choice: 'INVISIBLE' });
    await chat.blocks.block(eve, { userId: ann.userId });
    const watch = chat.presence.watch(ann, { userIds: people.map(({ userId }) => userId), signal: new AbortController().signal });
    expect(await watch.next()).toMatchObject({ value: { userId: ann.userId, status: 'ONLINE' } });
    await asksInVain(registry);
    expect(watch.poll()).toBeUndefined();
    registry.ageMs = leaseMs;
    const shown = [await watch.next(), await watch.next(), await watch.next()].map(({ value }) => [value?.userId, value?.status]);
    expect(shown.toSorted()).toEqual([ben, dora, eve].map(({ userId }) => [userId, 'OFFLINE']).toSorted());
    await watch.return();
  });

  test('shows at once who becomes invisible or blocks the viewer, and later who is gone', async () => {
    await using db = await sqliteDb();
    const { registry, chat, people, connect } = await scene(db, Number.POSITIVE_INFINITY);
    await using _chat = chat;
    const [ann, ben, dora, eve] = people;
    const held = [ben, dora, eve].map(connect);
    const watch = chat.presence.watch(ann, { userIds: [ben, dora, eve].map(({ userId }) => userId), signal: new AbortController().signal });
    for (let n = 0; n < 3; n += 1) expect(await watch.next()).toMatchObject({ value: online });
    registry.ageMs = 0;
    held[0]?.[Symbol.dispose]();
    await chat.presence.choose(dora, { choice: 'INVISIBLE' });
    expect(await watch.next()).toMatchObject({ value: { userId: dora.userId, ...offline } });
    await chat.blocks.block(eve, { userId: ann.userId });
    expect(await watch.next()).toMatchObject({ value: { userId: eve.userId, ...offline } });
    await asksInVain(registry);
    expect(watch.poll()).toBeUndefined();
    registry.ageMs = leaseMs;
    expect(await watch.next()).toMatchObject({ value: { userId: ben.userId, ...offline } });
    await watch.return();
  });
});
