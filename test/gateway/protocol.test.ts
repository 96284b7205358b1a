import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closes } from '../../gateway/close-codes.ts';
import { heldBytes } from '../support/bound.ts';
import { type Lab, openLab } from './lab.ts';
import { openRaw, type RawSocket } from './raw-socket.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await openLab({ SOCKET_INIT_MS: '200', MAX_OPERATIONS_PER_SOCKET: '3', MAX_FRAME_BYTES: '2000' });
});
afterAll(() => lab[Symbol.asyncDispose]());

async function connected(): Promise<RawSocket> {
  const socket = await openRaw(lab.node.url);
  await socket.init();
  return socket;
}

describe('a frame of megabytes', () => {
  let wide: Lab;
  beforeAll(async () => {
    wide = await openLab({});
  });
  afterAll(() => wide[Symbol.asyncDispose]());

  test('is not held if it is a connection_init', async () => {
    const init = JSON.stringify({ type: 'connection_init', payload: { traceparent: 'x'.repeat(500_000), a: Array(200_000).fill({}) } });
    async function connect(): Promise<RawSocket> {
      const socket = await openRaw(wide.node.url);
      socket.send(init);
      expect(await socket.next()).toEqual({ type: 'connection_ack' });
      return socket;
    }
    const first = await connect();
    const before = heldBytes();
    const others = [await connect(), await connect(), await connect()];
    // 200,000 objects take 10 MB, and these are three times as many. Other tests in this process leave some garbage.
    expect(heldBytes() - before).toBeLessThan(15_000_000);
    for (const socket of [first, ...others]) socket.close();
  });

  test('that nests too deeply closes the socket, and is no error of ours', async () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    for (const [frame, code] of [
      [`{"type":"ping","payload":{"a":${deep}}}`, 4400],
      [`{"type":"connection_init","payload":{"authorization":${deep}}}`, 4403],
    ] as const) {
      const socket = await openRaw(wide.node.url);
      socket.send(frame);
      expect(await socket.closed).toMatchObject({ code });
    }
    expect(wide.log.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('a socket before connection_ack', () => {
  test('is acknowledged after connection_init without a payload', async () => {
    const socket = await openRaw(lab.node.url);
    socket.send({ type: 'connection_init' });
    expect(await socket.next()).toEqual({ type: 'connection_ack' });
  });

  test('closes with 4401 when it subscribes', async () => {
    const socket = await openRaw(lab.node.url);
    socket.subscribe('1', '{ hello }');
    expect(await socket.closed).toEqual({ code: 4401, reason: 'Unauthorized' });
  });

  test('closes with 4401 when it subscribes while connection_init is being checked', async () => {
    const socket = await openRaw(lab.node.url);
    socket.send({ type: 'connection_init', payload: { authorization: 'Bearer nonsense' } });
    socket.subscribe('1', '{ hello }');
    expect(await socket.closed).toMatchObject({ code: 4401 });
  });

  test('closes with 4408 when it stays silent', async () => {
    const socket = await openRaw(lab.node.url);
    expect(await socket.closed).toEqual({ code: 4408, reason: 'Connection initialisation timeout' });
  });

  test('closes with 4429 when it sends connection_init twice', async () => {
    const socket = await openRaw(lab.node.url);
    socket.send({ type: 'connection_init' });
    socket.send({ type: 'connection_init' });
    expect(await socket.closed).toEqual({ code: 4429, reason: 'Too many initialisation requests' });
  });

  test('can ping', async () => {
    const socket = await openRaw(lab.node.url);
    socket.send({ type: 'ping' });
    expect(await socket.next()).toEqual({ type: 'pong' });
  });

  test.each(['graphql-ws', 'soap'])('is not accepted with the subprotocol %s', async (protocol) => {
    const socket = await openRaw(lab.node.url, [protocol, 'graphql-transport-ws-2']).catch((error: Error) => error.message);
    // A client that checks the response gives up by itself: no subprotocol was chosen.
    expect(socket).toBe('Server sent no subprotocol');
  });

  test('closes with 4406 without a subprotocol', async () => {
    const socket = await openRaw(lab.node.url, []);
    expect(await socket.closed).toEqual({ code: 4406, reason: 'Subprotocol not acceptable' });
  });
});

describe('a frame that is not a message of the protocol', () => {
  test.each([
    ['invalid JSON', '{"type":'],
    ['an empty frame', ''],
    ['JSON that is no object', '"ping"'],
    ['null', 'null'],
    ['an object without a type', '{"id":"1"}'],
    ['an unknown type', '{"type":"start"}'],
    ['a type named like a property of objects', '{"type":"toString"}'],
    ['a message that only servers send', '{"type":"next","id":"1","payload":{}}'],
    ['an acknowledgement', '{"type":"connection_ack"}'],
    ['a complete without id', '{"type":"complete"}'],
    ['a subscribe without id', '{"type":"subscribe","payload":{"query":"{ hello }"}}'],
    [
      'a subscribe with an id of 257 characters',
      JSON.stringify({ type: 'subscribe', id: 'x'.repeat(257), payload: { query: '{ hello }' } }),
    ],
    ['a subscribe with an empty id', '{"type":"subscribe","id":"","payload":{"query":"{ hello }"}}'],
    ['a subscribe without payload', '{"type":"subscribe","id":"1"}'],
    ['a subscribe without query', '{"type":"subscribe","id":"1","payload":{}}'],
    ['a subscribe whose query is no text', '{"type":"subscribe","id":"1","payload":{"query":{}}}'],
    ['a subscribe whose variables are a text', '{"type":"subscribe","id":"1","payload":{"query":"{ hello }","variables":"x"}}'],
    ['a subscribe whose variables are a list', '{"type":"subscribe","id":"1","payload":{"query":"{ hello }","variables":["x"]}}'],
    ['a ping whose payload is no object', '{"type":"ping","payload":"x"}'],
  ])('closes the socket with 4400: %s', async (_name, frame) => {
    const socket = await connected();
    socket.send(frame);
    expect(await socket.closed).toEqual({ code: 4400, reason: 'Invalid message received' });
  });

  test('closes the socket with 4400 if it is binary, whatever it contains', async () => {
    const socket = await connected();
    socket.send(Buffer.from('{"type":"ping"}'));
    expect(await socket.closed).toMatchObject({ code: 4400 });
  });

  test('closes the socket with 1009 if it is over MAX_FRAME_BYTES', async () => {
    const socket = await connected();
    socket.send({ type: 'ping', payload: { text: 'x'.repeat(2_000) } });
    expect(await socket.closed).toMatchObject({ code: 1009 });
  });
});

describe('ping and pong', () => {
  test('a ping is answered with its payload', async () => {
    const socket = await connected();
    socket.send({ type: 'ping', payload: { token: 'ä🐘' } });
    expect(await socket.next()).toEqual({ type: 'pong', payload: { token: 'ä🐘' } });
  });

  test('a pong has no response', async () => {
    const socket = await connected();
    socket.send({ type: 'pong', payload: { any: 1 } });
    await socket.quiet();
  });
});

describe('a query or mutation', () => {
  test('gets one next and a complete', async () => {
    const socket = await connected();
    socket.subscribe('a', 'mutation { act }');
    expect(await socket.next()).toEqual({ id: 'a', type: 'next', payload: { data: { act: 'done' } } });
    expect(await socket.next()).toEqual({ id: 'a', type: 'complete' });
    await socket.quiet();
  });

  test('that the client completes early gets no response', async () => {
    const socket = await connected();
    socket.subscribe('a', '{ wait(gate: "early complete") }');
    await lab.gates.reached('early complete');
    socket.send({ type: 'complete', id: 'a' });
    await socket.quiet();
    lab.gates.open('early complete');
    await socket.quiet();
  });

  test('that can be cancelled ends when the client completes it, and its id and socket stay usable', async () => {
    const socket = await connected();
    for (const [id, gate] of [
      ['a', 'first'],
      ['b', 'second'],
    ]) {
      socket.subscribe(id ?? '', `{ whileAwaited(gate: "${gate} awaited") }`);
      await lab.gates.reached(`${gate} awaited`);
    }
    socket.send({ type: 'complete', id: 'a' });
    socket.subscribe('a', '{ hello }');
    await lab.gates.opened('first awaited');
    expect(await socket.next()).toMatchObject({ id: 'a', payload: { data: { hello: 'world' } } });
    expect(await socket.next()).toEqual({ id: 'a', type: 'complete' });
    await socket.quiet();
    socket.close();
    await lab.gates.opened('second awaited');
  });

  test('that can be cancelled ends at once if its socket was closed before it began', async () => {
    const socket = await connected();
    const wire: Duplex = Reflect.get(socket.socket, '_socket');
    // It does not answer the close.
    socket.socket.pause();
    // Both arrive in one piece, so that the second is handled while the first is still being checked.
    wire.cork();
    socket.subscribe('a', '{ whileAwaited(gate: "begun too late") }');
    socket.send('no message');
    wire.uncork();
    await lab.gates.reached('begun too late');
    const ended = lab.gates.opened('begun too late').then(() => 'ended');
    expect(await Promise.race([ended, setImmediate('under way')])).toBe('ended');
    socket.terminate();
  });

  test('uses its variables and operationName', async () => {
    const socket = await connected();
    const query = 'query One { hello } query Two($n: Int!) { number(n: $n) }';
    socket.send({ type: 'subscribe', id: 'a', payload: { query, operationName: 'Two', variables: { n: 7 } } });
    expect(await socket.next()).toMatchObject({ payload: { data: { number: 7 } } });
  });

  test('without a valid operationName for several operations is a client error', async () => {
    const socket = await connected();
    const query = 'query One { hello } query Two { hello }';
    const refused = [{ message: 'Could not determine what operation to execute.', extensions: { code: 'BAD_USER_INPUT' } }];
    for (const named of [{}, { operationName: 'Three' }, { operationName: '' }]) {
      socket.send({ type: 'subscribe', id: 'a', payload: { query, ...named } });
      expect(await socket.next()).toEqual({ id: 'a', type: 'error', payload: refused });
    }
  });
});

describe('a subscription', () => {
  test('gets its events, and is completed by the server', async () => {
    const socket = await connected();
    socket.subscribe('a', 'subscription { count(to: 2) }');
    expect(await socket.next()).toEqual({ id: 'a', type: 'next', payload: { data: { count: 1 } } });
    expect(await socket.next()).toEqual({ id: 'a', type: 'next', payload: { data: { count: 2 } } });
    expect(await socket.next()).toEqual({ id: 'a', type: 'complete' });
    await socket.quiet();
  });

  test('ends without a response when the client completes it', async () => {
    await using own = await openLab();
    const socket = await openRaw(own.node.url);
    await socket.init();
    socket.subscribe('a', 'subscription { endless }');
    await socket.next();
    socket.send({ type: 'complete', id: 'a' });
    await own.gates.opened('endless returned');
    await socket.quiet();
  });

  test.each(['close', 'terminate'] as const)('ends when the client disconnects: %s', async (leave) => {
    await using own = await openLab();
    const socket = await openRaw(own.node.url);
    await socket.init();
    socket.subscribe('a', 'subscription { endless }');
    await socket.next();
    socket[leave]();
    await own.gates.opened('endless returned');
    await own.node.close();
    expect(own.log.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('whose client disconnects while it is being set up logs no error', async () => {
    await using own = await openLab();
    const socket = await openRaw(own.node.url);
    await socket.init();
    socket.subscribe('a', 'subscription { late(gate: "set up") }');
    await own.gates.reached('set up');
    socket.terminate();
    await socket.closed;
    own.gates.open('set up');
    await own.node.close();
    expect(own.log.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('that is completed while it is being set up never starts', async () => {
    await using own = await openLab();
    const socket = await openRaw(own.node.url);
    await socket.init();
    socket.subscribe('a', 'subscription { late(gate: "set up") }');
    await own.gates.reached('set up');
    socket.send({ type: 'complete', id: 'a' });
    await socket.quiet();
    own.gates.open('set up');
    await own.gates.opened('endless returned');
    await socket.quiet();
  });

  test('that fails midway gets an error and no complete', async () => {
    const socket = await connected();
    socket.subscribe('a', 'subscription { refusedAfterOne }');
    expect(await socket.next()).toMatchObject({ type: 'next' });
    expect(await socket.next()).toMatchObject({
      id: 'a',
      type: 'error',
      payload: [{ message: 'No longer yours.', extensions: { code: 'NOT_FOUND' } }],
    });
    await socket.quiet();
  });

  test('on the same socket as others does not wait for them', async () => {
    const socket = await connected();
    socket.subscribe('slow', '{ wait(gate: "beside") }');
    await lab.gates.reached('beside');
    socket.subscribe('fast', '{ hello }');
    expect(await socket.next()).toMatchObject({ id: 'fast', type: 'next' });
    expect(await socket.next()).toEqual({ id: 'fast', type: 'complete' });
    lab.gates.open('beside');
    expect(await socket.next()).toMatchObject({ id: 'slow', type: 'next' });
  });
});

describe('a document that cannot be run', () => {
  test.each([
    ['does not parse', '{ hello'],
    ['does not fit the schema', '{ absent }'],
    ['is too deep', `{ ${'self { '.repeat(16)} hello ${'}'.repeat(16)} }`],
    ['names no operation', 'fragment F on Query { hello }'],
  ])('gets an error and no complete, and the socket stays open: it %s', async (_name, query) => {
    const socket = await connected();
    socket.subscribe('a', query);
    const { type, id, payload } = await socket.next();
    expect({ type, id }).toEqual({ type: 'error', id: 'a' });
    expect(payload[0].extensions).toEqual({ code: 'BAD_USER_INPUT' });
    await socket.quiet();
    socket.subscribe('a', '{ hello }');
    expect(await socket.next()).toMatchObject({ id: 'a', type: 'next' });
  });
});

describe('the id of an operation', () => {
  test('can be used once at a time: 4409', async () => {
    const socket = await connected();
    socket.subscribe('a', 'subscription { endless }');
    await socket.next();
    socket.subscribe('a', '{ hello }');
    expect(await socket.closed).toEqual({ code: 4409, reason: 'Subscriber for a already exists' });
  });

  test('can be used once at a time even if it is longer than a close frame', async () => {
    const socket = await connected();
    const id = 'ü'.repeat(200);
    socket.subscribe(id, 'subscription { endless }');
    await socket.next();
    socket.subscribe(id, '{ hello }');
    expect(await socket.closed).toMatchObject({ code: 4409 });
  });

  test('can be used again after complete', async () => {
    const socket = await connected();
    for (const n of [1, 2, 3]) {
      socket.subscribe('a', `{ number(n: ${n}) }`);
      expect(await socket.next()).toMatchObject({ id: 'a', type: 'next', payload: { data: { number: n } } });
      expect(await socket.next()).toEqual({ id: 'a', type: 'complete' });
    }
  });

  test('can be used again at once after the client completed it, while the first use is still being set up', async () => {
    const socket = await connected();
    socket.subscribe('a', 'subscription { late(gate: "again") }');
    await lab.gates.reached('again');
    socket.send({ type: 'complete', id: 'a' });
    socket.subscribe('a', 'subscription { count(to: 1) }');
    await socket.quiet();
    lab.gates.open('again');
    expect(await socket.next()).toEqual({ id: 'a', type: 'next', payload: { data: { count: 1 } } });
    expect(await socket.next()).toEqual({ id: 'a', type: 'complete' });
    await socket.quiet();
  });

  test('that waits for its earlier use can be completed and used once more', async () => {
    const socket = await connected();
    socket.subscribe('a', 'subscription { late(gate: "twice") }');
    await lab.gates.reached('twice');
    socket.send({ type: 'complete', id: 'a' });
    socket.subscribe('a', '{ number(n: 1) }');
    socket.send({ type: 'complete', id: 'a' });
    socket.subscribe('a', '{ number(n: 2) }');
    await socket.quiet();
    lab.gates.open('twice');
    expect(await socket.next()).toMatchObject({ payload: { data: { number: 2 } } });
    expect(await socket.next()).toEqual({ id: 'a', type: 'complete' });
    await socket.quiet();
  });

  test.each(['__proto__', 'constructor', 'toString'])('can be %s', async (id) => {
    const socket = await connected();
    socket.subscribe(id, '{ hello }');
    expect(await socket.next()).toMatchObject({ id, type: 'next' });
    expect(await socket.next()).toEqual({ id, type: 'complete' });
  });

  test('that is not in use can be completed without effect', async () => {
    const socket = await connected();
    socket.send({ type: 'complete', id: 'nobody' });
    await socket.quiet();
  });
});

describe('an operation beyond MAX_OPERATIONS_PER_SOCKET', () => {
  test('is RATE_LIMITED, and the others continue', async () => {
    const socket = await connected();
    for (const id of ['a', 'b', 'c']) {
      socket.subscribe(id, 'subscription { endless }');
      await socket.next();
    }
    socket.subscribe('d', '{ hello }');
    expect(await socket.next()).toMatchObject({ id: 'd', type: 'error', payload: [{ extensions: { code: 'RATE_LIMITED' } }] });
    socket.send({ type: 'complete', id: 'a' });
    await socket.quiet();
    socket.subscribe('d', '{ hello }');
    expect(await socket.next()).toMatchObject({ id: 'd', type: 'next' });
  });

  test('is refused also while operations that the client has completed still run', async () => {
    const socket = await connected();
    for (const id of ['a', 'b', 'c']) {
      socket.subscribe(id, '{ wait(gate: "completed") }');
      socket.send({ type: 'complete', id });
    }
    socket.subscribe('d', '{ hello }');
    expect(await socket.next()).toMatchObject({ id: 'd', type: 'error', payload: [{ extensions: { code: 'RATE_LIMITED' } }] });
    lab.gates.open('completed');
    await socket.quiet();
    socket.subscribe('d', '{ hello }');
    expect(await socket.next()).toMatchObject({ id: 'd', type: 'next' });
  });
});

describe('an upgrade', () => {
  // As Java's HttpClient and `curl --http2` send it with their first request.
  test('to another protocol is ignored: the request is answered', async () => {
    const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': '', 'content-type': 'application/json' };
    const outgoing = request(`${lab.node.url}/graphql`, { method: 'POST', headers }).end('{"query":"{ hello }"}');
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    expect(await text(answer)).toBe('{"data":{"hello":"world"}}');
  });

  test('at another path than /graphql is 404', async () => {
    await expect(openRaw(`${lab.node.url}/else`)).rejects.toThrow('404');
  });

  test('from another origin is refused if CORS_ORIGINS is set', async () => {
    await using own = await openLab({ CORS_ORIGINS: 'https://chat.example' });
    const { url } = own.node;
    await expect(openRaw(url, undefined, { origin: 'https://evil.example' })).rejects.toThrow('403');
    for (const origin of ['https://chat.example', url]) await (await openRaw(url, undefined, { origin })).init();
  });
});

test('a socket that does not answer pings is closed', async () => {
  await using own = await openLab({ SOCKET_PING_MS: '50' });
  const socket = await openRaw(own.node.url);
  await socket.init();
  socket.subscribe('a', 'subscription { endless }');
  await socket.next();
  socket.socket.pause();
  await own.gates.opened('endless returned');
});

test('the graphql-ws client retries exactly the close codes that are to be retried', () => {
  // The client’s own list of codes that it never retries: 1002 to 1999 with these exceptions, and protocol errors.
  const retriedInternal = new Set([1000, 1001, 1005, 1006, 1012, 1013, 1014]);
  const fatal = new Set([4500, 4005, 4400, 4004, 4401, 4406, 4409, 4429]);
  for (const { code, retry } of Object.values(closes)) {
    expect([code, retry]).toEqual([code, !fatal.has(code) && (code >= 2_000 || retriedInternal.has(code))]);
  }
});
