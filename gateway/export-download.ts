import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Chat } from '../src/chat.ts';
import type { Download } from '../src/export/index.ts';

const pattern = /^\/exports\/([0-9a-f-]{36})$/;

/** Returns the file that a request's link opens. Null if the link is malformed or not valid. */
export async function openDownload({ exports }: Chat, { url = '/' }: IncomingMessage): Promise<Download | null> {
  if (!URL.canParse(url, 'http://node')) return null;
  const { pathname, searchParams } = new URL(url, 'http://node');
  const [, id] = pattern.exec(pathname) ?? [];
  if (id === undefined) return null;
  const until = Number(searchParams.get('until') ?? '');
  return exports.open(id, { until, signature: searchParams.get('signature') ?? '' });
}

/** Sends a file part by part, as fast as the client reads it. Ends the response if the file is cut short. */
export async function sendDownload(
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  download: Download,
): Promise<void> {
  response.writeHead(200, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': download.bytes,
    'content-disposition': `attachment; filename="${download.name}"`,
    // The file belongs to one user, and its URL grants access to it.
    'cache-control': 'private, no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
  if (request.method === 'HEAD') return void response.end();
  await pipeline(Readable.from(partsOf(download), { objectMode: false }), response).catch((error: unknown) => {
    // The client ended the download.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  });
}

async function* partsOf(download: Download): AsyncGenerator<Uint8Array> {
  for (let place = 0; ; place += 1) {
    const part = await download.part(place);
    if (part === null) return;
    yield part;
  }
}
