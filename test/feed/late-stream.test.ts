import pino from 'pino';
import { expect, it } from 'vitest';
import type { Bus } from '../../src/bus/index.ts';
import { createFeed } from '../../src/feed/create-feed.ts';
import { streamTopic } from '../../src/log/index.ts';
import { talkOn } from '../group/talk-world.ts';
import { sqliteDb } from '../support/db.ts';
import { inWords, listening } from '../support/people.ts';

/** The same bus, on which one topic's messages arrive only once `release` is called. */
function holdingBack(bus: Bus, topic: () => string | undefined): { readonly bus: Bus; release(): void } {
  const late: (() => void)[] = [];
  const subscribe: Bus['subscribe'] = (name, onMessage) =>
    bus.subscribe(name, (message) => {
      if (name === topic()) late.push(() => onMessage(message));
      else onMessage(message);
    });
  return {
    bus: { ...bus, subscribe },
    release() {
      for (const arrive of late.splice(0)) arrive();
    },
  };
}

it('delivers every stay of a member whose account tells of several before the conversation tells of the first’s end', async () => {
  await using world = talkOn(await sqliteDb());
  const [ann, ben] = await world.people();
  const group = await world.group(ann, ben);
  let heldBack: string | undefined = streamTopic(group);
  const slow = holdingBack(world.bus, () => heldBack);
  await using feed = createFeed({
    db: world.db,
    log: world.log,
    bus: slow.bus,
    logger: pino({ level: 'silent' }),
    config: { headCheckMs: 600_000, maxGap: 1_000, maxPositions: 1_000, subscriptionQueue: 512 },
  });
  const events = listening(feed.events(ben, { signal: new AbortController().signal }));
  await events.ready();

  for (const text of ['second stay', 'third stay']) {
    await world.groups.removeMember(ann, { groupId: group, userId: ben.userId });
    await world.say(ann, group, 'not for ben');
    await world.groups.addMembers(ann, { groupId: group, userIds: [ben.userId] });
    await world.say(ann, group, text);
  }
  const opened = (event: Parameters<typeof inWords>[0]) => inWords(event).endsWith('ConversationOpened');
  await events.until(opened);
  await events.until(opened);
  heldBack = undefined;
  slow.release();

  const seen = await events.until((event) => inWords(event).endsWith('third stay'));
  expect(seen.map(inWords)).toEqual(['5 MemberJoined', '6 MessageSent second stay', '9 MemberJoined', '10 MessageSent third stay']);
  events.stop();
});
