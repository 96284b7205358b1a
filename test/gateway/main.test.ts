import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runNodeProcess, startNodeProcess } from '../support/node-process.ts';
import { post } from './http.ts';
import { openRaw } from './raw-socket.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mpim-main-'));
});
afterEach(() => rm(folder, { recursive: true }));

const signUp =
  'mutation { signUp(input: { handle: "ada", password: "correct horse battery" }) { accessToken viewer { user { id } } errors { message } } }';

async function signIn(url: string, handle: string, password: string) {
  return await post(
    url,
    'mutation ($i: SignInInput!) { signIn(input: $i) { viewer { user { handle } } errors { code } } }',
    {},
    { i: { handle, password } },
  );
}

describe('a start that fails', () => {
  test.each<[string, Record<string, string>, readonly string[], RegExp]>([
    ['a malformed value', { PORT: 'high', MAX_DEPTH: '1' }, [], /PORT must be a whole number.*MAX_DEPTH/],
    ['SQLite with Redis', { REDIS_URL: 'redis://127.0.0.1:1' }, [], /REDIS_URL needs DATABASE_URL/],
    ['an unknown argument', {}, ['--demos'], /--demos/],
    ['a database that nobody answers for', { DATABASE_URL: 'mysql://root@127.0.0.1:1/mpim' }, [], /DATABASE_URL|127\.0\.0\.1:1/],
    ['a data folder that cannot be made', { DATA_DIR: '/dev/null/data' }, [], /\/dev\/null\/data\/mpim\.sqlite cannot be used: ENOTDIR/],
    ['an address of another machine', { HOST: '192.0.2.1', PORT: '0' }, [], /HOST 192\.0\.2\.1/],
  ])('ends with one clear line and exit code 1 within 15 s: %s', async (_name, env, args, line) => {
    const started = performance.now();
    const { code, output } = await runNodeProcess({ DATA_DIR: folder, ...env }, args);
    expect(performance.now() - started).toBeLessThan(15_000);
    expect(output.trim().split('\n')).toEqual([expect.stringMatching(line)]);
    expect(output).toMatch(/^MPIM cannot start: /);
    expect(code).toBe(1);
  });

  test('ends like this on a port that is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { readonly port: number };
    const { code, output } = await runNodeProcess({ DATA_DIR: folder, PORT: String(port) });
    other.close();
    expect(output.trim()).toBe(`MPIM cannot start: PORT ${port} is in use on 127.0.0.1: choose another, or 0 for any that is free`);
    expect(code).toBe(1);
  });
});

describe('a node', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('prints its URL, serves, and ends with exit code 0 after %s', async (signal) => {
    await using node = await startNodeProcess({ DATA_DIR: folder });
    expect((await fetch(`${node.url}/health/ready`)).status).toBe(200);
    expect((await post(node.url, signUp)).data.signUp.errors).toEqual([]);
    for (const file of ['secret-keys', 'mpim.sqlite', 'mpim.sqlite-wal'])
      expect((await stat(join(folder, file))).mode & 0o777, file).toBe(0o600);
    const socket = await openRaw(node.url);
    await socket.init();
    const [code, { code: closeCode }] = await Promise.all([node.end(signal), socket.closed]);
    expect([code, closeCode]).toEqual([0, 1012]);
    await using again = await startNodeProcess({ DATA_DIR: folder });
    const { data } = await signIn(again.url, 'ada', 'correct horse battery');
    expect(data.signIn).toEqual({ viewer: { user: { handle: 'ada' } }, errors: [] });
  });

  test('counts the signal that a terminal and npm both send as one', async () => {
    await using node = await startNodeProcess({ DATA_DIR: folder });
    node.signal('SIGINT');
    expect(await node.end('SIGINT')).toBe(0);
  });

  test('that is asked to stop twice ends at once, whatever is in progress', async () => {
    await using node = await startNodeProcess({ DATA_DIR: folder, DRAIN_MS: '600000' });
    // A client that upgrades and then sends nothing, not even a close.
    const silent = connect(Number(new URL(node.url).port), '127.0.0.1');
    const key = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: c2l4dGVlbiBieXRlcyEhIQ==';
    silent.write(`GET /graphql HTTP/1.1\r\nHost: x\r\n${key}\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n`);
    await once(silent, 'data');
    silent.on('error', () => undefined);
    node.signal('SIGTERM');
    await expect.poll(() => fetch(`${node.url}/health/ready`).then(({ status }) => status)).toBe(503);
    const asking = setInterval(() => node.signal('SIGTERM'), 100);
    expect(await node.end('SIGTERM')).toBe(143);
    clearInterval(asking);
    silent.destroy();
  });

  // The members of the group, the newest conversation, fail later than the direct conversation, which comes after it.
  test('goes on after a query of which a field fails and an earlier one in the list fails later', async () => {
    await using node = await startNodeProcess({ DATA_DIR: folder });
    const { viewer: other } = (await post(node.url, signUp)).data.signUp;
    const { accessToken } = (await post(node.url, signUp.replace('ada', 'bea'))).data.signUp;
    const signedIn = { authorization: `Bearer ${accessToken}` };
    const direct = 'mutation ($i: OpenDirectConversationInput!) { openDirectConversation(input: $i) { conversationEdge { node { id } } } }';
    const { node: opened } = (await post(node.url, direct, signedIn, { i: { userId: other.user.id } })).data.openDirectConversation
      .conversationEdge;
    const send = 'mutation ($i: SendMessageInput!) { sendMessage(input: $i) { errors { code } } }';
    await post(node.url, send, signedIn, { i: { conversationId: opened.id, clientMessageId: randomUUID(), text: 'hello' } });
    await post(node.url, 'mutation { createGroup(input: { name: "bees" }) { errors { code } } }', signedIn);
    const list =
      'query ($all: Boolean = true) { viewer { conversations { edges { node { ... on Group { members(first: 1000) { __typename } } ... on DirectConversation { id @include(if: $all) } } } } } }';
    const { errors } = await post(node.url, list, signedIn, { all: null });
    expect(errors?.map(({ path }) => path)).toEqual([['viewer', 'conversations', 'edges', 1, 'node']]);
    expect((await post(node.url, '{ viewer { user { handle } } }', signedIn)).data).toEqual({ viewer: { user: { handle: 'bea' } } });
    expect(await node.end('SIGTERM')).toBe(0);
  });

  test('with a bug outside any request logs it and ends with exit code 1', async () => {
    const stray = "process.on('SIGUSR2',()=>{Promise.reject(new Error('stray'))})";
    await using node = await startNodeProcess({
      DATA_DIR: folder,
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(stray)}`,
    });
    expect(await node.end('SIGUSR2')).toBe(1);
    const fatal = node
      .output()
      .split('\n')
      .find((line) => line.includes('"fatal"'));
    expect(JSON.parse(fatal ?? '{}')).toMatchObject({ level: 'fatal', err: { message: 'stray' } });
  });
});

describe('--demo', () => {
  test('fills an empty database once, and prints the password', async () => {
    await using first = await startNodeProcess({ DATA_DIR: folder, LOG_LEVEL: 'info' }, ['--demo']);
    await expect.poll(first.output).toContain('password');
    const password = /password ([\w-]+)/.exec(first.output())?.[1] ?? '';
    for (const handle of ['alice', 'bob', 'carol']) {
      expect((await signIn(first.url, handle, password)).data.signIn.errors).toEqual([]);
    }
    const token = (
      await post(first.url, 'mutation ($i: SignInInput!) { signIn(input: $i) { accessToken } }', {}, { i: { handle: 'bob', password } })
    ).data.signIn.accessToken;
    const list =
      '{ viewer { conversations { edges { node { __typename lastSeq viewerUnreadCount } } } contacts { edges { node { user { handle } } } } } }';
    const { data } = await post(first.url, list, { authorization: `Bearer ${token}` });
    const kinds = data.viewer.conversations.edges.map(({ node }: { readonly node: { readonly __typename: string } }) => node.__typename);
    expect(kinds.sort()).toEqual(['DirectConversation', 'Group', 'Group']);
    const known = data.viewer.contacts.edges.map(
      ({ node }: { readonly node: { readonly user: { readonly handle: string } } }) => node.user.handle,
    );
    expect(known.sort()).toEqual(['alice', 'carol']);
    expect(await first.end('SIGTERM')).toBe(0);
    await using second = await startNodeProcess({ DATA_DIR: folder, LOG_LEVEL: 'info' }, ['--demo']);
    await expect.poll(second.output).toContain('The demo was not made: the database is not empty.');
    expect((await signIn(second.url, 'alice', password)).data.signIn.errors).toEqual([]);
  });
});
