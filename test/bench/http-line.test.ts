import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { HttpLines } from '../../bench/send/http-line.ts';

async function serve(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { lines: new HttpLines(port), [Symbol.asyncDispose]: close };
}

it('posts with a token and reads responses with a length and in chunks, on one connection', async () => {
  let connections = 0;
  await using served = await serve(async (request, response) => {
    if (request.socket.bytesWritten === 0) connections += 1;
    const body = await text(request);
    if (body === 'chunks') response.write('ä');
    response.end(`${request.headers.authorization} ${body}`);
  });
  expect(await served.lines.post('secret', 'ü')).toBe('Bearer secret ü');
  expect(await served.lines.post('secret', 'chunks')).toBe('äBearer secret chunks');
  expect(connections).toBe(1);
});

it('sends each request without waiting for another', async () => {
  const both = Promise.withResolvers<void>();
  let arrived = 0;
  await using served = await serve(async (_, response) => {
    arrived += 1;
    if (arrived === 2) both.resolve();
    await both.promise;
    response.end('answer');
  });
  expect(await Promise.all([served.lines.post('', ''), served.lines.post('', '')])).toEqual(['answer', 'answer']);
});

it('rejects on a status other than 200 and on a connection that ends', async () => {
  await using served = await serve(async (request, response) => {
    if ((await text(request)) === 'end') request.socket.destroy();
    else response.writeHead(503).end('later');
  });
  await expect(served.lines.post('', 'refuse')).rejects.toThrow('status 503: later');
  await expect(served.lines.post('', 'end')).rejects.toThrow('closed the connection');
});
