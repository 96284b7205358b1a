import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * Starts a network between the bus and the Redis on a port. After `cut`, nothing arrives and nothing is closed. `break` closes all
 * connections. `lead` leads new ones to another port.
 */
export async function startNetwork(
  port: number,
): Promise<AsyncDisposable & { readonly url: string; cut(): void; mend(): void; break(): void; lead(port: number): void }> {
  let whole = true;
  let target = port;
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
    lead: (next) => {
      target = next;
    },
    [Symbol.asyncDispose]: async () => {
      breakAll();
      server.close();
    },
  };
}

/** Starts a server that accepts connections and stays silent. `sockets` are the open connections. */
export async function startSilent(): Promise<Disposable & { readonly port: number; readonly sockets: ReadonlySet<Socket> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    // Otherwise it would never see the other end close.
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
