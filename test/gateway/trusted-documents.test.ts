import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { print } from 'graphql';
import { type Client, createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../client/clock.ts';
import { sessionRequests } from '../../client/session-request.ts';
import { createLogging } from '../../gateway/logger.ts';
import { hashOf, readTrustedDocuments } from '../../gateway/trusted-documents.ts';
import { schema } from '../../schema/index.ts';
import { ConfigError, readConfig } from '../../src/config.ts';
import { MeDocument, SignUpDocument } from '../support/generated/graphql.ts';
import { type NodeProcess, startNodeProcess } from '../support/node-process.ts';
import { password } from '../support/world.ts';

const [signUp, me] = [print(SignUpDocument), print(MeDocument)];
const ready = 'subscription Ready { events { __typename } }';
const untrusted = { errors: [{ extensions: { code: 'UNTRUSTED_DOCUMENT' } }] };

let dir: string;
let node: NodeProcess;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mpim-trusted-'));
  // As GraphQL Code Generator and relay-compiler write it, by whatever hash; as Apollo does; and with one that only a later release takes.
  const own = await file('own.json', { [hashOf(signUp)]: signUp, 'a-name-of-its-own': me });
  const operations = [{ id: 'ready', name: 'Ready', type: 'subscription', body: ready }];
  const apollo = await file('apollo.json', { format: 'apollo-persisted-query-manifest', version: 1, operations });
  const later = await file('later.json', { later: 'query Later { thatIsNotThereYet }' });
  node = await startNodeProcess({
    DATA_DIR: join(dir, 'data'),
    TRUSTED_DOCUMENTS: [own, apollo, later, join(import.meta.dirname, '../../client/documents.json')].join(', '),
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

describe('where the documents of some files are trusted', () => {
  it('they are run by the names of their files, by their hashes and by their texts', async () => {
    const { accessToken } = await newcomer('ann');
    for (const body of [{ query: me }, named(hashOf(me)), named('a-name-of-its-own'), { query: me, ...named('a-name-of-its-own') }]) {
      expect(await ask(body, accessToken)).toMatchObject({ status: 200, data: { viewer: { user: { handle: 'ann' } } } });
    }
  });

  it('no other is, not even by a name that is in the list, nor introspection, and none is learned', async () => {
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
    // A text beside the name of another is not looked at.
    expect(await ask({ query: other, ...named('a-name-of-its-own') }, accessToken)).toMatchObject({
      data: { viewer: { user: { handle: 'ben' } } },
    });
  });

  it('the same holds of a socket', async () => {
    const { accessToken } = await newcomer('cleo');
    const client = socket(accessToken);
    for (const request of [{ query: ready }, { query: '', ...named('ready') }]) {
      expect((await client.iterate(request).next()).value).toEqual({ data: { events: { __typename: 'StreamReady' } } });
    }
    const refused = client.iterate({ query: 'subscription Other { events { __typename ... on LogEvent { seq } } }' });
    await expect(refused.next()).rejects.toMatchObject([untrusted.errors[0]]);
  });

  it('mpim-client keeps somebody signed in by its own list', async () => {
    const { refreshToken } = await newcomer('dan');
    const requests = sessionRequests(`${node.url}/graphql`, fetch, systemClock);
    const { given } = await requests.refresh(refreshToken);
    expect(given).toMatchObject({ accessToken: expect.any(String) });
    // Nobody issues tokens for this server: it says so, and not that it does not run the document.
    expect(await requests.signIn({ token: 'x' })).toMatchObject({ given: null, refusal: { code: expect.any(String) } });
    await requests.signOut(given?.accessToken ?? '');
    expect(await ask({ query: me }, given?.accessToken)).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });

  it('one that this release does not take is told to the operators, who may know of it', () => {
    expect(node.output()).toContain('a trusted document is not one of this schema');
    expect(node.output()).toContain('thatIsNotThereYet');
  });
});

describe('a node does not start', () => {
  it('by a file that is not there', async () => {
    const env = { DATA_DIR: join(dir, 'faulty'), TRUSTED_DOCUMENTS: join(dir, 'none.json') };
    await expect(startNodeProcess(env)).rejects.toThrow(/MPIM cannot start: TRUSTED_DOCUMENTS names .*none\.json/);
  });

  it.each([
    ['is not JSON', 'no JSON'],
    ['is a list', ['query A { __typename }']],
    ['has something other than texts', { a: { query: 'query A { __typename }' } }],
    ['lists nothing', {}],
    ['is a manifest that lists nothing', { format: 'apollo-persisted-query-manifest', version: 1, operations: [] }],
  ])('by a file that %s', async (_, content) => {
    const path = await file('faulty.json', content);
    await expect(readTrustedDocuments([path], schema, createLogging(readConfig({})))).rejects.toThrow(ConfigError);
  });
});

it('the list of mpim-client has its documents by their hashes', async () => {
  const listed = JSON.parse(await readFile(join(import.meta.dirname, '../../client/documents.json'), 'utf8')) as Record<string, string>;
  for (const [name, text] of Object.entries(listed)) expect(hashOf(text)).toBe(name);
});
