import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';

/** A way to a server that a test can cut. */
export interface Proxy extends AsyncDisposable {
  readonly port: number;
  /** Where connections lead that come from now on. */
  target: number;
  /**
   * Called with what a client sends, before it goes on. True: pass it on and cut this connection before the answer comes back; 'unsent': cut it without
   * passing it on; a promise: cut it, and pass it on when that resolves.
   */
  cutAfter: (bytes: Buffer) => boolean | 'unsent' | Promise<void>;
}

/** Passes connections on to a port of this machine. */
export async function startProxy(target: number): Promise<Proxy> {
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = createConnection({ port: proxy.target, host: '127.0.0.1' });
    let parted = false;
    open.add(client).add(upstream);
    upstream.pipe(client);
    client.on('data', (bytes: Buffer) => {
      const cut = proxy.cutAfter(bytes);
      if (cut === false) {
        upstream.write(bytes);
        return;
      }
      parted = true;
      upstream.unpipe(client);
      upstream.resume();
      client.destroy();
      if (cut === 'unsent') upstream.destroy();
      else
        Promise.resolve(cut).then(
          () => upstream.end(bytes),
          () => upstream.destroy(),
        );
    });
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        if (!parted) other.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const proxy: Proxy = {
    port: typeof address === 'object' && address ? address.port : 0,
    target,
    cutAfter: () => false,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}

/** Has the first connection cut that sends such a statement. Answers whether that has happened. */
export function cutOnce(proxy: Proxy, statement: string, how: true | 'unsent'): () => boolean {
  let isCut = false;
  proxy.cutAfter = (bytes) => {
    if (!bytes.includes(statement)) return false;
    proxy.cutAfter = () => false;
    isCut = true;
    return how;
  };
  return () => isCut;
}
