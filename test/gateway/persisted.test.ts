import { createHash, randomUUID } from 'node:crypto';
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client/core';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { Client, fetchExchange } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import { print } from 'graphql';
import { expect, it, onTestFinished } from 'vitest';
import { heldBytes } from '../support/bound.ts';
import { MeDocument, SendMessageDocument } from '../support/generated/graphql.ts';
import { world } from '../support/world.ts';

const chat = world();

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function named(text: string) {
  return { persistedQuery: { version: 1, sha256Hash: sha256(text) } };
}

/** The real fetch, which records whether each request had its document. */
function noting(): { readonly fetch: typeof fetch; readonly brought: boolean[] } {
  const brought: boolean[] = [];
  return {
    brought,
    fetch(input, init) {
      const { searchParams } = new URL(String(input));
      const body = init?.body ? JSON.parse(String(init.body)) : Object.fromEntries(searchParams);
      brought.push(Boolean(body.query));
      return fetch(input, init);
    },
  };
}

async function askByHash(body: object, { method = 'POST', token = '' } = {}) {
  const query = Object.entries(body).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]);
  const url = method === 'GET' ? `${chat.url}/graphql?${new URLSearchParams(query)}` : `${chat.url}/graphql`;
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const response = await fetch(url, { method, headers, ...(method === 'POST' && { body: JSON.stringify(body) }) });
  return { status: response.status, ...((await response.json()) as { readonly data?: unknown; readonly errors?: readonly object[] }) };
}

/** A document that no node has seen. */
function fresh(): string {
  return `query Fresh { __typename } # ${randomUUID()}`;
}

it('Apollo Client sends a document once, and then only its hash', async () => {
  const { fetch, brought } = noting();
  const persisted = new PersistedQueryLink({ sha256, useGETForHashedQueries: true });
  const link = ApolloLink.from([persisted, new HttpLink({ uri: `${chat.url}/graphql`, fetch })]);
  const client = new ApolloClient({ cache: new InMemoryCache(), link });
  onTestFinished(() => client.stop());
  const query = gql(`query Apollo${randomUUID().slice(0, 8)} { __typename }`);
  const ask = async () => (await client.query({ query, fetchPolicy: 'network-only' })).data;
  expect([await ask(), await ask()]).toEqual([{ __typename: 'Query' }, { __typename: 'Query' }]);
  expect(brought).toEqual([false, true, false]);
});

it('urql sends a document once, and then only its hash', async () => {
  const { fetch, brought } = noting();
  const exchanges = [persistedExchange({ generateHash: async (text) => sha256(text) }), fetchExchange];
  const client = new Client({ url: `${chat.url}/graphql`, fetch, exchanges });
  const ask = async () =>
    (await client.query(gql(`query Urql${'a'.repeat(9)} { __typename }`), {}, { requestPolicy: 'network-only' }).toPromise()).data;
  expect([await ask(), await ask()]).toEqual([{ __typename: 'Query' }, { __typename: 'Query' }]);
  expect(brought).toEqual([false, true, false]);
});

it('a mutation runs by its hash as the user who sends it, and not by GET', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const conversationId = await chat.direct(ann, ben);
  const query = print(SendMessageDocument);
  const extensions = named(query);
  const variables = { input: { conversationId, clientMessageId: randomUUID(), text: 'by hash' } };
  await askByHash({ query, extensions, variables });
  expect(await askByHash({ extensions, variables }, { method: 'GET', token: ann.token })).toMatchObject({ status: 405 });
  expect(await askByHash({ extensions, variables })).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  expect(await askByHash({ extensions, variables }, { token: ann.token })).toMatchObject({
    data: { sendMessage: { messageEdge: { node: { text: 'by hash' } } } },
  });
});

it('on a socket an empty document with a hash stands for the document with that hash', async () => {
  const [ann] = await chat.people('ann');
  const text = print(MeDocument);
  await askByHash({ query: text, extensions: named(text) });
  const { value } = await chat
    .socket(ann)
    .iterate({ query: '', extensions: named(text) })
    .next();
  expect(value).toMatchObject({ data: { viewer: { user: { id: ann.id } } } });
  const unseen = await chat
    .socket(ann)
    .iterate({ query: '', extensions: named(fresh()) })
    .next()
    .catch((errors: unknown) => errors);
  expect(unseen).toMatchObject([{ message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }]);
});

it('a document that is sent by its hash has the same limits', async () => {
  const tooMany = `query TooMany { ${Array.from({ length: 300 }, (_, n) => `a${n}: __typename`).join(' ')} }`;
  const refusal = { errors: [{ message: expect.stringContaining('more than 200 aliases'), extensions: { code: 'BAD_USER_INPUT' } }] };
  expect(await askByHash({ query: tooMany, extensions: named(tooMany) })).toMatchObject(refusal);
  expect(await askByHash({ extensions: named(tooMany) })).toMatchObject(refusal);
});

it('a hash is accepted with its own document only', async () => {
  const [text, other] = [fresh(), fresh()];
  const refusal = { status: 400, errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] };
  expect(await askByHash({ query: other, extensions: named(text) })).toMatchObject(refusal);
  expect(await askByHash({ extensions: named(text) })).toMatchObject({ errors: [{ extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }] });
});

it.each([
  ['another version', { version: 2, sha256Hash: sha256('{ a }') }],
  ['no version', { sha256Hash: sha256('{ a }') }],
  ['no hash', { version: 1 }],
  ['a hash that is no text', { version: 1, sha256Hash: [sha256('{ a }')] }],
  ['a text in its place', 'hash'],
])('a request that names its document by %s is a client error', async (_, persistedQuery) => {
  expect(await askByHash({ extensions: { persistedQuery } })).toMatchObject({
    status: 400,
    errors: [{ message: expect.stringContaining('persistedQuery'), extensions: { code: 'BAD_USER_INPUT' } }],
  });
});

it('a query that is not text is refused with a hash too', async () => {
  expect(await askByHash({ query: 7, extensions: named('7') })).toMatchObject({
    status: 400,
    errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
  });
});

it('a document that was cached from a URL does not keep the URL in memory', async () => {
  // They are cached as texts only, because they do not parse.
  const padding = 'x'.repeat(12_000);
  async function askOne(n: number): Promise<void> {
    // Without escapes, because decoding them would copy the text anyway.
    const text = `{thereIsNoSuchField${n}`;
    const extensions = encodeURIComponent(JSON.stringify(named(text)));
    expect((await fetch(`${chat.url}/graphql?query=${text}&extensions=${extensions}&padding=${padding}`)).status).toBe(200);
  }
  await Promise.all(Array.from({ length: 100 }, (_, n) => askOne(n)));
  const before = heldBytes();
  for (let n = 100; n < 2_100; n += 100) await Promise.all(Array.from({ length: 100 }, (_, m) => askOne(n + m)));
  // The URLs have 24 MB.
  expect(heldBytes() - before).toBeLessThan(10_000_000);
});
