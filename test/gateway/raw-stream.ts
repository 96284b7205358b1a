import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';

/** A subscription over HTTP as it travels, on a connection of its own: it can stop reading as no well-behaved client does. */
export interface RawStream {
  readonly contentType: string | undefined;
  /** All that came so far, its UTF-8 one byte a character. */
  received(): string;
  /** Takes nothing from the connection any more, so that it fills up. */
  freeze(): void;
  thaw(): void;
  /** From here on takes no more than so many bytes a ms, but takes them steadily. */
  slow(bytesPerMs: number): void;
  /** Resolves when nothing more comes: whether the answer came to its end, or broke off. */
  readonly over: Promise<'complete' | 'broken off'>;
  /** Goes away without a goodbye. */
  terminate(): void;
}

/** What is subscribed to, and how it is to be answered. */
export interface Wish {
  readonly query: string;
  readonly variables?: object;
  readonly accept: string;
  readonly token?: string;
}

/** Subscribes at a node's /graphql; resolves with the headers of its answer. */
export async function openStream(url: string, { query, variables, accept, token }: Wish): Promise<RawStream> {
  const headers = { 'content-type': 'application/json', accept, ...(token !== undefined && { authorization: `Bearer ${token}` }) };
  const outgoing = request(`${url}/graphql`, { method: 'POST', agent: false, headers });
  outgoing.end(JSON.stringify({ query, variables }));
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const { promise: over, resolve } = Promise.withResolvers<'complete' | 'broken off'>();
  const chunks: string[] = [];
  response.setEncoding('latin1').on('data', (chunk: string) => void chunks.push(chunk));
  response.on('error', () => resolve('broken off')).on('end', () => resolve('complete'));
  return {
    contentType: response.headers['content-type'],
    received: () => chunks.join(''),
    freeze: () => void response.socket.pause(),
    thaw: () => void response.socket.resume(),
    slow(bytesPerMs) {
      response.on('data', (chunk: string) => {
        response.pause();
        setTimeout(() => response.resume(), chunk.length / bytesPerMs);
      });
    },
    over,
    terminate: () => void response.socket.destroy(),
  };
}
