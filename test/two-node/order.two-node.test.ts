import { expect, it } from 'vitest';
import { ask } from '../support/client.ts';
import {
  AddMembersDocument,
  CreateGroupDocument,
  type EventPartsFragment,
  MeDocument,
  SendMessageDocument,
  SignUpDocument,
} from '../support/generated/graphql.ts';
import { type NodeProcess, startNodeProcess } from '../support/node-process.ts';
import { randomFrom } from '../support/random.ts';
import { realStores } from '../support/stores.ts';
import { createSubscriber, type Subscriber } from '../support/subscriber.ts';

interface Person {
  readonly id: string;
  readonly token: string;
}

async function signUp({ url }: NodeProcess, handle: string): Promise<Person> {
  const { signUp } = await ask(url, SignUpDocument, { input: { handle, password: 'correct horse' } });
  const id = signUp.viewer?.user.id;
  if (id === undefined || !signUp.accessToken) throw new Error(`no sign-up: ${JSON.stringify(signUp.errors)}`);
  return { id, token: signUp.accessToken };
}

async function send({ url }: NodeProcess, { token }: Person, conversationId: string, text: string): Promise<number> {
  const { sendMessage } = await ask(url, SendMessageDocument, { input: { conversationId, clientMessageId: text, text } }, token);
  const seq = sendMessage.messageEdge?.node.seq;
  if (seq === undefined) throw new Error(`not sent: ${JSON.stringify(sendMessage.errors)}`);
  return seq;
}

async function groupOf({ url }: NodeProcess, owner: Person, members: readonly Person[]): Promise<string> {
  const { createGroup } = await ask(url, CreateGroupDocument, { input: { name: 'Everybody' } }, owner.token);
  const groupId = createGroup.group?.id ?? '';
  const { addMembers } = await ask(url, AddMembersDocument, { input: { groupId, userIds: members.map(({ id }) => id) } }, owner.token);
  expect(addMembers.errors).toEqual([]);
  return groupId;
}

async function subscriberOf({ url }: NodeProcess, { token }: Person): Promise<Subscriber> {
  const { viewer } = await ask(url, MeDocument, {}, token);
  return createSubscriber(token, viewer?.positions ?? []);
}

function texts({ received }: Subscriber): readonly string[] {
  return received.flatMap((event) => (event.__typename === 'MessageSent' ? [event.messageEdge?.node.text ?? ''] : []));
}

function isText(text: string) {
  return (event: EventPartsFragment): boolean => event.__typename === 'MessageSent' && event.messageEdge?.node.text === text;
}

/** True from the n-th time on that it is asked. */
function after(n: number): () => boolean {
  let asked = 0;
  return () => {
    asked += 1;
    return asked > n;
  };
}

it('what is sent on one node arrives on the other, both ways, and a subscriber of a killed node resumes elsewhere', async () => {
  await using stores = await realStores();
  // Both at once on an empty database: the migration lock lets one of them work and the other wait.
  const started = await Promise.all([startNodeProcess(stores.env), startNodeProcess(stores.env)]);
  await using first = started[0];
  await using second = started[1];
  const [ann, ben] = [await signUp(first, 'ann'), await signUp(second, 'ben')];
  const group = await groupOf(first, ann, [ben]);
  const [annHears, benHears] = [await subscriberOf(first, ann), await subscriberOf(second, ben)];

  const both = [annHears.attend(first.url, isText('from ben')), benHears.attend(second.url, isText('from ann'))];
  await send(first, ann, group, 'from ann');
  await send(second, ben, group, 'from ben');
  await Promise.all(both);

  const cut = benHears.attend(second.url, () => false);
  const refused = expect(cut).rejects.toThrow();
  await second.end('SIGKILL');
  await refused;
  await send(first, ann, group, 'while away');
  const resumed = benHears.attend(first.url, isText('at last'));
  await send(first, ann, group, 'at last');
  await resumed;
  expect(texts(benHears).filter((text) => text !== 'from ben')).toEqual(['from ann', 'while away', 'at last']);
  expect(new Set(texts(benHears)).size).toBe(texts(benHears).length);
});

// Enough that every subscriber comes and goes dozens of times, few enough for two cores.
const senders = 20;
const messagesEach = 125;
const subscribers = 5;

it('twenty senders on two nodes reach five subscribers that come and go: every message once, in order', async () => {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31) + 1);
  const random = randomFrom(seed);
  await using stores = await realStores();
  await using first = await startNodeProcess({ ...stores.env, ADDRESS_ATTEMPTS: '1000' });
  await using second = await startNodeProcess({ ...stores.env, ADDRESS_ATTEMPTS: '1000' });
  const nodes = [first, second] as const;
  const people = await Promise.all(Array.from({ length: senders + subscribers }, (_, n) => signUp(first, `user-${n}`)));
  const [owner, ...members] = people;
  if (owner === undefined) throw new Error('nobody');
  const group = await groupOf(first, owner, members);
  const hearing = await Promise.all(people.slice(senders).map((one) => subscriberOf(second, one)));

  let sending = true;
  const sent = Promise.all(
    people.slice(0, senders).map(async (sender, s) => {
      for (let n = 0; n < messagesEach; n += 1) await send(nodes[(s + n) % 2] ?? first, sender, group, `${s}/${n}`);
    }),
  ).finally(() => {
    sending = false;
  });
  const heard = hearing.map(async (subscriber) => {
    while (sending) {
      const enough = after(Math.floor(random() * 120));
      await subscriber.attend(nodes[random() < 0.5 ? 0 : 1].url, enough);
    }
  });
  await sent;
  // Whoever waits for one more event than there are gets it now; then each reads to the same end.
  const last = await send(second, owner, group, 'the end');
  for (let n = 0; n < 240; n += 1) await send(first, owner, group, `epilogue ${n}`);
  await Promise.all(heard);
  await Promise.all(
    hearing.map((subscriber) => subscriber.received.some(isText('epilogue 239')) || subscriber.attend(first.url, isText('epilogue 239'))),
  );

  const expected = new Set([
    ...Array.from({ length: senders }, (_, s) => Array.from({ length: messagesEach }, (_, n) => `${s}/${n}`)).flat(),
    'the end',
    ...Array.from({ length: 240 }, (_, n) => `epilogue ${n}`),
  ]);
  for (const subscriber of hearing) {
    const seqs = subscriber.received.filter(({ streamId }) => streamId === group).map(({ seq }) => seq);
    const start = seqs[0] ?? 0;
    expect(seqs, `seed ${seed}`).toEqual(seqs.map((_, n) => start + n));
    expect(texts(subscriber).length, `seed ${seed}`).toBe(expected.size);
    expect(new Set(texts(subscriber)), `seed ${seed}`).toEqual(expected);
  }
  expect(last).toBeGreaterThan(senders * messagesEach);
}, 120_000);
