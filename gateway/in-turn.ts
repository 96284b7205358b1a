import type { RequestListener, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

// Libraries for browsers and apps send nothing ahead. Of small requests, a megabyte holds tens of thousands.
const mostWaiting = 100;

/**
 * Returns a listener that takes the requests of one connection in turn: each once those before it are answered. Node itself starts all that
 * a client sends ahead (RFC 9112, 9.3.2), and only orders the answers: two messages could be stored in the other order, and a query could
 * miss what the mutation before it did. Requests beyond a hundred that wait are refused with 429.
 */
export function inTurn(listener: RequestListener): RequestListener {
  const waiting = new WeakMap<Duplex, number>();
  return (request, response) => {
    // A response gets its socket once those before it are sent.
    if (response.socket !== null) return listener(request, response);
    const { socket } = request;
    const before = waiting.get(socket) ?? 0;
    if (before === mostWaiting) return refuse(response);
    waiting.set(socket, before + 1);
    // If the client leaves before, the response never gets it, and the request is not begun.
    response.once('socket', () => {
      waiting.set(socket, (waiting.get(socket) ?? 1) - 1);
      // Node is still handing over the socket.
      setImmediate(listener, request, response);
    });
  };
}

function refuse(response: ServerResponse): void {
  const message = `A connection can have at most ${mostWaiting} requests that wait. Send them again after the answers.`;
  const extensions = { code: 'RATE_LIMITED', retryAfterMs: 1_000 };
  response
    .writeHead(429, { 'content-type': 'application/graphql-response+json; charset=utf-8', 'retry-after': '1' })
    .end(JSON.stringify({ errors: [{ message, extensions }] }));
}
