import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { type DocumentNode, parse } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { allOf } from '../../src/all-of.ts';
import { startProxy } from '../db/proxy.ts';
import { socketClient, subscribe } from '../support/client.ts';
import { HistoryDocument } from '../support/generated/graphql.ts';
import { startNodeProcess } from '../support/node-process.ts';
import { realStores } from '../support/stores.ts';
import { type Person, peopleOf } from '../support/world.ts';
import { earOnSocket } from './ear.ts';

// Now and then a node also asks for the database's time, and for changes of the app that is asked before a send. Those statements do not
// count.
const ofTheConversation = /\b(Stream|Entry|Message|Reply|Mention|Reaction|Pin|Conversation|Membership|User)\b/;

let nodes: Awaited<ReturnType<typeof twoNodes>>;

beforeAll(async () => {
  nodes = await twoNodes();
});
afterAll(() => nodes[Symbol.asyncDispose]());

/**
 * Starts two nodes on one database. From each `listening` on, the statements of the second one about conversations and users are
 * collected in `asked`.
 */
async function twoNodes() {
  await using opened = new AsyncDisposableStack();
  const stores = opened.use(await realStores());
  const place = new URL(stores.env['DATABASE_URL'] ?? '');
  const proxy = opened.use(await startProxy(Number(place.port)));
  place.port = String(proxy.port);
  const env = { ...stores.env, RECEIPT_MEMBERS: '2' };
  const { here, there } = await allOf(opened, {
    here: startNodeProcess(env),
    // Does not check heads by itself within the tests.
    there: startNodeProcess({ ...env, DATABASE_URL: place.href, HEAD_CHECK_MS: '600000', JOB_POLL_MS: '60000', ROLES: 'gateway' }),
  });
  const asked: string[] = [];
  function listening(): void {
    asked.length = 0;
    proxy.cutAfter = (bytes) => {
      const statement = bytes.toString('latin1');
      if (ofTheConversation.test(statement)) asked.push(statement);
      return false;
    };
  }
  const running = opened.move();
  return { url: there.url, asked, listening, ...peopleOf(() => here.url), [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** Expects that nothing was asked, and that a query that reads the conversation on the second node is noticed. */
async function expectNothingAsked(reader: Person, id: string) {
  const { url, asked } = nodes;
  expect(asked).toEqual([]);
  await peopleOf(() => url).ask(HistoryDocument, { id }, reader);
  expect(asked).toContainEqual(expect.stringContaining('Message'));
}

it('a message in a group is delivered on another node without a database query', async () => {
  const [ann, ben] = await nodes.people('ann', 'ben');
  const room = await nodes.group(ann, ben);
  const ear = await earOnSocket({ url: nodes.url, token: ben.token });
  nodes.listening();
  for (let n = 0; n < 5; n += 1) {
    const { seq } = await nodes.say(ann, room, `message ${n}`);
    const heard = await ear.hear((event) => event.__typename === 'MessageSent' && event.seq === seq);
    expect(heard.at(-1)).toMatchObject({ messageEdge: { node: { text: `message ${n}`, sender: { id: ann.id } } } });
  }
  await expectNothingAsked(ben, room);
  ear.stop();
});

it('many concurrent messages are delivered without a database query too, even if some have to wait for others', async () => {
  const [ann, ben] = await nodes.people('ann', 'ben');
  const room = await nodes.group(ann, ben);
  const ear = await earOnSocket({ url: nodes.url, token: ben.token });
  nodes.listening();
  const said = await Promise.all(Array.from({ length: 40 }, (_, n) => nodes.say(ann, room, `message ${n}`)));
  const last = Math.max(...said.map(({ seq }) => seq));
  const heard = await ear.hear((event) => event.__typename === 'MessageSent' && event.seq === last);
  expect(heard.filter(({ __typename }) => __typename === 'MessageSent')).toHaveLength(said.length);
  await expectNothingAsked(ben, room);
  ear.stop();
});

const source: DocumentNode = parse(`subscription { events { __typename ... on MessageSent {
  conversation { deliveredToAllSeq readByAllSeq } messageEdge { node { text delivery } } } } }`);
const withDelivery: TypedDocumentNode<{ readonly events: object }, Record<string, never>> = source;

it('delivery states in a group too large for receipts need no database query', async () => {
  const [ann, ben, cat] = await nodes.people('ann', 'ben', 'cat');
  const room = await nodes.group(ann, ben, cat);
  const client = socketClient(nodes.url, ben.token);
  const events = subscribe(client, withDelivery, {});
  const next = async () => (await events.next()).value?.data?.events;
  expect(await next()).toEqual({ __typename: 'StreamReady' });
  nodes.listening();
  for (let n = 0; n < 3; n += 1) {
    await nodes.say(ann, room, `message ${n}`);
    expect(await next()).toEqual({
      __typename: 'MessageSent',
      conversation: { deliveredToAllSeq: null, readByAllSeq: null },
      messageEdge: { node: { text: `message ${n}`, delivery: 'SENT' } },
    });
  }
  await expectNothingAsked(ben, room);
  client.terminate();
});
