import { expect, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { createSocketClient } from '../../client/graphql-ws.ts';
import { type FollowParts, followEvents, memoryPositions, type Status } from '../../client/index.ts';
import { ResumableDocument, type ResumableSubscription, type ResumableSubscriptionVariables } from '../support/generated/graphql.ts';
import type { Person } from '../support/world.ts';
import { type Followed, inWords, seqsOf, statesOf, textsOf } from './followed.ts';
import { tornWorld } from './torn.ts';

const chat = tornWorld();

type Choices = Partial<FollowParts<ResumableSubscription, ResumableSubscriptionVariables>>;

function follow(person: Pick<Person, 'token'>, choices: Choices = {}) {
  const client = createSocketClient({
    url: `${chat.link.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    token: () => person.token,
  });
  const [events, statuses]: [Followed[], Status[]] = [[], []];
  const positions = memoryPositions();
  const following = followEvents({
    document: ResumableDocument,
    subscribe: client.subscribe,
    positions,
    onEvent: (event) => void events.push(event),
    onStatus: (status) => void statuses.push(status),
    onHole: (hole) => expect.fail(`a hole: ${JSON.stringify(hole)}`),
    // No wait longer than the server asks for.
    random: () => 0,
    ...choices,
  });
  onTestFinished(async () => void (await following.stop()));
  return { following, events, statuses, positions, told: () => events.map(inWords), states: () => statesOf(statuses) };
}

it('each message comes once and in order, however often the connection is cut in between', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const [group, direct] = [await chat.group(ann, ben), await chat.direct(ann, ben)];
  let cuts = 0;
  const events: Followed[] = [];
  const { states } = follow(ben, {
    onEvent(event) {
      events.push(event);
      if (event.__typename === 'MessageSent' && events.length % 7 === 0) cuts += chat.link.cut();
    },
  });
  await expect.poll(states).toContain('live');
  const texts = Array.from({ length: 60 }, (_, n) => `message ${n}`);
  await Promise.all([chat.sayAll(ann, group, texts), chat.sayAll(ann, direct, texts)]);
  await expect.poll(() => textsOf(events)).toHaveLength(120);
  await chat.say(ann, group, 'the end');
  await expect.poll(() => textsOf(events).at(-1)).toBe('the end');
  expect(cuts).toBeGreaterThan(5);
  for (const id of [group, direct, ben.id]) {
    const seqs = seqsOf(events, id);
    expect(seqs).toEqual(seqs.map((_, n) => (seqs[0] ?? 0) + n));
  }
  expect(seqsOf(events, group)).toHaveLength(61);
  expect(states()).toEqual(expect.arrayContaining(['waiting', 'catching up']));
});
