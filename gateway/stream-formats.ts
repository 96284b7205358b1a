/** A format for a stream of results in one HTTP response. Texts are UTF-8, one byte per character. */
export interface StreamFormat {
  readonly mediaType: string;
  readonly contentType: string;
  /** Sent at once, so that the headers are sent and the client knows that it is connected. */
  readonly first: string;
  next(payload: string): string;
  readonly ping: string;
  /** The regular end. */
  readonly end: string;
  /** Returns the end by errors, given as a JSON list. */
  fail(errors: string): string;
}

// Server-Sent Events as in GraphQL over SSE ("distinct connections" mode):
// https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverSSE.md
const eventStream: StreamFormat = {
  mediaType: 'text/event-stream',
  contentType: 'text/event-stream; charset=utf-8',
  first: ':\n\n',
  next: (payload) => `event: next\ndata: ${payload}\n\n`,
  ping: ':\n\n',
  end: 'event: complete\ndata:\n\n',
  fail: (errors) => `event: next\ndata: {"errors":${errors}}\n\nevent: complete\ndata:\n\n`,
};

// Multipart subscriptions for Apollo's clients. They process a part when the boundary after it has arrived, so each part ends with a
// boundary. https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/multipart-protocol
const boundary = 'graphql';

function part(json: string): string {
  return `\r\ncontent-type: application/json\r\n\r\n${json}\r\n--${boundary}`;
}

const multipart: StreamFormat = {
  mediaType: 'multipart/mixed',
  contentType: `multipart/mixed;boundary="${boundary}";subscriptionSpec=1.0`,
  first: `\r\n--${boundary}`,
  next: (payload) => part(`{"payload":${payload}}`),
  ping: part('{}'),
  end: '--\r\n',
  fail: (errors) => `${part(`{"payload":null,"errors":${errors}}`)}--\r\n`,
};

/** Returns the first format in an Accept header that can carry a subscription. Undefined if there is none. */
export function streamFormatFor(accept: string | null): StreamFormat | undefined {
  for (const range of (accept ?? '*/*').toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';').map((text) => text.trim());
    if (type === 'text/event-stream' || type === 'text/*' || type === '*/*') return eventStream;
    if (type === 'multipart/mixed' && parameters.some((text) => /^subscriptionspec="?1\.0"?$/.test(text))) return multipart;
  }
  return undefined;
}
