import type { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closes } from '../../gateway/close-codes.ts';
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

describe('a socket before it is acknowledged', () => {
  test('is acknowledged after connection_init, without a payload', async () => {
    const socket = await openRaw(lab.node.url);
    socket.send({ type: 'connection_init' });
    expect(await socket.next()).toEqual({ type: 'connection_ack' });
  });

  test('is closed with 4401 when it subscribes', async () => {
    const socket = await openRaw(lab.node.url);
    socket.subscribe('1', '{ hello }');
    expect(await socket.closed).toEqual({ code: 4401, reason: 'Unauthorized' });
  });

  test('is closed with 4401 when it subscribes while connection_init is being looked at', async () => {
    const socket = await openRaw(lab.node.url);
    socket.send({ type: 'connection_init', payload: { authorization: 'Bearer nonsense' } });
    socket.subscribe('1', '{ hello }');
    expect(await socket.closed).toMatchObject({ code: 4401 });
  });

  test('is closed with 4408 when it stays silent', async () => {
    const socket = await openRaw(lab.node.url);
    expect(await socket.closed).toEqual({ code: 4408, reason: 'Connection initialisation timeout' });
  });

  test('is closed with 4429 when it sends connection_init twice', async () => {
    const socket = await openRaw(lab.node.url);
    socket.send({ type: 'connection_init' });
    socket.send({ type: 'connection_init' });
    expect(await socket.closed).toEqual({ code: 4429, reason: 'Too many initialisation requests' });
  });

  test('may ping', async () => {
    const socket = await openRaw(lab.node.url);
    socket.send({ type: 'ping' });
    expect(await socket.next()).toEqual({ type: 'pong' });
  });

  test.each(['graphql-ws', 'soap'])('is closed with 4406 when it speaks %s', async (protocol) => {
    const socket = await openRaw(lab.node.url, [protocol, 'graphql-transport-ws-2']).catch((error: Error) => error.message);
    // A client that checks the answer gives up by itself: no subprotocol was chosen.
    expect(socket).toBe('Server sent no subprotocol');
  });

  test('is closed with 4406 when it asks for no subprotocol', async () => {
    const socket = await openRaw(lab.node.url, []);
    expect(await socket.closed).toEqual({ code: 4406, reason: 'Subprotocol not acceptable' });
  });
});

describe('a frame that is no message of the protocol', () => {
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
    ['a subscribe whose variables are a list', '{"type":"subscribe","id":"1","payload":{"query":"{ hello }","variables":"x"}}'],
    ['a ping whose payload is no object', '{"type":"ping","payload":"x"}'],
  ])('closes the socket with 4400: %s', async (_name, frame) => {
    const socket = await connected();
    socket.send(frame);
    expect(await socket.closed).toEqual({ code: 4400, reason: 'Invalid message received' });
  });

  test('closes the socket with 4400: a binary frame, whatever it holds', async () => {
    const socket = await connected();
    socket.send(Buffer.from('{"type":"ping"}'));
    expect(await socket.closed).toMatchObject({ code: 4400 });
  });

  test('closes the socket with 1009 when it is over the limit', async () => {
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

  test('a pong, asked for or not, is taken in silence', async () => {
    const socket = await connected();
    socket.send({ type: 'pong', payload: { any: 1 } });
    await socket.quiet();
  });
});

describe('a query or mutation', () => {
  test('is answered by one next and complete', async () => {
    const socket = await connected();
    socket.subscribe('a', 'mutation { act }');
    expect(await socket.next()).toEqual({ id: 'a', type: 'next', payload: { data: { act: 'done' } } });
    expect(await socket.next()).toEqual({ id: 'a', type: 'complete' });
    await socket.quiet();
  });

  test('that the client completes early is not answered', async () => {
    const socket = await connected();
    socket.subscribe('a', '{ wait(gate: "early complete") }');
    await lab.gates.reached('early complete');
    socket.send({ type: 'complete', id: 'a' });
    await socket.quiet();
    lab.gates.open('early complete');
    await socket.quiet();
  });

  test('that heeds that nobody waits for it ends when the client completes it, and its id and the socket go on', async () => {
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

  test('that heeds that nobody waits for it ends at once when the socket was closed before it had begun', async () => {
    const socket = await connected();
    const wire: Duplex = Reflect.get(socket.socket, '_socket');
    // It does not answer that it is closed.
    socket.socket.pause();
    // Both come in one piece, so that the second is acted on while the first is still looked at.
    wire.cork();
    socket.subscribe('a', '{ whileAwaited(gate: "begun too late") }');
    socket.send('no message');
    wire.uncork();
    await lab.gates.reached('begun too late');
    const ended = lab.gates.opened('begun too late').then(() => 'ended');
    expect(await Promise.race([ended, setImmediate('under way')])).toBe('ended');
    socket.terminate();
  });

  test('keeps its variables and the operation that was named', async () => {
    const socket = await connected();
    const query = 'query One { hello } query Two($n: Int!) { number(n: $n) }';
    socket.send({ type: 'subscribe', id: 'a', payload: { query, operationName: 'Two', variables: { n: 7 } } });
    expect(await socket.next()).toMatchObject({ payload: { data: { number: 7 } } });
  });

  test('that is none of the operations of its document, or not said to be which, is the client’s mistake', async () => {
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
  test('delivers and is completed by the server', async () => {
    const socket = await connected();
    socket.subscribe('a', 'subscription { count(to: 2) }');
    expect(await socket.next()).toEqual({ id: 'a', type: 'next', payload: { data: { count: 1 } } });
    expect(await socket.next()).toEqual({ id: 'a', type: 'next', payload: { data: { count: 2 } } });
    expect(await socket.next()).toEqual({ id: 'a', type: 'complete' });
    await socket.quiet();
  });

  test('ends when the client completes it, and nothing is sent back', async () => {
    await using own = await openLab();
    const socket = await openRaw(own.node.url);
    await socket.init();
    socket.subscribe('a', 'subscription { endless }');
    await socket.next();
    socket.send({ type: 'complete', id: 'a' });
    await own.gates.opened('endless returned');
    await socket.quiet();
  });

  test.each(['close', 'terminate'] as const)('ends when the client goes away: %s', async (leave) => {
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

  test('whose client goes away while it is being set up is no bug', async () => {
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

  test('that fails midway sends error and no complete', async () => {
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

  test('runs beside others on the same socket', async () => {
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
  ])('is answered by error, not by complete, and leaves the socket open: it %s', async (_name, query) => {
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
  test('may be used once at a time: 4409', async () => {
    const socket = await connected();
    socket.subscribe('a', 'subscription { endless }');
    await socket.next();
    socket.subscribe('a', '{ hello }');
    expect(await socket.closed).toEqual({ code: 4409, reason: 'Subscriber for a already exists' });
  });

  test('may be used once at a time even if it is longer than a close frame', async () => {
    const socket = await connected();
    const id = 'ü'.repeat(200);
    socket.subscribe(id, 'subscription { endless }');
    await socket.next();
    socket.subscribe(id, '{ hello }');
    expect(await socket.closed).toMatchObject({ code: 4409 });
  });

  test('may be used again after complete', async () => {
    const socket = await connected();
    for (const n of [1, 2, 3]) {
      socket.subscribe('a', `{ number(n: ${n}) }`);
      expect(await socket.next()).toMatchObject({ id: 'a', type: 'next', payload: { data: { number: n } } });
      expect(await socket.next()).toEqual({ id: 'a', type: 'complete' });
    }
  });

  test('may be used again at once after the client completed it, while the first is still being set up', async () => {
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

  test.each(['__proto__', 'constructor', 'toString'])('may be %s', async (id) => {
    const socket = await connected();
    socket.subscribe(id, '{ hello }');
    expect(await socket.next()).toMatchObject({ id, type: 'next' });
    expect(await socket.next()).toEqual({ id, type: 'complete' });
  });

  test('that nobody uses can be completed without effect', async () => {
    const socket = await connected();
    socket.send({ type: 'complete', id: 'nobody' });
    await socket.quiet();
  });
});

describe('one operation more than a socket may have', () => {
  test('is answered RATE_LIMITED, and the others go on', async () => {
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
});

describe('an upgrade', () => {
  test('elsewhere than at /graphql is not found', async () => {
    await expect(openRaw(`${lab.node.url}/else`)).rejects.toThrow('404');
  });

  test('from a page of another origin is refused where origins are configured', async () => {
    await using own = await openLab({ CORS_ORIGINS: 'https://chat.example' });
    const { url } = own.node;
    await expect(openRaw(url, undefined, { origin: 'https://evil.example' })).rejects.toThrow('403');
    for (const origin of ['https://chat.example', url]) await (await openRaw(url, undefined, { origin })).init();
  });
});

test('a socket that does not answer pings is dropped', async () => {
  await using own = await openLab({ SOCKET_PING_MS: '50' });
  const socket = await openRaw(own.node.url);
  await socket.init();
  socket.subscribe('a', 'subscription { endless }');
  await socket.next();
  socket.socket.pause();
  await own.gates.opened('endless returned');
});

test('every close code says whether to come back as the graphql-ws client decides it', () => {
  // The client's own list of what it never retries: 1002 to 1999 but for these, and the protocol's own faults.
  const retriedInternal = new Set([1000, 1001, 1005, 1006, 1012, 1013, 1014]);
  const fatal = new Set([4500, 4005, 4400, 4004, 4401, 4406, 4409, 4429]);
  for (const { code, retry } of Object.values(closes)) {
    expect([code, retry]).toEqual([code, !fatal.has(code) && (code >= 2_000 || retriedInternal.has(code))]);
  }
});
