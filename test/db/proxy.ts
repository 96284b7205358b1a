import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';

/** A connection to a server that a test can cut. */
export interface Proxy extends AsyncDisposable {
  readonly port: number;
  /** Where later connections lead. */
  target: number;
  /**
   * Called with the bytes that a client sends, before they are passed on. true: pass them on and cut this connection before the answer
   * comes back; 'unsent': cut it without passing them on; a promise: cut it, and pass them on when the promise resolves; an answer: return
   * it in place of the server's, which gets nothing.
   */
  cutAfter: (bytes: Buffer) => boolean | 'unsent' | Buffer | Promise<void>;
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
      if (Buffer.isBuffer(cut)) {
        client.write(cut);
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

/** Cuts the first connection that sends a statement with this text, or answers it. The returned function says whether that has happened. */
export function cutOnce(proxy: Proxy, statement: string, how: true | 'unsent' | Buffer): () => boolean {
  let isCut = false;
  proxy.cutAfter = (bytes) => {
    if (!bytes.includes(statement)) return false;
    proxy.cutAfter = () => false;
    isCut = true;
    return how;
  };
  return () => isCut;
}

/** The answer of a MySQL server that refuses a statement with this error. */
export function refusal(errno: number): Buffer {
  const state = Buffer.from('#HY000refused');
  const body = Buffer.alloc(3 + state.length);
  body.writeUInt8(0xff);
  body.writeUInt16LE(errno, 1);
  state.copy(body, 3);
  // The length of the body, and the number of the packet: a statement is 0.
  return Buffer.concat([Buffer.from([body.length, 0, 0, 1]), body]);
}
