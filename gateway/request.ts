import type { IncomingMessage } from 'node:http';
import type { Config } from '../src/config/index.ts';
import { newUuid } from '../src/uuid.ts';

/** Returns the id of a request in the log: the client's `x-request-id` if it is a plain word of at most 64 characters, else a new one. */
export function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,64}$/.test(given) ? given : newUuid();
}

/** Returns the client's network address, without a port. Behind a trusted proxy, the address that the proxy saw. */
export function addressOf({ trustProxy }: Config, { headers, socket }: IncomingMessage): string {
  const forwarded = headers['x-forwarded-for'];
  // The last entry is from our proxy. Those before it are from the client.
  const seen = trustProxy ? [forwarded].flat().join(',').split(',').at(-1)?.trim() : undefined;
  const address = seen || socket.remoteAddress || 'unknown';
  // Some proxies add the port, which is another one for each connection.
  return address
    .replace(/^(\[.*\]|[\d.]+):\d+$/, '$1')
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/^::ffff:(?=\d+\.)/, '');
}

/**
 * Returns how a stopping node refuses a request that it has not started. A proxy that can ask another node (deploy/nginx) says so in a
 * header of each request, which names its location for that. This proxy gets the location, and a status that nothing else is answered with.
 * Everybody else gets 503.
 */
export function refusalFor(
  { trustProxy }: Pick<Config, 'trustProxy'>,
  { headers }: IncomingMessage,
): { readonly status: 502 | 503; readonly headers: Readonly<Record<string, string>> } {
  // Only this name: another proxy would pass the header on, and clients must not reach its other locations.
  if (!trustProxy || headers['x-mpim-elsewhere'] !== '@elsewhere') return { status: 503, headers: {} };
  return { status: 502, headers: { 'x-accel-redirect': '@elsewhere' } };
}

/**
 * Returns whether a request asks for a WebSocket. Other protocols in this header are ignored, as RFC 9110 (7.8) allows: Java's `HttpClient`
 * and `curl --http2` offer HTTP/2 with each request.
 */
export function asksForSocket({ headers }: IncomingMessage): boolean {
  return /\bwebsocket\b/i.test(headers.upgrade ?? '');
}

/** Returns the path of a request. Null if its URL cannot be parsed. */
export function pathOf({ url = '/' }: IncomingMessage): string | null {
  return URL.canParse(url, 'http://node') ? new URL(url, 'http://node').pathname : null;
}
