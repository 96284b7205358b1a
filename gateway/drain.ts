import type { Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Http } from './http.ts';
import type { Sockets } from './socket.ts';

/** What stops. */
export interface Draining {
  readonly server: Server;
  readonly http: Http;
  readonly sockets: Sockets;
  /** How long it may take; past it, what is left is dropped. */
  readonly ms: number;
  /** Whether a proxy sends it what clients want. */
  readonly proxied: boolean;
}

// A proxy sends nothing any more to who has refused something, or as soon as it has asked how the node is. What it has sent by the time the port closes breaks off, and
// nobody can know what became of it: of six nodes that were done within milliseconds while three clients wrote all the time three had such a one.
const noticeMs = 1_000;
// What was upgraded is nobody's to close but its own: an upgrade that was refused goes within two seconds.
const lingerMs = 5_000;

/**
 * Stops serving. At once: /health/ready says so, new work is refused in a way that tells clients to try elsewhere, subscriptions over HTTP
 * end. Meanwhile what was accepted is finished and sockets are closed in waves. The port stays open until then, and behind a proxy for a second, so that a load balancer reads "draining" instead of hitting a closed port; then it closes.
 */
export async function drain({ server, http, sockets, ms, proxied }: Draining): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, ms);
  const noticed = proxied ? delay(Math.min(noticeMs, ms)) : undefined;
  await Promise.all([noticed, sockets.drain(ms), Promise.race([http.drain(), late.promise])]);
  clearTimeout(timer);
  const closed = Promise.withResolvers<void>();
  const patience = setTimeout(closed.resolve, lingerMs);
  server.close(() => closed.resolve());
  server.closeAllConnections();
  await closed.promise;
  clearTimeout(patience);
}
