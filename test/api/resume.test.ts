import { expect, it } from 'vitest';
import { AddMembersDocument, type EventPartsFragment, LeaveGroupDocument } from '../support/generated/graphql.ts';
import { randomFrom } from '../support/random.ts';
import { createSubscriber, type Subscriber } from '../support/subscriber.ts';
import { given, world } from '../support/world.ts';

const chat = world();

function textsIn({ received }: Subscriber, streamId: string): readonly string[] {
  return received.flatMap((event) =>
    event.__typename === 'MessageSent' && event.streamId === streamId ? [given(event.messageEdge, []).node.text] : [],
  );
}

function seqsOf({ received }: Subscriber, id: string): readonly number[] {
  return received.flatMap(({ streamId, seq }) => (streamId === id ? [seq] : []));
}

function isText(text: string): (event: EventPartsFragment) => boolean {
  return (event) => event.__typename === 'MessageSent' && event.messageEdge?.node.text === text;
}

// Few enough for a second or two, and enough that the client reconnects a dozen times.
const messagesEach = 60;

it('a client that reconnects from its positions gets every entry of every stream once, in order', async () => {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31) + 1);
  const random = randomFrom(seed);
  const [ann, ben, cat] = await chat.people('ann', 'ben', 'cat');
  const [group, direct] = [await chat.group(ann, ben, cat), await chat.direct(ann, ben)];
  const start = await chat.positions(ben);
  const client = createSubscriber(ben.token, start);

  let sending = true;
  const numbers = Array.from({ length: messagesEach }, (_, n) => n);
  const sent = Promise.all([
    chat.sayAll(
      ann,
      group,
      numbers.map((n) => `ann ${n}`),
    ),
    chat.sayAll(
      cat,
      group,
      numbers.map((n) => `cat ${n}`),
    ),
    chat.sayAll(
      ann,
      direct,
      numbers.map((n) => `direct ${n}`),
    ),
  ]).finally(() => {
    sending = false;
  });
  const coming = (async () => {
    while (sending) {
      let left = Math.floor(random() * 25);
      await client.attend(chat.url, () => {
        left -= 1;
        return left < 0;
      });
    }
  })();
  // A conversation that opens between two connections is found at the next one.
  const late = await chat.group(cat, ben);
  await chat.say(cat, late, 'in between');
  await sent;
  // A client that waits for more events than there were gets these now.
  await chat.sayAll(
    ann,
    group,
    Array.from({ length: 30 }, (_, n) => `more ${n}`),
  );
  await coming;
  await chat.say(cat, late, 'the end');
  await client.attend(chat.url, isText('the end'));

  const context = `seed ${seed}`;
  expect(textsIn(client, direct), context).toEqual(numbers.map((n) => `direct ${n}`));
  const inGroup = textsIn(client, group);
  expect(
    inGroup.filter((text) => text.startsWith('ann')),
    context,
  ).toEqual(numbers.map((n) => `ann ${n}`));
  expect(
    inGroup.filter((text) => text.startsWith('cat')),
    context,
  ).toEqual(numbers.map((n) => `cat ${n}`));
  expect(textsIn(client, late), context).toEqual(['in between', 'the end']);
  const heads = new Map((await chat.positions(ben)).map(({ streamId, seq }) => [streamId, seq]));
  for (const id of [group, direct, late, ben.id]) {
    // The client follows what it did not know from its beginning on.
    const from = start.find(({ streamId }) => streamId === id)?.seq ?? 0;
    const count = (heads.get(id) ?? 0) - from;
    expect(count, context).toBeGreaterThan(0);
    expect(seqsOf(client, id), context).toEqual(Array.from({ length: count }, (_, n) => from + 1 + n));
  }
});

it('a client that left and rejoined in between continues from the new joining', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const group = await chat.group(ann, ben);
  const client = createSubscriber(ben.token, await chat.positions(ben));
  const first = client.attend(chat.url, isText('one'));
  await chat.say(ann, group, 'one');
  await first;
  await chat.ask(LeaveGroupDocument, { input: { groupId: group } }, ben);
  await chat.say(ann, group, 'while out');
  await chat.ask(AddMembersDocument, { input: { groupId: group, userIds: [ben.id] } }, ann);
  await chat.say(ann, group, 'two');
  const resyncs: string[] = [];
  await client.attend(chat.url, (event) => {
    if (event.__typename === 'ResyncRequired') resyncs.push(event.resyncReason);
    return isText('two')(event);
  });
  expect(resyncs).toEqual(['REJOINED']);
  expect(textsIn(client, group)).toEqual(['one', 'two']);
});
