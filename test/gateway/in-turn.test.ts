import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { post } from './http.ts';
import { type Lab, openLab } from './lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab[Symbol.asyncDispose]());

/** Sends requests on one connection without waiting for answers. Returns the bodies that have arrived so far. */
function sendAhead(queries: readonly string[]) {
  const socket = connect(lab.node.port, '127.0.0.1').setEncoding('latin1');
  let received = '';
  socket.on('data', (data: string) => {
    received += data;
  });
  socket.write(queries.map((query) => `GET /graphql?query=${query} HTTP/1.1\r\nHost: a\r\n\r\n`).join(''));
  return { socket, bodies: () => [...received.matchAll(/\{"(?:data|errors)".*?\}(?=HTTP|\r\n|$)/g)].map(([body]) => JSON.parse(body)) };
}

test('a request that a client sends ahead begins once the one before it is answered', async () => {
  const { socket, bodies } = sendAhead(['{wait(gate:"one")}', '{wait(gate:"two")}', '{hello}']);
  await lab.gates.reached('one');
  // Another connection does not wait.
  expect((await post(lab.node.url, '{ hello }')).data).toEqual({ hello: 'world' });
  expect(lab.gates.isReached('two')).toBe(false);
  lab.gates.open('one');
  await lab.gates.reached('two');
  await expect.poll(bodies).toEqual([{ data: { wait: 'one' } }]);
  lab.gates.open('two');
  await expect.poll(bodies).toEqual([{ data: { wait: 'one' } }, { data: { wait: 'two' } }, { data: { hello: 'world' } }]);
  socket.destroy();
});

test('requests that were sent ahead are not begun if the client leaves before their turn', async () => {
  const { socket } = sendAhead(['{whileAwaited(gate:"left")}', '{wait(gate:"never")}']);
  await lab.gates.reached('left');
  socket.destroy();
  // By now the node knows that nobody waits.
  await lab.gates.opened('left');
  expect((await post(lab.node.url, '{ hello }')).data).toEqual({ hello: 'world' });
  expect(lab.gates.isReached('never')).toBe(false);
});

test('beyond a hundred requests that wait on one connection it refuses more, in their turn', async () => {
  const { socket, bodies } = sendAhead(['{wait(gate:"many")}', ...Array.from({ length: 102 }, () => '{hello}')]);
  await lab.gates.reached('many');
  lab.gates.open('many');
  await expect.poll(() => bodies().length).toBe(103);
  expect(bodies().slice(100)).toEqual([
    { data: { hello: 'world' } },
    ...Array.from({ length: 2 }, () => ({
      errors: [expect.objectContaining({ extensions: { code: 'RATE_LIMITED', retryAfterMs: 1_000 } })],
    })),
  ]);
  socket.end();
  await once(socket, 'close');
});
