import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { refuseUpgrade } from '../../gateway/upgrade-refusal.ts';
import { openLab } from './lab.ts';

/** Sends an upgrade that is refused, with more data behind it. Returns the socket after the refusal. */
async function refused(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write('GET /elsewhere HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nand more');
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/);
  return socket;
}

test('a client that resets the connection of a refused upgrade does not harm the node', async () => {
  await using lab = await openLab();
  for (let times = 0; times < 20; times += 1) (await refused(lab.node.port)).resetAndDestroy();
  expect((await fetch(`${lab.node.url}/health/live`)).status).toBe(200);
});

test('a client that keeps the connection of a refused upgrade open delays neither the node’s stop nor the end of the connection', async () => {
  const lab = await openLab();
  const socket = await refused(lab.node.port);
  const closed = once(socket, 'close');
  socket.write('and more');
  await lab[Symbol.asyncDispose]();
  await closed;
});

test('a connection that its client never closes is closed by the node', async () => {
  const closed = Promise.withResolvers<void>();
  // As for HTTP: the end of one side does not end the other.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.once('close', () => closed.resolve());
    refuseUpgrade(socket, { status: 404 });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true });
  client.on('error', () => undefined).resume();
  onTestFinished(() => {
    client.destroy();
    server.close();
  });
  await closed.promise;
});
