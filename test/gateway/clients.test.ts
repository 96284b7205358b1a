import { parse } from 'graphql';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MeDocument, SendMessageDocument, SignOutDocument } from '../support/generated/graphql.ts';
import { given, type Person, world } from '../support/world.ts';
import {
  apolloOverHttp,
  apolloOverSocket,
  graphqlSse,
  type Library,
  type LibraryClient,
  urqlOverHttp,
  urqlOverSocket,
} from './client-libraries.ts';
import { follow } from './following.ts';
import { openLab } from './lab.ts';
import { type OverheardFetch, overhear } from './overheard-fetch.ts';

// Pings so frequent that several come between any two events.
const chat = world({ STREAM_PING_MS: '50' });

interface Opened extends OverheardFetch {
  readonly client: LibraryClient;
}

async function open(library: Library, person: Pick<Person, 'token'> | null, url = chat.url): Promise<Opened> {
  const overheard = overhear();
  const client = await library({ url: `${url}/graphql`, token: person?.token ?? null, fetch: overheard.fetch });
  onTestFinished(() => client.close());
  return { client, ...overheard };
}

// The last two would end a part or an event if they were not encoded as JSON.
const texts = [
  'naïve 🐘 👩🏽‍🚀',
  'Привет',
  '你好，世界',
  'こんにちは',
  'שלום مرحبا',
  'नमस्ते',
  'one\r\n--graphql--\r\n',
  'two\n\nevent: complete\ndata:\n\n',
];

describe.each<[string, Library, string | number]>([
  ['Apollo Client over plain HTTP', apolloOverHttp, 'UNAUTHENTICATED'],
  ['Apollo Client over a WebSocket', apolloOverSocket, 4401],
  ['urql over plain HTTP', urqlOverHttp, 'UNAUTHENTICATED'],
  ['urql with subscriptions over a WebSocket', urqlOverSocket, 4401],
  ['graphql-sse', graphqlSse, 'UNAUTHENTICATED'],
])('%s', (_name, library, signedOut) => {
  it('runs queries and mutations', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const conversationId = await chat.group(ann, ben);
    const { client } = await open(library, ben);
    const { viewer } = await client.ask(MeDocument, {});
    expect(viewer?.user).toMatchObject({ id: ben.id, handle: ben.handle });
    const input = { conversationId, clientMessageId: 'one', text: 'from ben 🐘' };
    const { sendMessage } = await client.ask(SendMessageDocument, { input });
    expect(given(sendMessage.messageEdge, sendMessage.errors).node).toMatchObject({ text: 'from ben 🐘', clientMessageId: 'one' });
  });

  it('gets StreamReady and then messages as they are sent: in order, once each, in every script', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await chat.group(ann, ben);
    const { client } = await open(library, ben);
    const following = follow(client);
    await expect.poll(following.told).toEqual(['StreamReady']);
    await chat.sayAll(ann, group, texts);
    await expect.poll(following.told).toEqual(['StreamReady', ...texts]);
    await chat.say(ann, group, 'the end');
    await expect.poll(following.told).toEqual(['StreamReady', ...texts, 'the end']);
  });

  it('that resumes from its positions gets exactly what it missed, and then live events', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const [group, direct] = [await chat.group(ann, ben), await chat.direct(ann, ben)];
    const { client } = await open(library, ben);
    const first = follow(client);
    await expect.poll(first.told).toEqual(['StreamReady']);
    await chat.say(ann, group, 'seen');
    await expect.poll(first.told).toEqual(['StreamReady', 'seen']);
    first.leave();
    await chat.sayAll(ann, group, ['missed 1', 'missed 2']);
    await chat.say(ann, direct, 'missed 3');
    const second = follow(client, first.positions());
    await expect.poll(() => second.told().at(-1)).toBe('StreamReady');
    await chat.say(ann, group, 'live');
    await expect.poll(() => second.told().at(-1)).toBe('live');
    const told = second.told();
    expect(told.filter((text) => /^missed [12]$|^live$/.test(text))).toEqual(['missed 1', 'missed 2', 'live']);
    // Only entries of the same conversation have an order. Ben is shown the direct conversation with its first message.
    expect(told.slice(0, -2).toSorted()).toEqual(['ConversationOpened', 'missed 1', 'missed 2', 'missed 3']);
  });

  it('that unsubscribes ends its subscription on the server', async () => {
    await using lab = await openLab();
    const { client } = await open(library, null, lab.node.url);
    const started = Promise.withResolvers<void>();
    const leave = client.follow(parse('subscription { endless }'), {}, { next: () => started.resolve(), end: () => undefined });
    await started.promise;
    leave();
    await lab.gates.opened('endless returned');
  });

  it('that is signed out gets the reason', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await chat.group(ann, ben);
    const { client } = await open(library, ben);
    const following = follow(client);
    await expect.poll(following.told).toEqual(['StreamReady']);
    await chat.say(ann, group, 'before');
    await expect.poll(following.told).toEqual(['StreamReady', 'before']);
    await chat.ask(SignOutDocument, { input: {} }, ben);
    expect(await following.ended).toBe(signedOut);
    expect(following.told()).toEqual(['StreamReady', 'before']);
  });

  it('without a token gets UNAUTHENTICATED', async () => {
    const { client } = await open(library, null);
    const following = follow(client);
    expect(await following.ended).toBe('UNAUTHENTICATED');
    expect(following.told()).toEqual([]);
  });
});

describe.each([
  ['Apollo Client', apolloOverHttp, '\r\n\r\n{}\r\n--graphql'],
  ['urql', urqlOverHttp, '\n:\n\n'],
  ['graphql-sse', graphqlSse, '\n:\n\n'],
])('%s over plain HTTP', (_name, library, sign) => {
  it('ignores pings', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await chat.group(ann, ben);
    const { client, heard } = await open(library, ben);
    const following = follow(client);
    const signs = () => heard().split(sign).length - 1;
    for (const text of ['one', 'two']) {
      const before = signs();
      await expect.poll(signs).toBeGreaterThan(before + 2);
      await chat.say(ann, group, text);
      await expect.poll(() => following.told().at(-1)).toBe(text);
    }
    expect(following.told()).toEqual(['StreamReady', 'one', 'two']);
  });
});

it('urql sends its queries by GET', async () => {
  const [ben] = await chat.people('ben');
  const { client, requested } = await open(urqlOverHttp, ben);
  await client.ask(MeDocument, {});
  expect(requested()).toEqual(['GET']);
});
