import type { IncomingMessage } from 'node:http';
import type { Config } from '../src/config.ts';
import { newUuid } from '../src/uuid.ts';

/** The id under which a request stands in the log: the client's `x-request-id` if it is a plain word of at most 64 characters, else a new one. */
export function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,64}$/.test(given) ? given : newUuid();
}

/** The client's network address; behind a trusted proxy, the one the proxy saw. */
export function addressOf({ trustProxy }: Config, { headers, socket }: IncomingMessage): string {
  const forwarded = headers['x-forwarded-for'];
  // The last entry is our proxy's own; those before it are whatever the client wrote.
  const seen = trustProxy ? [forwarded].flat().join(',').split(',').at(-1)?.trim() : undefined;
  const address = seen || socket.remoteAddress || 'unknown';
  return address.replace(/^::ffff:(?=\d+\.)/, '');
}

/**
 * How a node that stops refuses what it has not begun. A proxy of ours that can ask another node (deploy/nginx) says so with each request, by the name of what it does then: it is
 * told to, with a status that nothing else is answered with. Everybody else gets 503.
 */
export function refusalFor(
  { trustProxy }: Pick<Config, 'trustProxy'>,
  { headers }: IncomingMessage,
): { readonly status: 502 | 503; readonly headers: Readonly<Record<string, string>> } {
  // That name and no other: a proxy that is not ours passes the header on, and what it has under another is not for clients to ask for.
  if (!trustProxy || headers['x-mpim-elsewhere'] !== '@elsewhere') return { status: 503, headers: {} };
  return { status: 502, headers: { 'x-accel-redirect': '@elsewhere' } };
}

/** The path that a request asks for; null if its target cannot be read. */
export function pathOf({ url = '/' }: IncomingMessage): string | null {
  return URL.canParse(url, 'http://node') ? new URL(url, 'http://node').pathname : null;
}
