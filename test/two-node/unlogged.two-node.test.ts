import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { allOf } from '../../src/all-of.ts';
import { RemoveMemberDocument, SendSignalDocument, SetTypingDocument } from '../support/generated/graphql.ts';
import { type NodeProcess, startNodeProcess } from '../support/node-process.ts';
import { realStores } from '../support/stores.ts';
import { type Doings, type Person, peopleOf } from '../support/world.ts';
import { type Ear, earOnSocket, earOnStream } from './ear.ts';

// Typing times out within the test on one node, and long after it on the other.
const open = new AsyncDisposableStack();
let brief: NodeProcess;
let lasting: NodeProcess;
let here: Doings;
const ears: Ear[] = [];

beforeAll(async () => {
  const { env } = open.use(await realStores());
  ({ brief, lasting } = await allOf(open, {
    brief: startNodeProcess({ ...env, TYPING_MS: '500' }),
    lasting: startNodeProcess({ ...env, TYPING_MS: '60000' }),
  }));
  here = peopleOf(() => lasting.url);
});
afterEach(() => {
  for (const ear of ears.splice(0)) ear.stop();
});
afterAll(() => open.disposeAsync());

async function listen(node: NodeProcess, person: Person): Promise<Ear> {
  const ear = await earOnSocket({ url: node.url, token: person.token });
  ears.push(ear);
  return ear;
}

async function type(on: Doings, person: Person, conversationId: string, typing: boolean): Promise<void> {
  const { setTyping } = await on.ask(SetTypingDocument, { input: { conversationId, typing } }, person);
  expect(setTyping.errors).toEqual([]);
}

/** Returns what arrives up to the next TypingChanged or message: whether they type, and the types of other events. */
async function next(ear: Ear): Promise<readonly unknown[]> {
  const events = await ear.hear(({ __typename }) => __typename === 'TypingChanged' || __typename === 'MessageSent');
  return events.map((event) => (event.__typename === 'TypingChanged' ? event.typing : event.__typename));
}

it.each([
  ['the node of the watcher', () => lasting],
  ['another node', () => brief],
])('typing on %s is shown until the user stops or sends a message, and never on their own devices', async (_where, node) => {
  const on = peopleOf(() => node().url);
  const [ann, ben] = await here.people('ann', 'ben');
  const id = await here.group(ann, ben);
  // Nothing ends by its time-out there.
  const bens = await listen(lasting, ben);
  const own = [await listen(brief, ann), await listen(lasting, ann)];
  await type(on, ann, id, true);
  expect(await next(bens)).toEqual([true]);
  await type(on, ann, id, false);
  expect(await next(bens)).toEqual([false]);
  await type(on, ann, id, true);
  expect(await next(bens)).toEqual([true]);
  await on.say(ann, id, 'typed');
  expect([await next(bens), await next(bens)]).toEqual([['MessageSent'], [false]]);
  for (const ear of own) expect(await next(ear)).toEqual(['MessageSent']);
});

it('typing on one node is shown on another, and each node ends it by itself after its time-out', async () => {
  const [ann, ben] = await here.people('ann', 'ben');
  const id = await here.group(ann, ben);
  const [there, patient] = [await listen(brief, ben), await listen(lasting, ben)];
  await type(here, ann, id, true);
  expect([await next(there), await next(there)]).toEqual([[true], [false]]);
  expect(await next(patient)).toEqual([true]);
  await type(here, ann, id, false);
  expect(await next(patient)).toEqual([false]);
});

/** Returns the names of signals, and the types of other events, up to the next message. */
async function heard(ear: Ear): Promise<readonly string[]> {
  const events = await ear.hear(({ __typename }) => __typename === 'MessageSent');
  return events.map((event) => (event.__typename === 'SignalReceived' ? event.name : event.__typename));
}

it('a signal that is sent on one node arrives on all nodes, at its recipients only', async () => {
  const [ann, ben, cat, dan] = await here.people('ann', 'ben', 'cat', 'dan');
  const [id, rest] = [await here.group(ann, ben, cat, dan), await here.group(ann, ben, cat, dan)];
  const ears = await Promise.all([
    earOnSocket({ url: lasting.url, token: ann.token }),
    earOnSocket({ url: brief.url, token: ann.token }),
    earOnSocket({ url: brief.url, token: ben.token }),
    earOnStream({ url: brief.url, token: cat.token, conversationId: id }),
    earOnSocket({ url: brief.url, token: dan.token }),
  ]);
  const signal = async (name: string, recipientIds?: readonly string[]) => {
    const { sendSignal } = await here.ask(SendSignalDocument, { input: { conversationId: id, name, data: { a: [1] }, recipientIds } }, ann);
    expect(sendSignal.errors).toEqual([]);
  };
  await here.ask(RemoveMemberDocument, { input: { groupId: id, userId: dan.id } }, ann);
  for (const name of ['ring', 'ring-again']) await signal(name);
  await signal('offer', [ben.id]);
  await here.say(ann, id, 'over');
  await here.say(ann, rest, 'over');
  const [own, far, bens, cats, dans] = await Promise.all(ears.map((ear) => heard(ear)));
  for (const ownOnes of [own, far]) expect(ownOnes).toEqual(['MemberLeft', 'ring', 'ring-again', 'offer', 'MessageSent']);
  expect(bens).toEqual(['MemberLeft', 'ring', 'ring-again', 'offer', 'MessageSent']);
  expect(cats).toEqual(['MemberLeft', 'ring', 'ring-again', 'MessageSent']);
  expect(dans).toEqual(['ConversationClosed', 'MessageSent']);
  for (const ear of ears) ear.stop();
});
