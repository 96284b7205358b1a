import type { IncomingMessage } from 'node:http';
import type { Config } from '../src/config.ts';

/** The origins that browsers may call from, as configured; `*` among them: any. */
export function originsOf({ corsOrigins }: Config): readonly string[] {
  return corsOrigins
    .split(',')
    .map((origin) => origin.trim())
    .filter((origin) => origin !== '');
}

/**
 * Whether a WebSocket may be opened from where this request comes from: browsers send their origin and do not ask first, other clients send
 * none. Our own pages always may.
 */
export function mayConnect(config: Config, { headers }: IncomingMessage): boolean {
  const { origin, host } = headers;
  const origins = originsOf(config);
  if (origin === undefined || origins.includes('*') || origins.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}
