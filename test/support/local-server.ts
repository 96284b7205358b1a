import type { Server } from 'node:http';

/** A server on a local port. */
export interface LocalServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** Cuts all connections, and resolves once it no longer listens. */
  close(): Promise<void>;
}

/** Makes a server listen on a free port. */
export async function listenLocally(server: Server): Promise<LocalServer> {
  const { promise: listens, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await listens;
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it listens on a port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      await closed.promise;
    },
  };
}
