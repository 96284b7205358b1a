import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { allOf } from '../../src/all-of.ts';
import { SetTypingDocument } from '../support/generated/graphql.ts';
import { type NodeProcess, startNodeProcess } from '../support/node-process.ts';
import { realStores } from '../support/stores.ts';
import { type Doings, type Person, peopleOf } from '../support/world.ts';
import { type Ear, earOnSocket } from './ear.ts';

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

async function type(person: Person, conversationId: string, typing: boolean): Promise<void> {
  const { setTyping } = await here.ask(SetTypingDocument, { input: { conversationId, typing } }, person);
  expect(setTyping.errors).toEqual([]);
}

/** Returns what arrives up to the next TypingChanged or message: whether they type, and the types of other events. */
async function next(ear: Ear): Promise<readonly unknown[]> {
  const events = await ear.hear(({ __typename }) => __typename === 'TypingChanged' || __typename === 'MessageSent');
  return events.map((event) => (event.__typename === 'TypingChanged' ? event.typing : event.__typename));
}

it('typing is shown until the user stops or sends a message, and never on their own device on another node', async () => {
  const [ann, ben] = await here.people('ann', 'ben');
  const id = await here.group(ann, ben);
  const bens = await listen(lasting, ben);
  const own = await listen(brief, ann);
  await type(ann, id, true);
  expect(await next(bens)).toEqual([true]);
  await type(ann, id, false);
  expect(await next(bens)).toEqual([false]);
  await type(ann, id, true);
  expect(await next(bens)).toEqual([true]);
  await here.say(ann, id, 'typed');
  expect([await next(bens), await next(bens)]).toEqual([['MessageSent'], [false]]);
  // Nothing of it is sent to the user's own devices, on any node.
  expect(await next(own)).toEqual(['MessageSent']);
});

it('typing on one node is shown on another, and each node ends it by itself after its time-out', async () => {
  const [ann, ben] = await here.people('ann', 'ben');
  const id = await here.group(ann, ben);
  const [there, patient] = [await listen(brief, ben), await listen(lasting, ben)];
  await type(ann, id, true);
  expect([await next(there), await next(there)]).toEqual([[true], [false]]);
  expect(await next(patient)).toEqual([true]);
  await type(ann, id, false);
  expect(await next(patient)).toEqual([false]);
});
