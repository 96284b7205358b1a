import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Config } from '../src/config/index.ts';
import type { Metrics } from './metrics.ts';

/** The path of the metrics on the operators' port. */
export const metricsPath = '/metrics';

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Answers a request for metrics, as Prometheus sends it. 401 if the caller may not see them, 405 if the method is not GET. */
export async function sendMetrics(metrics: Metrics, config: Config, { request, response }: Exchange): Promise<void> {
  if (!mayRead(config, request)) return void response.writeHead(401, { 'www-authenticate': 'Bearer', connection: 'close' }).end();
  if (request.method !== 'GET') return void response.writeHead(405, { allow: 'GET', connection: 'close' }).end();
  const text = await metrics.text();
  response.writeHead(200, { 'content-type': metrics.contentType, 'cache-control': 'no-store' }).end(text);
}

function mayRead({ metricsToken }: Config, { headers, socket }: IncomingMessage): boolean {
  if (metricsToken === '') return /^(::1$|(::ffff:)?127\.)/.test(socket.remoteAddress ?? '');
  // Hashed to equal lengths, so the comparison takes constant time.
  const [given, due] = [headers.authorization ?? '', `Bearer ${metricsToken}`].map((text) => createHash('sha256').update(text).digest());
  return given !== undefined && due !== undefined && timingSafeEqual(given, due);
}
