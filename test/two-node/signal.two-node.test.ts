import { afterAll, beforeAll, expect, it } from 'vitest';
import { allOf } from '../../src/all-of.ts';
import { RemoveMemberDocument, SendSignalDocument } from '../support/generated/graphql.ts';
import { type NodeProcess, startNodeProcess } from '../support/node-process.ts';
import { realStores } from '../support/stores.ts';
import { type Doings, peopleOf } from '../support/world.ts';
import { type Ear, earOnSocket, earOnStream } from './ear.ts';

const open = new AsyncDisposableStack();
let one: NodeProcess;
let other: NodeProcess;
let here: Doings;

beforeAll(async () => {
  const { env } = open.use(await realStores());
  ({ one, other } = await allOf(open, { one: startNodeProcess({ ...env }), other: startNodeProcess({ ...env }) }));
  here = peopleOf(() => one.url);
});
afterAll(() => open.disposeAsync());

/** Returns the names of signals, and the types of other events, up to the next message. */
async function heard(ear: Ear): Promise<readonly string[]> {
  const events = await ear.hear(({ __typename }) => __typename === 'MessageSent');
  return events.map((event) => (event.__typename === 'SignalReceived' ? event.name : event.__typename));
}

it('a signal that is sent on one node arrives on all nodes, at its recipients only', async () => {
  const [ann, ben, cat, dan] = await here.people('ann', 'ben', 'cat', 'dan');
  const [id, rest] = [await here.group(ann, ben, cat, dan), await here.group(ann, ben, cat, dan)];
  const ears = await Promise.all([
    earOnSocket({ url: one.url, token: ann.token }),
    earOnSocket({ url: other.url, token: ann.token }),
    earOnSocket({ url: other.url, token: ben.token }),
    earOnStream({ url: other.url, token: cat.token, conversationId: id }),
    earOnSocket({ url: other.url, token: dan.token }),
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
