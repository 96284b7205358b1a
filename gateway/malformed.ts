import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { sayLast } from './last-words.ts';

const statuses: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/**
 * Has a server answer what is no request of HTTP, or not a whole one, and read on for a while. Node's own way is to close at once: a proxy that is still sending loses the
 * answer, takes the node for dead and sends it nothing for some time. One such request to each node would take them all away from everybody.
 */
export function answerMalformed(server: Server): void {
  const [answering, refused] = [new WeakSet<Duplex>(), new WeakSet<Duplex>()];
  server.on('request', ({ socket }, response) => {
    answering.add(socket);
    response.once('close', () => answering.delete(socket));
  });
  server.on('clientError', ({ code = '' }: NodeJS.ErrnoException, socket) => {
    // The rest of it: no more of a request than what came before.
    if (refused.has(socket)) return;
    // It has gone, or is in the middle of an answer.
    if (!socket.writable || answering.has(socket)) return void socket.destroy();
    refused.add(socket);
    sayLast(socket, { status: statuses[code] ?? 400 });
  });
}
