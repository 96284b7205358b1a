import type { Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Admin } from './admin.ts';
import type { Http } from './http.ts';
import type { Sockets } from './socket.ts';

/** The parts that stop. */
export interface Draining {
  readonly server: Server;
  readonly http: Http;
  readonly sockets: Sockets;
  readonly admin: Pick<Admin, 'finish'>;
  /** How long it may take. What is left after that is dropped. */
  readonly ms: number;
  /** Whether a proxy sends the requests of clients. */
  readonly proxied: boolean;
}

// A proxy stops sending requests to a node after a refusal or a health check. A request that it has sent by the time the port closes breaks
// off with an unknown result. Of six nodes that stopped within milliseconds while three clients were writing, three had such a request.
const noticeMs = 1_000;
// server.close() waits for upgraded connections too, and cannot close them. A refused upgrade ends within two seconds.
const lingerMs = 5_000;

/**
 * Stops serving.
 *
 * - At once, /health/ready reports it, new work is refused in a way that tells clients to try elsewhere, and subscriptions over HTTP end.
 * - Accepted work is finished, downloads and the operators' requests too, and sockets are closed in waves.
 * - The port stays open until then, and behind a proxy for at least a second, so that a load balancer reads "draining" instead of hitting a
 *   closed port. Then it closes.
 */
export async function drain({ server, http, sockets, admin, ms, proxied }: Draining): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, ms);
  const noticed = proxied ? delay(Math.min(noticeMs, ms)) : undefined;
  await Promise.all([noticed, sockets.drain(ms), Promise.race([Promise.all([http.drain(), admin.finish()]), late.promise])]);
  clearTimeout(timer);
  const closed = Promise.withResolvers<void>();
  const patience = setTimeout(closed.resolve, lingerMs);
  server.close(() => closed.resolve());
  server.closeAllConnections();
  await closed.promise;
  clearTimeout(patience);
}
