import { GraphQLError } from 'graphql';
import { extensionsOf } from '../schema/index.ts';
import { ChatError, type ErrorCode, refusalCodes } from '../src/errors.ts';
import type { Logging } from './logger.ts';

/** The values of `extensions.code` in top-level errors. */
export type PublicCode = ErrorCode | 'PERSISTED_QUERY_NOT_FOUND' | 'UNTRUSTED_DOCUMENT' | 'INTERNAL';

const publicCodes: ReadonlySet<unknown> = new Set<PublicCode>([
  ...refusalCodes,
  'UNAUTHENTICATED',
  'BAD_USER_INPUT',
  'PERSISTED_QUERY_NOT_FOUND',
  'UNTRUSTED_DOCUMENT',
  'INTERNAL',
]);

// The HTTP status of a response without data in the media type application/graphql-response+json (GraphQL over HTTP). With application/json
// it is 200.
const statuses: Partial<Record<PublicCode, number>> = {
  UNAUTHENTICATED: 401,
  BAD_USER_INPUT: 400,
  RATE_LIMITED: 429,
  UNAVAILABLE: 503,
  INTERNAL: 500,
};

/** Converts whatever was thrown to what a client may see. Idempotent. Never throws. */
export type Mask = (error: unknown) => GraphQLError;

/**
 * Creates the mask of a node.
 *
 * - A ChatError shows its code and message.
 * - An error that points into the document is BAD_USER_INPUT.
 * - An error with a public code passes.
 * - Everything else is a bug: INTERNAL. Its text is only in the log, where `extensions.requestId` finds it.
 */
export function createMask({ logger, requestId }: Logging): Mask {
  function bug(error: unknown): GraphQLError {
    const id = requestId();
    logger.error({ err: error }, 'an unexpected error was masked as INTERNAL');
    const { nodes, source, positions, path } = error instanceof GraphQLError ? error : {};
    return new GraphQLError('Something went wrong on the server. Report the request id.', {
      nodes: nodes ?? null,
      source: source ?? null,
      positions: positions ?? null,
      path: path ?? null,
      extensions: { code: 'INTERNAL', ...(id === undefined ? {} : { requestId: id }) },
    });
  }

  return function mask(error) {
    const origin = rootOf(error);
    if (origin instanceof ChatError) return withCode(error, origin.message, { ...extensionsOf(origin) });
    if (!(error instanceof GraphQLError) || !(origin instanceof GraphQLError)) return bug(error);
    if (publicCodes.has(error.extensions['code'])) return error;
    if (publicCodes.has(origin.extensions['code'])) return withCode(error, origin.message, origin.extensions);
    if (!pointsAtRequest(error, origin)) return bug(error);
    return withCode(error, error.message, { code: 'BAD_USER_INPUT', ...httpOf(origin) });
  };
}

/** Returns the code that the mask gives to an error. */
export function codeOf(error: unknown): PublicCode {
  const origin = rootOf(error);
  if (origin instanceof ChatError) return origin.code;
  if (!(error instanceof GraphQLError) || !(origin instanceof GraphQLError)) return 'INTERNAL';
  const given = [error, origin].map(({ extensions }) => extensions['code']).find((code) => publicCodes.has(code));
  if (given !== undefined) return given as PublicCode;
  return pointsAtRequest(error, origin) ? 'BAD_USER_INPUT' : 'INTERNAL';
}

/**
 * Marks an error of parsing or validation as the document's fault, even if the error points nowhere because the document overflowed the
 * parser's stack or the validation's budget. Other errors are returned unchanged.
 */
export function asDocumentError(error: Error): Error {
  if (error instanceof RangeError)
    return new GraphQLError('This document is nested too deeply.', { extensions: { code: 'BAD_USER_INPUT' } });
  if (!(error instanceof GraphQLError) || error.originalError || error.extensions['code'] !== undefined) return error;
  return withCode(error, error.message, { ...error.extensions, code: 'BAD_USER_INPUT' });
}

/** Returns the same error for a response without data: it sets the HTTP status. */
export function asRequestError(error: GraphQLError): GraphQLError {
  const status = statuses[error.extensions['code'] as PublicCode];
  if (status === undefined) return error;
  const headers = status === 401 ? { 'www-authenticate': 'Bearer' } : {};
  // `spec`: sets the status only if the client accepts the media type that allows other statuses than 200.
  return withCode(error, error.message, { ...error.extensions, http: { status, spec: true, headers } });
}

/** Returns the error for a WebSocket, without the extensions for HTTP. */
export function asSocketError(error: GraphQLError): GraphQLError {
  if (error.extensions['http'] === undefined) return error;
  const { http: _, ...extensions } = error.extensions;
  return withCode(error, error.message, extensions);
}

/**
 * Returns true for an unhandled rejection with the error of a field. Executors drop the promises of a list's items if a later item fails at
 * once, and of these some may reject as well (graphql-js pull request 4643; @graphql-tools/executor does the same). The response is sent
 * with the error of the later item: nothing is in an unknown state.
 */
export function isDroppedField(error: unknown): error is GraphQLError {
  return error instanceof GraphQLError && error.path !== undefined;
}

function rootOf(error: unknown): unknown {
  let root = error;
  while (root instanceof GraphQLError && root.originalError) root = root.originalError;
  return root;
}

function withCode(error: unknown, message: string, extensions: Record<string, unknown>): GraphQLError {
  const { nodes, source, positions, path } = error instanceof GraphQLError ? error : {};
  return new GraphQLError(message, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    path: path ?? null,
    extensions,
  });
}

// Parsing, validation and the coercion of variables and arguments throw errors that have a location in the document; those of variables
// have no path, and the one that says that there were too many of them has neither. Yoga's own refusals have a 4xx status. An error of a resolver that throws a bare GraphQLError, or of a scalar that cannot
// serialise, gets its location and path only from the executor: it is a bug.
function pointsAtRequest(error: GraphQLError, origin: GraphQLError): boolean {
  const { status = 0 } = httpExtension(origin);
  const inVariables = error.path === undefined && (error.nodes !== undefined || (error === origin && status === 0));
  return inVariables || origin.nodes !== undefined || origin.source !== undefined || (status >= 400 && status < 500);
}

interface HttpExtension {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

function httpExtension(error: GraphQLError): HttpExtension {
  return (error.extensions['http'] ?? {}) as HttpExtension;
}

// A request that is not GraphQL at all has its status in every media type. So Yoga's `spec` flag, which would make it 200 in one of them,
// is left out.
function httpOf(error: GraphQLError): { readonly http?: HttpExtension } {
  const { status, headers } = httpExtension(error);
  return status === undefined ? {} : { http: { status, ...(headers === undefined ? {} : { headers }) } };
}
