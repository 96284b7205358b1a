/**
 * What to do about a subscription that has ended. `end`: nothing that the client does by itself would help. `refresh`: come back with a fresh
 * access token. `at once`: come back, the others of its node do so too. `later`: come back after a wait that grows.
 */
export type Remedy = 'end' | 'refresh' | 'at once' | 'later';

/**
 * What to do about a WebSocket that was closed, by its code: the table in docs/api/errors.md, “Close codes of the WebSocket”, and below it the codes with
 * which browsers, proxies and libraries end one by themselves. Any other code is one of those in between: `later`.
 */
export const closeRemedies = {
  4400: 'end',
  4401: 'end',
  4403: 'refresh',
  4406: 'end',
  4408: 'later',
  4409: 'end',
  4429: 'end',
  4500: 'end',
  4510: 'later',
  4511: 'later',
  4512: 'later',
  1008: 'end',
  1009: 'end',
  1012: 'at once',
  1013: 'later',
  // Normal, going away, no status, lost, a proxy’s bad gateway.
  1000: 'later',
  1001: 'later',
  1005: 'later',
  1006: 'later',
  1014: 'later',
  // graphql-ws: an answer that is none (a proxy’s page, say), a token source that failed, terminated by the application, not acknowledged in time.
  4004: 'later',
  4005: 'later',
  4499: 'later',
  4504: 'later',
} as const satisfies Readonly<Record<number, Remedy>>;

/** What to do about errors of GraphQL, by `extensions.code`. Any other code is a refusal, or a mistake on either side: `end`. */
export const errorRemedies = {
  UNAUTHENTICATED: 'refresh',
  UNAVAILABLE: 'later',
  RATE_LIMITED: 'later',
} as const satisfies Readonly<Record<string, Remedy>>;

const byCode: ReadonlyMap<number, Remedy> = new Map(Object.entries(closeRemedies).map(([code, remedy]) => [Number(code), remedy]));
const byError: ReadonlyMap<string, Remedy> = new Map(Object.entries(errorRemedies));

/** What to do about a WebSocket that was closed with this code. */
export function remedyOfClose(code: number): Remedy {
  return byCode.get(code) ?? 'later';
}

/** What to do about an error with this code; null: it has none. */
export function remedyOfError(code: string | null): Remedy {
  return (code === null ? undefined : byError.get(code)) ?? 'end';
}
