import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { createPoster, type Poster, type Posting, parseRetryAfter } from '../../src/outgoing/index.ts';
import { within } from '../support/bound.ts';

const open = new AsyncDisposableStack();
const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server on this machine that counts its connections. */
async function serve(answer: RequestListener): Promise<{ readonly port: number; readonly connections: () => number }> {
  let connections = 0;
  const server = createServer(answer).on('connection', () => (connections += 1));
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { port: (server.address() as AddressInfo).port, connections: () => connections };
}

/** The program of a server that, when it is sent a cell, closes its connections and then sets the cell. */
const closingServer = `
  const { parentPort } = require('node:worker_threads');
  const connections = new Set();
  const server = require('node:http').createServer((request, response) => {
    request.resume().once('end', () => response.writeHead(204).end());
  });
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
  parentPort.on('message', async (closed) => {
    await Promise.all([...connections].map((socket) => new Promise((resolve) => socket.once('close', resolve).destroy())));
    Atomics.store(closed, 0, 1);
    Atomics.notify(closed, 0);
  });`;

function posting(url: string, more: Partial<Posting> = {}): Posting {
  return { url, headers: {}, body: 'said', timeoutMs: 2_000, ...more };
}

describe('a post to the operators’ own server', () => {
  const poster = open.use(asAsync(createPoster({ allowed: [] })));

  it('returns the status, the retry time and the beginning of the response', async () => {
    const { port } = await serve((_request, response) => void response.writeHead(429, { 'retry-after': '7' }).end('x'.repeat(100_000)));
    const outcome = await poster.toOwn(posting(`http://127.0.0.1:${port}/`));
    expect(outcome).toMatchObject({ status: 429, retryAfterMs: 7_000 });
    expect(outcome.status !== null && outcome.body.length).toBeLessThanOrEqual(1_024);
  });

  it('arrives complete and unchanged', async () => {
    const heard: unknown[] = [];
    const { port } = await serve(async (request, response) => {
      const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>)).toString();
      heard.push([request.method, request.headers['x-of'], body]);
      response.writeHead(204).end();
    });
    expect(await poster.toOwn(posting(`http://127.0.0.1:${port}/a`, { headers: { 'x-of': 'ours' }, body: 'héllo' }))).toMatchObject({
      status: 204,
    });
    expect(heard).toEqual([['POST', 'ours', 'héllo']]);
  });

  it('is repeated on another connection if the kept one was just closing, and only once on a new one', async () => {
    const asked = new Map<object, number>();
    const { port, connections } = await serve(({ socket }, response) => {
      const times = (asked.get(socket) ?? 0) + 1;
      asked.set(socket, times);
      if (times > 1 || asked.size > 2) socket.destroy();
      else response.writeHead(204).end();
    });
    const say = () => poster.toOwn(posting(`http://127.0.0.1:${port}/`));
    expect(await say()).toMatchObject({ status: 204 });
    expect(await say()).toMatchObject({ status: 204 });
    expect([...asked.values()]).toEqual([2, 1]);
    expect(await say()).toMatchObject({ status: null });
    expect([...asked.values()]).toEqual([2, 2, 1]);
    expect(connections()).toBe(3);
  });

  it('is repeated if the kept connection closes while a long body is being written', async () => {
    // The server has a thread of its own, so that it can close the connection while this one does not see it.
    const server = new Worker(closingServer, { eval: true });
    open.defer(async () => void (await server.terminate()));
    const [port] = (await once(server, 'message')) as [number];
    const say = () => poster.toOwn(posting(`http://127.0.0.1:${port}/`, { body: 'x'.repeat(8_000_000), timeoutMs: 20_000 }));
    expect(await say()).toMatchObject({ status: 204, body: '' });
    const closed = new Int32Array(new SharedArrayBuffer(4));
    server.postMessage(closed);
    expect(Atomics.wait(closed, 0, 0, 10_000)).not.toBe('timed-out');
    expect(await say()).toMatchObject({ status: 204 });
  });

  it('is not repeated if the poster is disposed while a kept connection waits', async () => {
    const leaving = createPoster({ allowed: [] });
    let asked = 0;
    const second = Promise.withResolvers<void>();
    const { port, connections } = await serve((_request, response) => {
      asked += 1;
      if (asked === 1) response.writeHead(204).end();
      else second.resolve();
    });
    await leaving.toOwn(posting(`http://127.0.0.1:${port}/`));
    const waiting = leaving.toOwn(posting(`http://127.0.0.1:${port}/`));
    await second.promise;
    leaving[Symbol.dispose]();
    expect(await waiting).toMatchObject({ status: null });
    expect([asked, connections()]).toEqual([2, 1]);
  });

  it('does not wait for others, of which push sends sixty-four to one host at a time', async () => {
    const waiting: ServerResponse[] = [];
    const { port } = await serve((_request, response) => {
      waiting.push(response);
      if (waiting.length === 64) for (const one of waiting) one.writeHead(204).end();
    });
    const all = await Promise.all(Array.from({ length: 64 }, () => poster.toOwn(posting(`http://127.0.0.1:${port}/`))));
    expect(all.filter(({ status }) => status === 204)).toHaveLength(64);
  });

  it('leaves no connection that is not used any more', async () => {
    using hasty = createPoster({ allowed: [], idleMs: 50 });
    const closed = Promise.withResolvers<void>();
    const { port } = await serve(({ socket }, response) => {
      socket.once('close', closed.resolve);
      response.writeHead(204).end();
    });
    // The server would keep it for ever.
    for (const server of servers) server.keepAliveTimeout = 0;
    expect(await hasty.toOwn(posting(`http://127.0.0.1:${port}/`))).toMatchObject({ status: 204 });
    await within(4_000, closed.promise);
  });

  it('ends at its deadline without a response', async () => {
    const { port } = await serve(() => undefined);
    const outcome = await poster.toOwn(posting(`http://127.0.0.1:${port}/`, { timeoutMs: 50 }));
    expect(outcome).toEqual({ status: null, reason: 'no answer within 50 ms' });
  });

  it('ends at its deadline if the response never ends, with its status', async () => {
    const { port } = await serve((_request, response) => void response.writeHead(200).write('and'));
    expect(await poster.toOwn(posting(`http://127.0.0.1:${port}/`, { timeoutMs: 50 }))).toMatchObject({ status: 200 });
  });

  it('ends without a response if the server switches to another protocol', async () => {
    const switching = 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n';
    const { port } = await serve(({ socket }) => void socket.write(switching));
    expect(await poster.toOwn(posting(`http://127.0.0.1:${port}/`, { timeoutMs: 500 }))).toMatchObject({ status: null });
  });

  it('fails with a reason if nothing listens', async () => {
    const { port } = await serve(() => undefined);
    for (const server of servers.splice(0)) server.close();
    expect(await poster.toOwn(posting(`http://127.0.0.1:${port}/`))).toMatchObject({
      status: null,
      reason: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('ends with its abort signal', async () => {
    const { port } = await serve(() => undefined);
    const outcome = await poster.toOwn(posting(`http://127.0.0.1:${port}/`, { signal: AbortSignal.abort() }));
    expect(outcome).toMatchObject({ status: null });
  });
});

describe('a post to an address that a user has given', () => {
  const poster = open.use(asAsync(createPoster({ allowed: [] })));

  it.each([
    ['https://127.0.0.1/', 'it is not a public address'],
    ['https://127.1/', 'it is not a public address'],
    ['https://2130706433/', 'it is not a public address'],
    ['https://0x7f.0.0.1/', 'it is not a public address'],
    ['https://[::1]/', 'it is not a public address'],
    ['https://[::ffff:127.0.0.1]/', 'it is not a public address'],
    ['https://[::ffff:a9fe:a9fe]/', 'it is not a public address'],
    ['https://[64:ff9b::7f00:1]/', 'it is not a public address'],
    ['https://[fd00::1]/', 'it is not a public address'],
    ['https://169.254.169.254/latest/meta-data', 'it is not a public address'],
    ['https://10.0.0.1/', 'it is not a public address'],
    ['http://8.8.8.8/', 'it is not https'],
    ['https://8.8.8.8:22/', 'it is another port than 443'],
  ])('is not made to %s', async (url, reason) => {
    expect(await poster.toPublic(posting(url))).toEqual({ status: null, reason });
  });

  it('is not made to a name of this machine', async () => {
    expect(await poster.toPublic(posting('https://localhost/'))).toEqual({ status: null, reason: 'localhost is not a public address' });
  });

  it.each([
    ['a closed address', [{ address: '10.1.2.3', family: 4 }]],
    [
      'an open and a closed one',
      [
        { address: '8.8.8.8', family: 4 },
        { address: '169.254.169.254', family: 4 },
      ],
    ],
    [
      'a closed one in IPv6',
      [
        { address: '8.8.8.8', family: 4 },
        { address: 'fe80::1', family: 6 },
      ],
    ],
    ['none', []],
  ] as const)('is not made to a name that resolves to %s', async (_what, addresses) => {
    using named = namedPoster(addresses);
    expect(await named.toPublic(posting('https://push.example.org/'))).toEqual({
      status: null,
      reason: 'push.example.org is not a public address',
    });
  });

  it('is made if operators allow the host, even in a private network or at another port', async () => {
    const { port, connections } = await serve(() => undefined);
    using allowing = createPoster({ allowed: [`127.0.0.1:${port}`] });
    // The server speaks no TLS: only the connection counts.
    expect(await allowing.toPublic(posting(`https://127.0.0.1:${port}/`, { timeoutMs: 500 }))).toMatchObject({ status: null });
    expect(connections()).toBe(1);
    expect(await poster.toPublic(posting(`https://127.0.0.1:${port}/`))).toMatchObject({ status: null });
    expect(connections()).toBe(1);
  });
});

describe('the header retry-after', () => {
  const now = Date.parse('2026-03-04T05:06:07Z');
  it.each([
    [undefined, null],
    ['0', 0],
    ['120', 120_000],
    ['Wed, 04 Mar 2026 05:07:07 GMT', 60_000],
    ['Wed, 04 Mar 2020 05:07:07 GMT', 0],
    ['soon', null],
    ['604800', 86_400_000],
    ['9'.repeat(400), 86_400_000],
    ['1 Jan 200000 00:00:00 GMT', 86_400_000],
  ])('%s', (text, ms) => expect(parseRetryAfter(text, now)).toBe(ms));
});

function asAsync<T extends Disposable>(one: T): T & AsyncDisposable {
  return Object.assign(one, { [Symbol.asyncDispose]: async () => one[Symbol.dispose]() });
}

/** A poster for public addresses, for which every name resolves to these addresses. */
function namedPoster(addresses: readonly LookupAddress[]): Poster {
  return createPoster({ allowed: [], resolve: (_name, _options, callback) => callback(null, addresses) });
}
