import { type Remedy, remedyOfClose, remedyOfError } from './close-codes.ts';

/** An error of GraphQL as it travels. */
export interface ServerError {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

/** Why a subscription has ended, whichever library says it. */
export interface Failure {
  /** What to do about it. */
  readonly remedy: Remedy;
  /** A close code, or the `extensions.code` of an error; null: neither, such as a network that is not there. */
  readonly code: number | string | null;
  /** For people, or at least for logs. */
  readonly message: string;
  /** How long the server asks to wait, in ms. */
  readonly retryAfterMs: number | null;
  /** What it was read from. */
  readonly cause: unknown;
}

/** A failure of this side, or of nobody. */
export function failed(remedy: Remedy, message: string, cause: unknown = null): Failure {
  return { remedy, code: null, message, retryAfterMs: null, cause };
}

/** What errors of GraphQL say: the first of them decides, as the server tells the first fault. */
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
 * Reads what a library gives as the error that ended a subscription: errors of GraphQL (alone, or within Apollo's and urql's), a closed socket
 * (graphql-ws's, or Apollo's text about it), or a response by HTTP that has errors in its body. Anything else is a network that failed: `later`.
 */
export function readFailure(thrown: unknown): Failure {
  if (isErrors(thrown)) return failureOfErrors(thrown);
  if (typeof thrown !== 'object' || thrown === null) return failed('later', String(thrown), thrown);
  // As Node gives it where none of several addresses answers.
  if (thrown instanceof AggregateError) return failed('later', thrown.message || String(thrown.errors[0]), thrown);
  const { errors, graphQLErrors, networkError, code, reason, message, bodyText } = thrown as Readonly<Record<string, unknown>>;
  for (const list of [errors, graphQLErrors, errorsIn(bodyText)]) if (isErrors(list)) return failureOfErrors(list, thrown);
  if (networkError !== undefined && networkError !== null) return readFailure(networkError);
  if (typeof code === 'number' && typeof reason === 'string') return failureOfClose(code, reason, thrown);
  const text = typeof message === 'string' ? message : 'the connection failed';
  // How Apollo's GraphQLWsLink tells of a socket that closed: what is known of it is in the text alone.
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
    // A page of a proxy.
    return null;
  }
}
