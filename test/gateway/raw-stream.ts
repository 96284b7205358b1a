import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';

/** A subscription over HTTP below the protocol, on a connection of its own. It can stop reading, as no well-behaved client does. */
export interface RawStream {
  readonly contentType: string | undefined;
  /** Everything that has arrived, with one character for each byte of UTF-8. */
  received(): string;
  /** Stops reading, so that the connection fills up. */
  freeze(): void;
  thaw(): void;
  /** From here on reads at most this many bytes a ms, steadily. */
  slow(bytesPerMs: number): void;
  /** Resolves at the end of the response: whether it was complete or broke off. */
  readonly over: Promise<'complete' | 'broken off'>;
  /** Disconnects at once. */
  terminate(): void;
}

/** The subscription, and the media type of its response. */
export interface Wish {
  readonly query: string;
  readonly variables?: object;
  readonly accept: string;
  readonly token?: string;
}

/** Subscribes at a node’s /graphql. Resolves with the headers of the response. */
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
