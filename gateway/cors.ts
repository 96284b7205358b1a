import type { IncomingMessage } from 'node:http';
import type { CORSOptions } from 'graphql-yoga';
import type { Config } from '../src/config.ts';

function isListed({ corsOrigins }: Config, origin: string): boolean {
  return corsOrigins.includes('*') || corsOrigins.includes(origin);
}

/** What pages of elsewhere are told that call by HTTP. One that may not is told nothing: `null`, which Yoga would say, is the origin of pages that have none. */
export function corsFor(config: Config, request: Pick<Request, 'headers'>): CORSOptions {
  const origin = request.headers.get('origin');
  if (origin === null || !isListed(config, origin)) return false;
  return {
    // Two of it, for of a single one Yoga does not say that the answer depends on it.
    origin: [origin, origin],
    credentials: false,
    methods: ['GET', 'POST', 'OPTIONS'],
    exposedHeaders: ['x-request-id'],
    maxAge: 7_200,
  };
}

/**
 * Whether a WebSocket may be opened from where this request comes from: browsers send their origin and do not ask first, other clients send
 * none. Our own pages always may.
 */
export function mayConnect(config: Config, { headers }: IncomingMessage): boolean {
  const { origin, host } = headers;
  if (origin === undefined || isListed(config, origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}
