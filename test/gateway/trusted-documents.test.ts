import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { print } from 'graphql';
import { type Client, createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../client/clock.ts';
import { httpSubscribe } from '../../client/http.ts';
import { followEvents } from '../../client/index.ts';
import { sessionRequests } from '../../client/session-request.ts';
import { createLogging } from '../../gateway/logger.ts';
import { hashOf, readTrustedDocuments } from '../../gateway/trusted-documents.ts';
import { schema } from '../../schema/index.ts';
import { ConfigError, readConfig } from '../../src/config/index.ts';
import { MeDocument, ResumableDocument, SignUpDocument } from '../support/generated/graphql.ts';
import { type NodeProcess, startNodeProcess } from '../support/node-process.ts';
import { password } from '../support/world.ts';

const [signUp, me] = [print(SignUpDocument), print(MeDocument)];
// Codegen writes another text than `print` makes of the document.
const watch = print(ResumableDocument).replace(/\s+/g, ' ');
const ready = 'subscription Ready { events { __typename } }';
const several =
  'query One { viewer { user { id } } } query Two { viewer { user { handle } } } subscription Three { events { __typename } }';
const unlisted = 'query Unlisted { viewer { user { handle } } }';
const untrusted = { errors: [{ extensions: { code: 'UNTRUSTED_DOCUMENT' } }] };

const deep = `query Deep { viewer { conversations(first: 1) { edges { node { ${'viewerLastMessage { conversation { '.repeat(6)}id${' } }'.repeat(6)} } } } } }`;

let dir: string;
let node: NodeProcess;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mpim-trusted-'));
  // As GraphQL Code Generator and relay-compiler write files, with any hash; as Apollo does; and one with a document of a later release.
  const own = await file('own.json', { [hashOf(signUp)]: signUp, 'a-name-of-its-own': me, 'sha256:watch': watch });
  const operations = [{ id: 'ready', name: 'Ready', type: 'subscription', body: ready }];
  const apollo = await file('apollo.json', { format: 'apollo-persisted-query-manifest', version: 1, operations });
  const later = await file('later.json', { later: 'query Later { thatIsNotThereYet }' });
  // As no tool writes them: names of JavaScript’s own properties, an empty name, and the hash of a text that is not listed.
  const odd = await file(
    'odd.json',
    `{"__proto__":${text(several)},"constructor":${text(me)},"":${text(me)},"${hashOf(unlisted)}":${text(me)}}`,
  );
  const large = await file('large.json', {
    tooDeep: deep,
    tooLong: `${me}# ${'x'.repeat(100_000)}`,
    tooMuch: `query Much { ${Array.from({ length: 3_400 }, (_, n) => `a${n}: __typename`).join(' ')} }`,
  });
  node = await startNodeProcess({
    DATA_DIR: join(dir, 'data'),
    TRUSTED_DOCUMENTS: [own, apollo, later, odd, large, join(import.meta.dirname, '../../client/documents.json')].join(', '),
  });
});

afterAll(async () => {
  await node?.[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

async function file(name: string, content: unknown): Promise<string> {
  const path = join(dir, name);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function configOf(trustedDocuments: readonly string[]) {
  return { ...readConfig({}), trustedDocuments };
}

function text(document: string): string {
  return JSON.stringify(document);
}

function named(sha256Hash: string): object {
  return { extensions: { persistedQuery: { version: 1, sha256Hash } } };
}

async function ask(body: object, token = ''): Promise<{ readonly status: number; readonly data?: never; readonly errors?: never }> {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const response = await fetch(`${node.url}/graphql`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, ...((await response.json()) as object) };
}

async function newcomer(handle: string): Promise<{ readonly accessToken: string; readonly refreshToken: string }> {
  const { data } = await ask({ query: signUp, variables: { input: { handle, password, displayName: handle } } });
  return (data as unknown as { signUp: { accessToken: string; refreshToken: string } }).signUp;
}

function socket(token: string): Client {
  const client = createClient({
    url: `${node.url.replace('http', 'ws')}/graphql`,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
  });
  onTestFinished(() => client.dispose());
  return client;
}

describe('with TRUSTED_DOCUMENTS', () => {
  it('listed documents run by their names in the files, by their hashes and by their texts', async () => {
    const { accessToken } = await newcomer('ann');
    for (const body of [{ query: me }, named(hashOf(me)), named('a-name-of-its-own'), { query: me, ...named('a-name-of-its-own') }]) {
      expect(await ask(body, accessToken)).toMatchObject({ status: 200, data: { viewer: { user: { handle: 'ann' } } } });
    }
  });

  it('no other document runs or is stored, not even under a listed name, and introspection is refused', async () => {
    const { accessToken } = await newcomer('ben');
    const other = 'query Other { viewer { user { handle } } }';
    for (const body of [
      { query: other },
      { query: other, ...named(hashOf(other)) },
      named(hashOf(other)),
      { query: `${me} ` },
      { query: '{ __schema { queryType { name } } }' },
      { query: '' },
      {},
    ]) {
      expect(await ask(body, accessToken), JSON.stringify(body)).toMatchObject({ status: 400, ...untrusted });
    }
    // A text beside the name of another document is ignored.
    expect(await ask({ query: other, ...named('a-name-of-its-own') }, accessToken)).toMatchObject({
      data: { viewer: { user: { handle: 'ben' } } },
    });
  });

  it.each(['socket', 'HTTP'])('events are followed by the hash that codegen has given the document, over %s', async (way) => {
    const { accessToken } = await newcomer(`hash${way.toLowerCase()}`);
    const subscribe =
      way === 'HTTP' ? httpSubscribe({ url: `${node.url}/graphql`, token: () => accessToken }) : socket(accessToken).subscribe;
    const document = { ...ResumableDocument, __meta__: { hash: 'sha256:watch' } };
    const states: string[] = [];
    const following = followEvents({ document, byHash: true, subscribe, onEvent() {}, onStatus: ({ state }) => void states.push(state) });
    await expect.poll(() => states).toContain('live');
    await following.stop();
    const { ended } = followEvents({ document, subscribe, onEvent() {} });
    expect(await ended).toMatchObject({ reason: 'refused', failure: { code: 'UNTRUSTED_DOCUMENT' } });
  });

  it('a name is exactly what a file has', async () => {
    const { accessToken } = await newcomer('eve');
    const own = { data: { viewer: { user: { handle: 'eve' } } } };
    expect(await ask({ ...named('__proto__'), operationName: 'Two' }, accessToken)).toMatchObject(own);
    for (const name of ['constructor', '', hashOf(unlisted)]) expect(await ask(named(name), accessToken), name).toMatchObject(own);
    for (const name of ['toString', 'hasOwnProperty', hashOf(me).toUpperCase()]) {
      expect(await ask(named(name), accessToken), name).toMatchObject(untrusted);
    }
    // A request with that text means the text, and not what a file lists under its hash.
    expect(await ask({ query: unlisted }, accessToken)).toMatchObject(untrusted);
  });

  it('a document with several operations needs a valid operationName', async () => {
    const { accessToken } = await newcomer('flo');
    for (const operationName of ['Four', undefined]) {
      expect(await ask({ ...named('__proto__'), operationName }, accessToken)).toMatchObject({
        errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
      });
    }
  });

  it.each([
    'application/json',
    'text/event-stream',
    'multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json',
  ])('the same holds for GET, as %s', async (accept) => {
    const { accessToken } = await newcomer(`gus${accept.length}`);
    const get = (asked: Readonly<Record<string, string>>) =>
      fetch(`${node.url}/graphql?${new URLSearchParams(asked)}`, { headers: { accept, authorization: `Bearer ${accessToken}` } });
    const { extensions } = named('__proto__') as { readonly extensions: object };
    const byName = { extensions: JSON.stringify(extensions) };
    expect(await (await get({ ...byName, operationName: 'Two' })).text()).toContain(`{"handle":"gus${accept.length}"}`);
    for (const query of [unlisted, 'subscription { events { __typename } }']) {
      const refused = await get({ query });
      expect(refused.status).toBe(400);
      expect(await refused.text()).toContain('UNTRUSTED_DOCUMENT');
    }
    if (accept === 'application/json') return;
    const events = (await get({ ...byName, operationName: 'Three' })).body?.pipeThrough(new TextDecoderStream());
    let begun = '';
    for await (const piece of events ?? []) {
      begun += piece;
      if (begun.includes('"StreamReady"')) break;
    }
    expect(begun).toContain('"StreamReady"');
  });

  it('the same holds for sockets', async () => {
    const { accessToken } = await newcomer('cleo');
    const client = socket(accessToken);
    for (const request of [{ query: ready }, { query: '', ...named('ready') }]) {
      expect((await client.iterate(request).next()).value).toEqual({ data: { events: { __typename: 'StreamReady' } } });
    }
    const refused = client.iterate({ query: 'subscription Other { events { __typename ... on LogEvent { seq } } }' });
    await expect(refused.next()).rejects.toMatchObject([untrusted.errors[0]]);
  });

  it('mpim-client keeps a user signed in with its own list', async () => {
    const { refreshToken } = await newcomer('dan');
    const requests = sessionRequests(`${node.url}/graphql`, fetch, systemClock);
    const { given } = await requests.refresh(refreshToken);
    expect(given).toMatchObject({ accessToken: expect.any(String) });
    // No identity provider is configured. The server says that, and not that it refuses the document.
    expect(await requests.signIn({ token: 'x' })).toMatchObject({ given: null, refusal: { code: expect.any(String) } });
    await requests.signOut(given?.accessToken ?? '');
    expect(await ask({ query: me }, given?.accessToken)).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });

  it('a document that this release cannot run is logged for operators', () => {
    expect(node.output()).toContain('a trusted document is not one of this schema');
    expect(node.output()).toContain('thatIsNotThereYet');
  });
});

/** The log line about a document at the start. */
function warningOf(name: string): unknown {
  const lines = node.output().split('\n');
  return JSON.parse(lines.find((line) => line.includes(`"document":"${name}"`)) ?? '{}');
}

describe('a document beyond a limit of the node', () => {
  it.each([
    ['tooDeep', 'This operation is nested 17 levels deep, and 15 are allowed. Request less at a time.'],
    ['tooLong', 'A document can have at most 100000 characters.'],
    ['tooMuch', expect.stringContaining('10000 tokens')],
  ])('is logged for operators at the start, with the error that clients get: %s', async (name, fault) => {
    expect(warningOf(name)).toMatchObject({ msg: 'a trusted document is past a limit of this node', fault });
    const { accessToken } = await newcomer(`hal${name.toLowerCase()}`);
    expect(await ask(named(name), accessToken)).toMatchObject({ errors: [{ message: fault }] });
  });
});

describe('a node does not start', () => {
  it('with a file that does not exist', async () => {
    const env = { DATA_DIR: join(dir, 'faulty'), TRUSTED_DOCUMENTS: join(dir, 'none.json') };
    await expect(startNodeProcess(env)).rejects.toThrow(/MPIM cannot start: TRUSTED_DOCUMENTS names .*none\.json/);
  });

  it.each([
    ['is not JSON', 'no JSON'],
    ['is a list', ['query A { __typename }']],
    ['has something other than texts', { a: { query: 'query A { __typename }' } }],
    ['lists nothing', {}],
    ['is a manifest that lists nothing', { format: 'apollo-persisted-query-manifest', version: 1, operations: [] }],
  ])('with a file that %s', async (_, content) => {
    const path = await file('faulty.json', content);
    await expect(readTrustedDocuments(configOf([path]), schema, createLogging(readConfig({})))).rejects.toThrow(ConfigError);
  });
});

describe('a node does not start if one name has two documents', () => {
  it.each([
    ['in two files', [{ a: 'query A { __typename }' }, { a: 'query B { __typename }' }]],
    [
      'in one manifest',
      [
        {
          format: 'apollo-persisted-query-manifest',
          operations: [
            { id: 'a', body: 'query A { __typename }' },
            { id: 'a', body: 'query B { __typename }' },
          ],
        },
      ],
    ],
    ['as the hash of a text before', [{ a: 'query A { __typename }' }, { [hashOf('query A { __typename }')]: 'query B { __typename }' }]],
    ['as the hash of a text after', [{ [hashOf('query A { __typename }')]: 'query B { __typename }' }, { a: 'query A { __typename }' }]],
  ])('%s', async (_, contents) => {
    const paths = await Promise.all(contents.map((content, at) => file(`double-${at}.json`, content)));
    const reading = readTrustedDocuments(configOf(paths), schema, createLogging(readConfig({})));
    await expect(reading).rejects.toThrow(
      new RegExp(`"(a|${hashOf('query A { __typename }')})", in .*double-\\d\\.json, names two documents`),
    );
    await expect(reading).rejects.toThrow(ConfigError);
  });

  it('but it starts if both are the same', async () => {
    const paths = [await file('one.json', { a: 'query A { __typename }' }), await file('two.json', { a: 'query A { __typename }' })];
    expect((await readTrustedDocuments(configOf(paths), schema, createLogging(readConfig({}))))?.size).toBe(2);
  });
});

it('mpim-client’s list has exactly the documents that it sends, by their hashes', async () => {
  const sent: string[] = [];
  const requests = sessionRequests(
    'https://chat.example/graphql',
    async (_url, { body } = {}) => {
      sent.push((JSON.parse(String(body)) as { readonly query: string }).query);
      return Response.json({ data: { done: { errors: [] } } });
    },
    systemClock,
  );
  await requests.refresh('x');
  await requests.signIn({ token: 'x' });
  await requests.signOut('x');
  expect(sent).toHaveLength(Object.keys(requests).length);
  const listed = JSON.parse(await readFile(join(import.meta.dirname, '../../client/documents.json'), 'utf8')) as object;
  expect(listed).toEqual(Object.fromEntries(sent.map((document) => [hashOf(document), document])));
});
