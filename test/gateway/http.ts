import { request as send } from 'node:http';
import type { GraphQLFormattedError } from 'graphql';

/** A response. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests ask for data of every shape
  readonly data?: any;
  readonly errors?: readonly GraphQLFormattedError[];
}

/** Posts a document to a node’s /graphql. */
export async function post(
  url: string,
  query: string,
  headers: Readonly<Record<string, string>> = {},
  variables: object = {},
): Promise<HttpAnswer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, headers: response.headers, ...((await response.json()) as object) };
}

/** A subscription as server-sent events, read event by event. */
export interface EventStream {
  /** The next result, or null when the stream is complete. */
  next(): Promise<object | null>;
  cancel(): Promise<void>;
}

/** Subscribes over HTTP. */
export async function subscribeOverHttp(url: string, query: string, headers: Readonly<Record<string, string>> = {}): Promise<EventStream> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
    body: JSON.stringify({ query }),
  });
  if (response.body === null) throw new Error(`no body came with status ${response.status}`);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    async next() {
      for (;;) {
        const event = /^event: (\w+)\ndata:(.*)\n\n/m.exec(text);
        if (event) {
          text = text.slice(event.index + event[0].length);
          return event[1] === 'complete' ? null : JSON.parse(event[2] ?? '');
        }
        const { done, value } = await reader.read();
        if (done) throw new Error(`the stream broke off after ${text}`);
        text += value;
      }
    },
    cancel: () => reader.cancel(),
  };
}

/** Sends a request in pieces, so that its length is not known beforehand. Resolves with status and body. */
export async function postInPieces(url: string, pieces: readonly string[]): Promise<{ readonly status: number; readonly body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ readonly status: number; readonly body: string }>();
  const outgoing = send(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' } }, async (response) => {
    let body = '';
    for await (const chunk of response.setEncoding('utf8')) body += chunk;
    resolve({ status: response.statusCode ?? 0, body });
  });
  outgoing.on('error', reject);
  for (const piece of pieces) outgoing.write(piece);
  outgoing.end();
  return await promise;
}
