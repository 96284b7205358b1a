import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { allOf } from '../../src/all-of.ts';
import { SetTypingDocument } from '../support/generated/graphql.ts';
import { type NodeProcess, startNodeProcess } from '../support/node-process.ts';
import { realStores } from '../support/stores.ts';
import { type Doings, type Person, peopleOf } from '../support/world.ts';
import { type Ear, earOnSocket } from './ear.ts';

// What ends by itself on the one node ends within the test, and on the other long after it.
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

/** What comes up to the next word of typing, or to a message: whether they type, and what else. */
async function next(ear: Ear): Promise<readonly unknown[]> {
  const events = await ear.hear(({ __typename }) => __typename === 'TypingChanged' || __typename === 'MessageSent');
  return events.map((event) => (event.__typename === 'TypingChanged' ? event.typing : event.__typename));
}

it('who types on one node is shown on all, and is done there too when they say so or send', async () => {
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
  // On their own devices, wherever these are, nothing of it is told.
  expect(await next(own)).toEqual(['MessageSent']);
});

it('each node lets it end by itself where no more is heard of it', async () => {
  const [ann, ben] = await here.people('ann', 'ben');
  const id = await here.group(ann, ben);
  const [there, patient] = [await listen(brief, ben), await listen(lasting, ben)];
  await type(ann, id, true);
  expect([await next(there), await next(there)]).toEqual([[true], [false]]);
  expect(await next(patient)).toEqual([true]);
  await type(ann, id, false);
  expect(await next(patient)).toEqual([false]);
});
