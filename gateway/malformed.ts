import type { Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { endWithResponse } from './final-response.ts';

const statuses: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/**
 * Makes a server answer malformed or incomplete HTTP requests, and read on for a while. Node itself closes at once: a proxy that is still
 * sending loses the answer, takes the node for dead and sends it nothing for some time. One such request to each node would make all of
 * them unavailable to everybody.
 */
export function answerMalformed(server: Server): void {
  // A client may send requests ahead. Their answers go out in order, so the last one is the last to close.
  const lastAnswer = new WeakMap<Duplex, ServerResponse>();
  const refused = new WeakSet<Duplex>();
  server.on('request', ({ socket }, response) => void lastAnswer.set(socket, response));
  server.on('clientError', ({ code = '' }: NodeJS.ErrnoException, socket) => {
    // The rest of a request that was refused already.
    if (refused.has(socket)) return;
    // The client has gone, or an answer is being sent.
    if (!socket.writable || lastAnswer.get(socket)?.closed === false) return void socket.destroy();
    refused.add(socket);
    endWithResponse(socket, { status: statuses[code] ?? 400 });
  });
}
