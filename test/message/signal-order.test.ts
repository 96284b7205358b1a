import { afterAll, beforeAll, expect, it } from 'vitest';
import { readConfig } from '../../src/config/index.ts';
import { parseHint, streamTopic } from '../../src/log/index.ts';
import { SignalTeller } from '../../src/message/signal.ts';
import { type TalkWorld, talkOn } from '../group/talk-world.ts';
import { sqliteDb } from '../support/db.ts';

let world: TalkWorld;
beforeAll(async () => {
  world = talkOn(await sqliteDb());
});
afterAll(() => world[Symbol.asyncDispose]());

it('a signal waits for the user’s earlier signal whose recipients are still being read, and not for other users’ signals', async () => {
  const [ada, bob] = await world.people();
  const conversationId = await world.group(ada, bob);
  const read = Promise.withResolvers<void>();
  const { db, bus } = world;
  // Memberships are read late for signals with recipients.
  const groups: TalkWorld['groups'] = {
    ...world.groups,
    async memberships(refs) {
      if (refs.length > 1) await read.promise;
      return world.groups.memberships(refs);
    },
  };
  const teller = new SignalTeller({ db, bus, groups, config: readConfig({}) });
  const heard: string[] = [];
  await bus.subscribe(streamTopic(conversationId), (text) => {
    const hint = parseHint(conversationId, text);
    if (hint?.kind === 'signal') heard.push(hint.name);
  });
  const tell = (name: string, recipientIds?: readonly bigint[]) =>
    teller.tell(ada, { conversationId, name, data: undefined, recipientIds });
  const sent = [tell('first', [bob.userId]), tell('refused', [9_000_000_000n]).catch(() => 'refused'), tell('last')];
  await teller.tell(bob, { conversationId, name: 'other', data: undefined, recipientIds: undefined });
  expect(heard).toEqual(['other']);
  read.resolve();
  expect(await Promise.all(sent)).toEqual([undefined, 'refused', undefined]);
  expect(heard).toEqual(['other', 'first', 'last']);
});
