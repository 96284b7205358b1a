import { afterAll, beforeAll, expect, it } from 'vitest';
import { allOf } from '../../src/all-of.ts';
import { type EventPartsFragment, SendMessageDocument } from '../support/generated/graphql.ts';
import { type NodeProcess, startNodeProcess } from '../support/node-process.ts';
import { randomFrom } from '../support/random.ts';
import { realStores } from '../support/stores.ts';
import { createSubscriber, type Subscriber } from '../support/subscriber.ts';
import { type Doings, type Person, peopleOf } from '../support/world.ts';

const open = new AsyncDisposableStack();
let first: NodeProcess;
let second: NodeProcess;

beforeAll(async () => {
  const stores = open.use(await realStores());
  const env = { ...stores.env, ADDRESS_ATTEMPTS: '1000' };
  ({ first, second } = await allOf(open, { first: startNodeProcess(env), second: startNodeProcess(env) }));
});
afterAll(() => open.disposeAsync());

function on({ url }: NodeProcess): Doings {
  return peopleOf(() => url);
}

async function subscriberOf({ positions }: Doings, person: Person): Promise<Subscriber> {
  return createSubscriber(person.token, await positions(person));
}

function texts({ received }: Subscriber): readonly string[] {
  return received.flatMap((event) => (event.__typename === 'MessageSent' ? [event.messageEdge?.node.text ?? ''] : []));
}

function isText(text: string) {
  return (event: EventPartsFragment): boolean => event.__typename === 'MessageSent' && event.messageEdge?.node.text === text;
}

/** Returns true from the n-th call on. */
function after(n: number): () => boolean {
  let asked = 0;
  return () => {
    asked += 1;
    return asked > n;
  };
}

// Enough that every subscriber connects dozens of times, few enough for two cores.
const senders = 20;
const messagesEach = 100;
const subscribers = 5;
// A subscriber disconnects after at most this many events.
const longestVisit = 60;

it('twenty senders on two nodes reach five reconnecting subscribers: every message once, in order', async () => {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31) + 1);
  const random = randomFrom(seed);
  const nodes = [first, second] as const;
  const doings = [on(first), on(second)] as const;
  const people: Person[] = [];
  // Some at a time: while a node has just started on a busy machine, it refuses more sign-ups than it can hash passwords for.
  while (people.length < senders + subscribers) people.push(...(await doings[0].people('user', 'user', 'user', 'user', 'user')));
  const [owner, ...members] = people;
  if (owner === undefined) throw new Error('nobody');
  const group = await doings[0].group(owner, ...members);
  const hearing = await Promise.all(people.slice(senders).map((one) => subscriberOf(doings[1], one)));

  let sending = true;
  const sent = Promise.all(
    people.slice(0, senders).map(async (sender, s) => {
      for (let n = 0; n < messagesEach; n += 1) await doings[(s + n) % 2 === 0 ? 0 : 1].say(sender, group, `${s}/${n}`);
    }),
  ).finally(() => {
    sending = false;
  });
  const heard = hearing.map(async (subscriber) => {
    while (sending) {
      const enough = after(Math.floor(random() * longestVisit));
      await subscriber.attend(nodes[random() < 0.5 ? 0 : 1].url, enough);
    }
  });
  await sent;
  // Subscribers that wait for one more event receive it now. Then all read to the same end.
  await doings[1].say(owner, group, 'the end');
  for (let n = 0; n < longestVisit; n += 1) await doings[0].say(owner, group, `epilogue ${n}`);
  await Promise.all(heard);
  await Promise.all(
    hearing.map(
      (subscriber) =>
        subscriber.received.some(isText(`epilogue ${longestVisit - 1}`)) ||
        subscriber.attend(first.url, isText(`epilogue ${longestVisit - 1}`)),
    ),
  );

  const expected = new Set([
    ...Array.from({ length: senders }, (_, s) => Array.from({ length: messagesEach }, (_, n) => `${s}/${n}`)).flat(),
    'the end',
    ...Array.from({ length: longestVisit }, (_, n) => `epilogue ${n}`),
  ]);
  for (const subscriber of hearing) {
    const seqs = subscriber.received.filter(({ streamId }) => streamId === group).map(({ seq }) => seq);
    const start = seqs[0] ?? 0;
    expect(seqs, `seed ${seed}`).toEqual(seqs.map((_, n) => start + n));
    expect(texts(subscriber).length, `seed ${seed}`).toBe(expected.size);
    expect(new Set(texts(subscriber)), `seed ${seed}`).toEqual(expected);
  }
}, 120_000);

it('of twenty duplicates that race on two nodes, one message is stored', async () => {
  const [here, there] = [on(first), on(second)];
  const [ann, ben] = await here.people('ann', 'ben');
  const group = await here.group(ann, ben);
  const input = { conversationId: group, clientMessageId: 'only-once', text: 'once' };
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? here : there).ask(SendMessageDocument, { input }, ann)),
  );
  expect(new Set(answers.map(({ sendMessage }) => sendMessage.messageEdge?.node.id)).size).toBe(1);
  expect(answers.flatMap(({ sendMessage }) => sendMessage.errors)).toEqual([]);
  expect(await here.say(ann, group, 'next')).toMatchObject({ seq: 4 });
});

// The last, because it kills a node.
it('messages arrive on the other node, both ways, and a subscriber of a killed node resumes elsewhere', async () => {
  const [here, there] = [on(first), on(second)];
  const [[ann], [ben]] = [await here.people('ann'), await there.people('ben')];
  const group = await here.group(ann, ben);
  const [annHears, benHears] = [await subscriberOf(here, ann), await subscriberOf(there, ben)];

  const both = [annHears.attend(first.url, isText('from ben')), benHears.attend(second.url, isText('from ann'))];
  await here.say(ann, group, 'from ann');
  await there.say(ben, group, 'from ben');
  await Promise.all(both);

  const cut = expect(benHears.attend(second.url, () => false)).rejects.toThrow();
  await second.end('SIGKILL');
  await cut;
  await here.say(ann, group, 'while away');
  const resumed = benHears.attend(first.url, isText('at last'));
  await here.say(ann, group, 'at last');
  await resumed;
  expect(texts(benHears).filter((text) => text !== 'from ben')).toEqual(['from ann', 'while away', 'at last']);
  expect(new Set(texts(benHears)).size).toBe(texts(benHears).length);
});
