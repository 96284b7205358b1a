import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A network between the bus and Redis. Cut, nothing arrives any more and nothing is closed; broken, all connections are. */
export async function startNetwork(
  target: number,
): Promise<AsyncDisposable & { readonly url: string; cut(): void; mend(): void; break(): void }> {
  let whole = true;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    join(near, far);
    join(far, near);
  });
  function join(from: Socket, to: Socket): void {
    sockets.add(from);
    from.on('data', (data) => whole && to.write(data));
    from.on('error', () => {});
    from.on('close', () => whole && to.destroy());
  }
  function breakAll(): void {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `redis://127.0.0.1:${portOf(server)}`,
    cut: () => {
      whole = false;
    },
    mend: () => {
      whole = true;
    },
    break: breakAll,
    [Symbol.asyncDispose]: async () => {
      breakAll();
      server.close();
    },
  };
}

/** A server that takes connections and says nothing. `sockets` are the ones that are open. */
export async function startSilent(): Promise<Disposable & { readonly port: number; readonly sockets: ReadonlySet<Socket> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    // Otherwise the other end's close would never be seen.
    socket.resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: portOf(server), sockets, [Symbol.dispose]: () => void server.close() };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
