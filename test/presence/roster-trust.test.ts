import { expect, test } from 'vitest';
import { formatId } from '../../schema/ids.ts';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import { createMemoryRegistry } from '../../src/cluster/registry.memory.ts';
import { ask } from '../schema/asking.ts';
import { chatOver } from '../support/chat.ts';
import { sqliteDb } from '../support/db.ts';
import { groupOf, person } from '../support/people.ts';
import { cuttable } from './cuttable.ts';

test('after an interruption, a query shows who is online, and nobody as offline before all nodes have told who is connected', async () => {
  await using db = await sqliteDb();
  const registry = createMemoryRegistry();
  let ageMs = Number.POSITIVE_INFINITY;
  const aging: typeof registry = {
    ...registry,
    async beat(record) {
      const answer = await registry.beat(record);
      return 'fencedBy' in answer ? answer : { ...answer, ageMs };
    },
  };
  const bus = cuttable(createMemoryBus());
  await using chat = chatOver(db, { NODE_LEASE_MS: '200' }, bus, aging);
  const [ann, ben, dora, eve] = [
    await person(chat, 'ann'),
    await person(chat, 'ben'),
    await person(chat, 'dora'),
    await person(chat, 'eve'),
  ];
  await groupOf(chat, ann, ben, dora, eve);
  const access = { deviceKind: 'WEB', expiresAt: new Date('2999-01-01'), role: 'USER', bot: false } as const;
  for (const here of [ben, dora, eve]) chat.presence.connect({ ...access, ...here }, () => undefined);
  await chat.presence.choose(dora, { choice: 'INVISIBLE' });
  await chat.blocks.block(eve, { userId: ann.userId });
  const userIds = [ben, ann, dora, eve].map(({ userId }) => formatId('User', userId));
  const shown = () => ask(chat, ann, 'query ($userIds: [ID!]!) { presence(userIds: $userIds) { status } }', { userIds });

  const [online, offline] = [{ status: 'ONLINE' }, { status: 'OFFLINE' }];
  const settled = { data: { presence: [online, offline, offline, offline] }, errors: [] };
  const unavailable = expect.objectContaining({ code: 'UNAVAILABLE', retryable: true, retryAfterMs: expect.any(Number) });
  const unsettled = { data: { presence: [online, null, null, null] }, errors: [unavailable, unavailable, unavailable] };
  expect(await shown()).toEqual(settled);
  // Redis came back empty.
  ageMs = 0;
  bus.cut();
  expect(await shown()).toEqual(unsettled);
  bus.mend();
  expect(await shown()).toEqual(unsettled);
  ageMs = 200;
  expect(await shown()).toEqual(settled);
});
