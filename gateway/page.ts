import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** A page that we serve to browsers: all of it, with nothing to fetch from elsewhere. */
export interface Page {
  readonly html: Buffer;
  readonly gzipped: Buffer;
  /** Changes with the content. */
  readonly etag: string;
}

// Nothing is loaded from, or sent to, anywhere but this node; editors start their workers from blobs.
const policy = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline' blob:",
  "worker-src 'self' blob:",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ');

/** Prepares a page for serving. */
export async function createPage(text: string): Promise<Page> {
  const html = Buffer.from(text);
  return { html, gzipped: await promisify(gzip)(html), etag: `"${createHash('sha256').update(html).digest('base64url')}"` };
}

/** Answers with the page, or with 304 where the browser has it. */
export function sendPage({ method, headers }: IncomingMessage, response: ServerResponse, { html, gzipped, etag }: Page): void {
  response.setHeader('content-security-policy', policy);
  response.setHeader('referrer-policy', 'no-referrer');
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('cache-control', 'no-cache');
  response.setHeader('vary', 'accept, accept-encoding');
  response.setHeader('etag', etag);
  if (headers['if-none-match'] === etag) {
    response.writeHead(304).end();
    return;
  }
  const zipped = String(headers['accept-encoding'] ?? '').includes('gzip');
  if (zipped) response.setHeader('content-encoding', 'gzip');
  const body = zipped ? gzipped : html;
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-length': body.length });
  response.end(method === 'HEAD' ? undefined : body);
}
