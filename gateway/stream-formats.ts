/** How a stream of results is written in one HTTP response. Texts are bytes of UTF-8, one a character. */
export interface StreamFormat {
  readonly mediaType: string;
  readonly contentType: string;
  /** Sent at once, so that the headers leave and the client knows that it is connected. */
  readonly first: string;
  next(payload: string): string;
  readonly ping: string;
  /** The regular end. */
  readonly end: string;
  /** The end by errors, given as a JSON list. */
  fail(errors: string): string;
}

// Server-Sent Events as GraphQL over SSE says it ("distinct connections" mode): https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverSSE.md
const eventStream: StreamFormat = {
  mediaType: 'text/event-stream',
  contentType: 'text/event-stream; charset=utf-8',
  first: ':\n\n',
  next: (payload) => `event: next\ndata: ${payload}\n\n`,
  ping: ':\n\n',
  end: 'event: complete\ndata:\n\n',
  fail: (errors) => `event: next\ndata: {"errors":${errors}}\n\nevent: complete\ndata:\n\n`,
};

// Multipart subscriptions as Apollo's clients read them: a part is taken when the boundary after it has come, so each carries that along.
// https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/multipart-protocol
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

/** The format that an Accept header asks for first, of those that can carry a subscription; undefined if it names none. */
export function streamFormatFor(accept: string | null): StreamFormat | undefined {
  for (const range of (accept ?? '*/*').toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';').map((text) => text.trim());
    if (type === 'text/event-stream' || type === 'text/*' || type === '*/*') return eventStream;
    if (type === 'multipart/mixed' && parameters.some((text) => /^subscriptionspec="?1\.0"?$/.test(text))) return multipart;
  }
  return undefined;
}
