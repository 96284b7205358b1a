import { type Remedy, remedyOfClose, remedyOfError } from './close-codes.ts';

/** A GraphQL error in a response. */
export interface ServerError {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

/** Why a subscription ended, independent of the library that reported it. */
export interface Failure {
  /** What to do. */
  readonly remedy: Remedy;
  /** A close code or the `extensions.code` of an error. Null if there is neither, for example without a network. */
  readonly code: number | string | null;
  /** A message for logs. */
  readonly message: string;
  /** How long the server asks to wait, in ms, or null. */
  readonly retryAfterMs: number | null;
  /** The original error. */
  readonly cause: unknown;
}

/** Creates a failure that did not come from the server. */
export function failed(remedy: Remedy, message: string, cause: unknown = null): Failure {
  return { remedy, code: null, message, retryAfterMs: null, cause };
}

/** The failure for GraphQL errors. The first error decides, because the server reports the first fault. */
export function failureOfErrors(errors: readonly ServerError[], cause: unknown = errors): Failure {
  const [first] = errors;
  const { code, retryAfterMs } = first?.extensions ?? {};
  const known = typeof code === 'string' ? code : null;
  return {
    remedy: remedyOfError(known),
    code: known,
    message: first?.message ?? 'refused without a reason',
    retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : null,
    cause,
  };
}

function failureOfClose(code: number, reason: string, cause: unknown): Failure {
  const [, ms] = /\bin (\d+) ms\b/.exec(reason) ?? [];
  const message = reason === '' ? `the connection was closed with ${code}` : reason;
  return { remedy: remedyOfClose(code), code, message, retryAfterMs: ms === undefined ? null : Number(ms), cause };
}

/**
 * Reads the error that a library reports at the end of a subscription: GraphQL errors (bare, or inside the errors of Apollo and urql), a
 * close event (of graphql-ws, or Apollo's text about it), or an HTTP response with errors in its body. Everything else counts as a network
 * failure: `later`.
 */
export function readFailure(thrown: unknown): Failure {
  if (isErrors(thrown)) return failureOfErrors(thrown);
  if (typeof thrown !== 'object' || thrown === null) return failed('later', String(thrown), thrown);
  const { name, errors, graphQLErrors, networkError, code, reason, message, bodyText } = thrown as Readonly<Record<string, unknown>>;
  // Node throws this if none of several addresses answers. Told by its name, because not all app platforms have the class.
  if (name === 'AggregateError') return failed('later', String(message || Object(errors)[0]), thrown);
  for (const list of [errors, graphQLErrors, errorsIn(bodyText)]) if (isErrors(list)) return failureOfErrors(list, thrown);
  if (networkError !== undefined && networkError !== null) return readFailure(networkError);
  if (typeof code === 'number' && typeof reason === 'string') return failureOfClose(code, reason, thrown);
  const text = typeof message === 'string' ? message : 'the connection failed';
  // Apollo's GraphQLWsLink reports a closed socket only in the text of its error.
  const [, closed, why = ''] = /^Socket closed with event (\d+) ?(.*)/s.exec(text) ?? [];
  return closed === undefined ? failed('later', text, thrown) : failureOfClose(Number(closed), why, thrown);
}

function isErrors(value: unknown): value is readonly ServerError[] {
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one?.message === 'string');
}

function errorsIn(body: unknown): unknown {
  if (typeof body !== 'string') return null;
  try {
    return (JSON.parse(body) as { readonly errors?: unknown } | null)?.errors;
  } catch {
    // Not JSON: for example a proxy's error page.
    return null;
  }
}
