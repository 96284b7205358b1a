import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  ConnectionHandler,
  type Environment,
  type RecordSourceSelectorProxy,
  requestSubscription,
  type SelectorStoreUpdater,
} from 'relay-runtime';
import { describe, expect, it, onTestFinished } from 'vitest';
import { memoryPositions } from '../../../client/index.ts';
import type { ResumeSubscribeOptions } from '../../../client/relay.ts';
import { createNode } from '../../../gateway/node.ts';
import { readConfig } from '../../../src/config/index.ts';
import { EditMessageDocument, RecallMessageDocument } from '../../support/generated/graphql.ts';
import { freshStores } from '../../support/stores.ts';
import { given, type Person, peopleOf } from '../../support/world.ts';
import { cuttableWorld } from '../cuttable-world.ts';
import { socketTo } from '../follower.ts';
import messagesFragment, { type chatMessages_conversation$data } from './__generated__/chatMessages_conversation.graphql.ts';
import messagesQuery from './__generated__/chatMessagesQuery.graphql.ts';
import watchOne, { type chatWatchOneSubscription } from './__generated__/chatWatchOneSubscription.graphql.ts';
import watch, { type chatWatchSubscription } from './__generated__/chatWatchSubscription.graphql.ts';
import { environmentOf } from './environment.ts';
import { page } from './paged.ts';

type Message = chatMessages_conversation$data['messages']['edges'][number]['node'];

const chat = cuttableWorld();

function environmentFor(person: Person, url: string, options: ResumeSubscribeOptions = {}): Environment {
  const { subscribe } = socketTo(url, () => person.token);
  return environmentOf({ url, person, subscribe, options: { random: () => 0, ...options } });
}

async function newestOf(environment: Environment, id: string, last = 3) {
  const shown = { query: messagesQuery, variables: { id, last }, field: 'conversation', fragment: messagesFragment };
  const list = await page<Message>(environment, shown);
  return { ...list, texts: () => list.nodes().map(({ text }) => text) };
}

/** Follows everything. `ready()` counts the StreamReady events. */
function follow(environment: Environment, updater: SelectorStoreUpdater<chatWatchSubscription['response']> = intoLists) {
  let ready = 0;
  const { promise: ended, resolve: onError } = Promise.withResolvers<Error>();
  const { dispose } = requestSubscription<chatWatchSubscription>(environment, {
    subscription: watch,
    variables: {},
    updater,
    onNext(data) {
      if (data?.events.__typename === 'StreamReady') ready += 1;
    },
    onError,
  });
  onTestFinished(dispose);
  return { ready: () => ready, ended, dispose };
}

/** Appends each message to its conversation, if the end of that is shown. */
function intoLists(store: RecordSourceSelectorProxy): void {
  const event = store.getRootField('events');
  const [edge, conversation] = [event?.getLinkedRecord('messageEdge'), event?.getLinkedRecord('conversation')];
  const list = conversation && ConnectionHandler.getConnection(conversation, 'Conversation_messages');
  if (!edge || !list || list.getLinkedRecord('pageInfo')?.getValue('hasNextPage')) return;
  const id = edge.getLinkedRecord('node')?.getDataID();
  if (list.getLinkedRecords('edges')?.some((one) => one.getLinkedRecord('node')?.getDataID() === id)) return;
  const built = ConnectionHandler.buildConnectionEdge(store, list, edge);
  if (built) ConnectionHandler.insertEdgeAfter(list, built);
}

describe('with Relay', () => {
  it('one conversation stays up to date, each message once, however often the connection is cut', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await chat.group(ann, ben);
    const { seq } = await chat.say(ann, group, 'before');
    const environment = environmentFor(ben, chat.link.url);
    const list = await newestOf(environment, group);
    const { dispose } = requestSubscription<chatWatchOneSubscription>(environment, {
      subscription: watchOne,
      variables: { id: group, after: seq, connections: [list.id] },
    });
    onTestFinished(dispose);
    const texts = ['one', 'two', 'three', 'four', 'five', 'six'];
    let cuts = 0;
    for (const [n, text] of texts.entries()) {
      await chat.say(ann, group, text);
      await expect.poll(list.texts).toEqual(['before', ...texts.slice(0, n + 1)]);
      if (n % 2 === 1) cuts += chat.link.cut();
    }
    expect(cuts).toBeGreaterThan(2);
  });

  it('edits and recalls are shown through the id of the message alone', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await chat.group(ann, ben);
    const [first, second] = await chat.sayAll(ann, group, ['one', 'two']);
    const environment = environmentFor(ben, chat.url);
    const list = await newestOf(environment, group);
    const { ready } = follow(environment);
    await expect.poll(ready).toBe(1);
    await chat.ask(EditMessageDocument, { input: { messageId: given(first, []).id, text: 'won' } }, ann);
    await chat.ask(RecallMessageDocument, { input: { messageId: given(second, []).id } }, ann);
    await expect.poll(list.texts).toEqual(['won', '']);
    expect(list.nodes()).toMatchObject([{ editedAt: expect.any(String) }, { recalledAt: expect.any(String) }]);
  });

  it('every message is added to its list, across lost connections', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const [here, there] = [await chat.group(ann, ben), await chat.group(ann, ben)];
    const environment = environmentFor(ben, chat.link.url);
    const lists = [await newestOf(environment, here), await newestOf(environment, there)];
    const { ready } = follow(environment);
    await expect.poll(ready).toBe(1);
    await chat.say(ann, here, 'here');
    await chat.say(ben, there, 'there');
    await expect.poll(() => lists.map((list) => list.texts())).toEqual([['here'], ['there']]);
    chat.link.cut();
    await chat.say(ann, there, 'there too');
    await expect.poll(() => lists.map((list) => list.texts())).toEqual([['here'], ['there', 'there too']]);
    await expect.poll(ready).toBe(2);
  });

  it('an error of an updater ends the subscription, and the event comes again to the next environment', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await chat.group(ann, ben);
    const positions = memoryPositions(await chat.positions(ben));
    const failing = follow(environmentFor(ben, chat.url, { positions }), (store) => {
      if (store.getRootField('events').getType() === 'MessageSent') throw new Error('not now');
    });
    await expect.poll(failing.ready).toBe(1);
    const { seq } = await chat.say(ann, group, 'hello');
    expect(await failing.ended).toMatchObject({ message: 'not now' });
    // By then, the position would have moved.
    await nextTurn();
    expect(await positions.load()).toContainEqual(expect.objectContaining({ streamId: group, seq: seq - 1 }));
    const told: unknown[] = [];
    const next = environmentFor(ben, chat.url, { positions });
    const { ready } = follow(next, (store) => void told.push(store.getRootField('events').getType()));
    await expect.poll(ready).toBe(1);
    expect(told).toEqual(['MessageSent', 'StreamReady']);
  });

  it('a document that has only an id is refused with the reason', async () => {
    const [ben] = await chat.people('ben');
    const { promise: ended, resolve: onError } = Promise.withResolvers<Error>();
    const persisted = { ...watch, params: { ...watch.params, id: 'a hash', text: null } };
    const subscription = persisted as typeof watch;
    requestSubscription<chatWatchSubscription>(environmentFor(ben, chat.url), { subscription, variables: {}, onError });
    expect(String(await ended)).toMatch(/^DocumentError: chatWatchSubscription has an id .*include_query_text/);
  });

  it('a node that stops sends its subscribers to the next one, where they resume', async () => {
    const stores = await freshStores();
    onTestFinished(() => stores[Symbol.asyncDispose]());
    const env = { LOG_LEVEL: 'error', GRAPHIQL: 'false', ADMIN_PORT: 'off', ...stores.env };
    const first = await createNode(readConfig({ ...env, PORT: '0' }));
    const people = peopleOf(() => first.url);
    const [ann, ben] = await people.people('ann', 'ben');
    const group = await people.group(ann, ben);
    const environment = environmentFor(ben, first.url);
    const list = await newestOf(environment, group);
    const { ready } = follow(environment);
    await expect.poll(ready).toBe(1);
    await people.say(ann, group, 'before');
    await expect.poll(list.texts).toEqual(['before']);
    await first.close();
    await using second = await createNode(readConfig({ ...env, PORT: new URL(first.url).port }));
    await peopleOf(() => second.url).say(ann, group, 'after');
    await expect.poll(list.texts).toEqual(['before', 'after']);
  });
});
