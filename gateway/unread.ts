import type { ServerResponse } from 'node:http';

/**
 * Ends a connection whose client reads nothing of its answer for `ms`. Without this, Node holds an answer for as long as the client keeps
 * the connection open. A slow client is not cut off: with each byte that it takes the time begins anew.
 */
export function endIfUnread(response: ServerResponse, ms: number): void {
  // It also fires if the answer takes so long to make. What is then written begins the time anew.
  response.setTimeout(ms, () => {
    if (response.writableLength > 0) response.destroy();
  });
}
