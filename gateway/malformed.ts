import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';

const statuses: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

// Whoever sends has the answer by then, or has no wish for it.
const readOnMs = 2_000;

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
    socket.end(`HTTP/1.1 ${statuses[code] ?? '400 Bad Request'}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    const timer = setTimeout(() => socket.destroy(), readOnMs);
    socket.once('close', () => clearTimeout(timer));
  });
}
