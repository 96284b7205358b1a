import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';

/** A way to a server that a test can cut. */
export interface Proxy extends AsyncDisposable {
  readonly port: number;
  /** Called with what a client sends, before it goes on; true: pass it on and cut this connection before the answer comes back. */
  cutAfter: (bytes: Buffer) => boolean;
}

/** Passes connections on to a port of this machine. */
export async function startProxy(target: number): Promise<Proxy> {
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = createConnection({ port: target, host: '127.0.0.1' });
    open.add(client).add(upstream);
    upstream.pipe(client);
    client.on('data', (bytes: Buffer) => {
      if (proxy.cutAfter(bytes)) {
        upstream.unpipe(client);
        client.destroy();
        upstream.end(bytes);
      } else {
        upstream.write(bytes);
      }
    });
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        if (socket === upstream || !client.destroyed) other.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const proxy: Proxy = {
    port: typeof address === 'object' && address ? address.port : 0,
    cutAfter: () => false,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}
