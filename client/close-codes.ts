/**
 * What to do after a subscription ended. `end`: give up, as a retry would not help. `refresh`: retry with a fresh access token. `at once`:
 * retry with a short random wait. `later`: retry after a growing wait.
 */
export type Remedy = 'end' | 'refresh' | 'at once' | 'later';

/**
 * What to do after a WebSocket was closed, by close code. First the table in docs/api/errors.md, “Close codes of the WebSocket”, then the
 * codes of browsers, proxies and libraries. Any other code means `later`.
 */
export const closeRemedies = {
  4400: 'end',
  // Unless `refresh` begins another session.
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
  // Normal closure, going away, no status, abnormal closure, bad gateway (from a proxy).
  1000: 'later',
  1001: 'later',
  1005: 'later',
  1006: 'later',
  1014: 'later',
  // Codes of graphql-ws: bad response (for example a proxy’s page), failed `connectionParams`, terminated by the application,
  // acknowledgement timeout.
  4004: 'later',
  4005: 'later',
  4499: 'later',
  4504: 'later',
} as const satisfies Readonly<Record<number, Remedy>>;

/** What to do after a GraphQL error, by `extensions.code`. Any other code is a refusal or a bug on either side and means `end`. */
export const errorRemedies = {
  UNAUTHENTICATED: 'refresh',
  UNAVAILABLE: 'later',
  RATE_LIMITED: 'later',
} as const satisfies Readonly<Record<string, Remedy>>;

const byCode: ReadonlyMap<number, Remedy> = new Map(Object.entries(closeRemedies).map(([code, remedy]) => [Number(code), remedy]));
const byError: ReadonlyMap<string, Remedy> = new Map(Object.entries(errorRemedies));

/** What to do after a WebSocket was closed with this code. */
export function remedyOfClose(code: number): Remedy {
  return byCode.get(code) ?? 'later';
}

/** What to do after an error with this code, or null if it has none. */
export function remedyOfError(code: string | null): Remedy {
  return (code === null ? undefined : byError.get(code)) ?? 'end';
}
