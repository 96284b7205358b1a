import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** A page, or a part of one, that this node serves to browsers. It loads nothing from elsewhere. */
export interface Page {
  readonly body: Buffer;
  readonly gzipped: Buffer;
  /** Changes with the content. */
  readonly etag: string;
  /** Content type, caching and security policy. */
  readonly headers: Readonly<Record<string, string>>;
}

// Nothing is loaded from, or sent to, anywhere but this node. Editors start their workers from blobs.
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

const usual = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy, 'cache-control': 'no-cache' };

/** Prepares a page. `headers` override the defaults, which are those of a self-contained page. */
export async function createPage(content: string | Buffer, headers: Page['headers'] = {}): Promise<Page> {
  const body = Buffer.from(content);
  const etag = `"${createHash('sha256').update(body).digest('base64url')}"`;
  return { body, gzipped: await promisify(gzip)(body), etag, headers: { ...usual, ...headers } };
}

/** Answers with the page, or with 304 if the browser has it. */
export function sendPage(
  { method, headers }: IncomingMessage,
  response: ServerResponse,
  { body: whole, gzipped, etag, headers: own }: Page,
): void {
  for (const [name, value] of Object.entries(own)) response.setHeader(name, value);
  response.setHeader('referrer-policy', 'no-referrer');
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('vary', 'accept, accept-encoding');
  response.setHeader('etag', etag);
  if (headers['if-none-match'] === etag) {
    response.writeHead(304).end();
    return;
  }
  const zipped = takesGzip(String(headers['accept-encoding'] ?? ''));
  if (zipped) response.setHeader('content-encoding', 'gzip');
  const body = zipped ? gzipped : whole;
  response.writeHead(200, { 'content-length': body.length });
  response.end(method === 'HEAD' ? undefined : body);
}

/** Returns whether an `Accept-Encoding` names gzip, and not with `q=0`, which means "not this one" (RFC 9110, 12.5.3). */
function takesGzip(accepted: string): boolean {
  return /(^|,)\s*gzip\s*(?!;\s*q=0(\.0*)?\s*(,|$))(;|,|$)/i.test(accepted);
}
