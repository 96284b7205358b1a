import { createClient } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { ChatError } from '../../src/errors.ts';
import { type Lab, openLab } from './lab.ts';
import { type Board, createBoard } from './note-board.ts';
import { type Message, openRaw, type RawSocket } from './raw-socket.ts';

let lab: Lab;
let board: Board;
beforeAll(async () => {
  board = createBoard();
  lab = await openLab({ MAX_OPERATIONS_PER_SOCKET: '5' }, board.schema);
});
afterEach(async () => {
  board.end();
  await expect.poll(() => board.followers()).toBe(0);
});
afterAll(() => lab[Symbol.asyncDispose]());

async function connected(): Promise<RawSocket> {
  const socket = await openRaw(lab.node.url);
  onTestFinished(socket.terminate);
  await socket.init();
  return socket;
}

// The protocol is the same, whether an event is executed once for all subscribers or for each of them.
describe.each([
  ['shares its events', ''],
  ['shares none of its events', 'viewerRequest'],
])('a subscription that %s', (_what, own) => {
  const fields = `__typename n ... on Note { text ${own} } ... on Secret { ${own || 'text'} }`;
  const notes = `subscription { notes { ${fields} } }`;
  const gated = `subscription { notes { n ... on Note { text gated(gate: "${own || 'shared'}") ${own} } } }`;
  const gate = own || 'shared';

  /** Subscribes, and waits until the source has the new followers. */
  async function follow(socket: RawSocket, ...ids: readonly string[]): Promise<void> {
    const before = board.followers();
    for (const id of ids) socket.subscribe(id, notes);
    await expect.poll(() => board.followers()).toBe(before + ids.length);
  }

  function next(id: string, n: number): object {
    return { id, type: 'next', payload: { data: { notes: expect.objectContaining({ n, text: `note ${n}` }) } } };
  }

  test('gets events in order, and completes when its source ends', async () => {
    const socket = await connected();
    await follow(socket, 'a');
    board.post(1, 2);
    board.end();
    expect(await socket.next()).toEqual(next('a', 1));
    expect(await socket.next()).toEqual(next('a', 2));
    expect(await socket.next()).toEqual({ id: 'a', type: 'complete' });
    await socket.quiet();
  });

  test('completes at once if its source ends before any event', async () => {
    const socket = await connected();
    await follow(socket, 'a');
    board.end();
    expect(await socket.next()).toEqual({ id: 'a', type: 'complete' });
    await socket.quiet();
  });

  test('completes only after the events that are still being rendered', async () => {
    const socket = await connected();
    socket.subscribe('a', gated.replace(gate, `${gate}-last`));
    await expect.poll(() => board.followers()).toBe(1);
    board.post(1);
    board.end();
    await board.gates.reached(`${gate}-last`);
    await socket.quiet();
    board.gates.open(`${gate}-last`);
    expect(await socket.next()).toMatchObject({ type: 'next', payload: { data: { notes: { n: 1, gated: 1 } } } });
    expect(await socket.next()).toEqual({ id: 'a', type: 'complete' });
  });

  test('ends without a response when the client completes it, and others continue', async () => {
    const [socket, other] = [await connected(), await connected()];
    await follow(socket, 'a', 'b');
    await follow(other, 'a');
    socket.send({ type: 'complete', id: 'a' });
    await expect.poll(() => board.followers()).toBe(2);
    board.post(1);
    expect(await socket.next()).toEqual(next('b', 1));
    expect(await other.next()).toEqual(next('a', 1));
    await socket.quiet();
  });

  test('sends nothing that was being rendered when the client completed it', async () => {
    const [socket, other] = [await connected(), await connected()];
    for (const one of [socket, other]) one.subscribe('a', gated.replace(gate, `${gate}-left`));
    await expect.poll(() => board.followers()).toBe(2);
    board.post(1, 2);
    await board.gates.reached(`${gate}-left`);
    socket.send({ type: 'complete', id: 'a' });
    await socket.quiet();
    board.gates.open(`${gate}-left`);
    expect(await other.next()).toMatchObject({ payload: { data: { notes: { n: 1 } } } });
    expect(await other.next()).toMatchObject({ payload: { data: { notes: { n: 2 } } } });
    await socket.quiet();
  });

  test('can be opened again with the same id after it was completed', async () => {
    const socket = await connected();
    await follow(socket, 'a');
    for (const n of [1, 2, 3]) {
      socket.send({ type: 'complete', id: 'a' });
      socket.subscribe('a', notes);
      await socket.quiet();
      await expect.poll(() => board.followers()).toBe(1);
      board.post(n);
      expect(await socket.next()).toEqual(next('a', n));
    }
    await socket.quiet();
  });

  test('cannot be opened twice with one id: the socket closes with 4409 and releases its source', async () => {
    const [socket, other] = [await connected(), await connected()];
    await follow(socket, 'a');
    await follow(other, 'a');
    socket.subscribe('a', notes);
    expect(await socket.closed).toMatchObject({ code: 4409 });
    await expect.poll(() => board.followers()).toBe(1);
    board.post(1);
    expect(await other.next()).toEqual(next('a', 1));
  });

  test('that is opened several times on one socket gets each event with each id', async () => {
    const socket = await connected();
    const ids = ['a', 'ü🐘', '{"', '4', '__proto__'];
    await follow(socket, ...ids);
    board.post(1, 2, 3);
    const seen: Message[] = [];
    while (seen.length < 15) seen.push(await socket.next());
    for (const id of ids) expect(seen.filter((message) => message.id === id)).toEqual([next(id, 1), next(id, 2), next(id, 3)]);
    await socket.quiet();
  });

  test('beyond MAX_OPERATIONS_PER_SOCKET is refused with an error, and the others continue', async () => {
    const socket = await connected();
    await follow(socket, '1', '2', '3', '4', '5');
    socket.subscribe('6', notes);
    expect(await socket.next()).toMatchObject({ id: '6', type: 'error', payload: [{ extensions: { code: 'RATE_LIMITED' } }] });
    board.post(1);
    expect(await socket.next()).toEqual(next('1', 1));
  });

  test('that fails midway gets the events before, then an error and no complete', async () => {
    const socket = await connected();
    await follow(socket, 'a');
    board.post(1);
    board.end({ error: new ChatError('NOT_FOUND', 'No longer yours.') });
    expect(await socket.next()).toEqual(next('a', 1));
    expect(await socket.next()).toMatchObject({
      id: 'a',
      type: 'error',
      payload: [{ message: 'No longer yours.', extensions: { code: 'NOT_FOUND' } }],
    });
    await socket.quiet();
    await follow(socket, 'a');
    board.post(2);
    expect(await socket.next()).toEqual(next('a', 2));
  });

  test('that fails by a bug does not reveal it', async () => {
    const socket = await connected();
    await follow(socket, 'a');
    board.end({ error: new Error('the secret of the stream') });
    const { type, payload } = await socket.next();
    expect([type, payload[0].extensions.code]).toEqual(['error', 'INTERNAL']);
    expect(JSON.stringify(payload)).not.toContain('secret');
  });

  test.each([
    ['refused', 'FORBIDDEN'],
    ['bug', 'INTERNAL'],
  ])('that cannot be opened gets one result with errors: %s', async (field, code) => {
    const socket = await connected();
    await follow(socket, 'live');
    socket.subscribe('a', notes.replace('notes', field));
    expect(await socket.next()).toMatchObject({ id: 'a', type: 'next', payload: { errors: [{ path: [field], extensions: { code } }] } });
    expect(await socket.next()).toEqual({ id: 'a', type: 'complete' });
    board.post(1);
    expect(await socket.next()).toEqual(next('live', 1));
  });

  test('with an event that fails in part gets it with its errors, and continues', async () => {
    const sockets = [await connected(), await connected()];
    for (const socket of sockets) socket.subscribe('a', `subscription { notes { n ... on Note { flaky text ${own} } } }`);
    await expect.poll(() => board.followers()).toBe(2);
    board.flaky = () => {
      throw new Error('the secret of the field');
    };
    board.post(1);
    for (const socket of sockets) {
      const { id, type, payload } = await socket.next();
      expect([id, type, payload.data.notes.n, payload.data.notes.flaky]).toEqual(['a', 'next', 1, null]);
      expect(payload.errors).toMatchObject([{ path: ['notes', 'flaky'], extensions: { code: 'INTERNAL' } }]);
      expect(JSON.stringify(payload)).not.toContain('secret');
    }
    board.flaky = () => 1;
    board.post(2);
    for (const socket of sockets) expect(await socket.next()).toMatchObject({ payload: { data: { notes: { n: 2, flaky: 1 } } } });
  });

  test.each(['close', 'terminate'] as const)('releases its source when its socket ends: %s; others continue', async (leave) => {
    const [socket, other] = [await connected(), await connected()];
    await follow(socket, 'a', 'b');
    await follow(other, 'a');
    socket[leave]();
    await expect.poll(() => board.followers()).toBe(1);
    board.post(1);
    expect(await other.next()).toEqual(next('a', 1));
    expect(lab.log.filter(({ msg }) => msg === 'closing a socket failed' || msg === 'a socket message failed')).toEqual([]);
  });

  test('does not affect pings, before and between events', async () => {
    const socket = await connected();
    await follow(socket, 'a');
    await socket.quiet();
    board.post(1);
    expect(await socket.next()).toEqual(next('a', 1));
    socket.send({ type: 'pong' });
    await socket.quiet();
    board.post(2);
    expect(await socket.next()).toEqual(next('a', 2));
  });

  test('runs beside queries on the same socket', async () => {
    const socket = await connected();
    await follow(socket, 'a');
    socket.subscribe('q', '{ hello }');
    expect(await socket.next()).toMatchObject({ id: 'q', type: 'next' });
    expect(await socket.next()).toEqual({ id: 'q', type: 'complete' });
    board.post(1);
    expect(await socket.next()).toEqual(next('a', 1));
  });

  test('closes with its socket when the node stops, so that the client opens it elsewhere', async () => {
    const own = createBoard();
    const node = await openLab({}, own.schema);
    const socket = await openRaw(node.node.url);
    await socket.init();
    socket.subscribe('a', notes);
    await expect.poll(() => own.followers()).toBe(1);
    own.post(1);
    const closing = node[Symbol.asyncDispose]();
    expect(await socket.next()).toEqual(next('a', 1));
    expect(await socket.closed).toMatchObject({ code: 1012 });
    await closing;
    expect(own.followers()).toBe(0);
  });

  test('works with the graphql-ws client: values, then the end; errors are thrown; return() ends it', async () => {
    const client = createClient({ url: `${lab.node.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 });
    onTestFinished(() => client.dispose());
    const complete = client.iterate({ query: notes });
    const failing = client.iterate({ query: notes });
    const left = client.iterate({ query: notes });
    const firsts = [complete.next(), failing.next(), left.next()];
    await expect.poll(() => board.followers()).toBe(3);
    board.post(1);
    for (const { value } of await Promise.all(firsts))
      expect(value).toEqual({ data: { notes: expect.objectContaining({ n: 1, text: 'note 1' }) } });
    await left.return?.();
    await expect.poll(() => board.followers()).toBe(2);
    board.end({ error: new ChatError('NOT_FOUND', 'No longer yours.') });
    await expect(failing.next()).rejects.toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
    await expect(complete.next()).rejects.toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
    const again = client.iterate({ query: notes });
    const first = again.next();
    await expect.poll(() => board.followers()).toBe(1);
    board.post(2);
    board.end();
    expect(await first).toMatchObject({ done: false });
    expect(await again.next()).toEqual({ done: true, value: undefined });
  });
});
