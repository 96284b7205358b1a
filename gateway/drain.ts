import type { Server } from 'node:http';
import type { Http } from './http.ts';
import type { Sockets } from './socket.ts';

/** What stops. */
export interface Draining {
  readonly server: Server;
  readonly http: Http;
  readonly sockets: Sockets;
  /** How long it may take; past it, what is left is dropped. */
  readonly ms: number;
}

/**
 * Stops serving. At once: /health/ready says so, new work is refused in a way that tells clients to try elsewhere, subscriptions over HTTP
 * end. Meanwhile what was accepted is finished and sockets are closed in waves. The port stays open until then, so that a load balancer reads
 * "draining" instead of hitting a closed port; then it closes.
 */
export async function drain({ server, http, sockets, ms }: Draining): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, ms);
  await Promise.all([sockets.drain(ms), Promise.race([http.drain(), late.promise])]);
  clearTimeout(timer);
  const closed = Promise.withResolvers<void>();
  server.close(() => closed.resolve());
  server.closeAllConnections();
  await closed.promise;
}
