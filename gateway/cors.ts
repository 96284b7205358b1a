import type { IncomingMessage } from 'node:http';
import type { CORSOptions } from 'graphql-yoga';
import type { Config } from '../src/config/index.ts';

function isListed({ corsOrigins }: Config, origin: string): boolean {
  return corsOrigins.includes('*') || corsOrigins.includes(origin);
}

/**
 * Returns the CORS headers for a page from another origin that calls over HTTP. A page that is not allowed gets none. Yoga would send
 * `null`, which is the origin of pages that have none.
 */
export function corsFor(config: Config, request: Pick<Request, 'headers'>): CORSOptions {
  const origin = request.headers.get('origin');
  if (origin === null || !isListed(config, origin)) return false;
  return {
    // Listed twice, because for a single origin Yoga does not add `Vary: Origin`.
    origin: [origin, origin],
    credentials: false,
    methods: ['GET', 'POST', 'OPTIONS'],
    exposedHeaders: ['x-request-id'],
    maxAge: 7_200,
  };
}

/**
 * Returns whether a request may open a WebSocket. Browsers send their origin without a preflight, other clients send none. This node's own
 * pages are always allowed.
 */
export function mayConnect(config: Config, { headers }: IncomingMessage): boolean {
  const { origin, host } = headers;
  if (origin === undefined || isListed(config, origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}
