import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { ChatError, type ErrorCode, refusalCodes } from '../src/errors.ts';
import type { Logging } from './logger.ts';

/** What `extensions.code` of a top-level error may be. */
export type PublicCode = ErrorCode | 'INTERNAL';

const publicCodes: ReadonlySet<unknown> = new Set<PublicCode>([...refusalCodes, 'UNAUTHENTICATED', 'BAD_USER_INPUT', 'INTERNAL']);

// For a response without data, in the media type application/graphql-response+json (GraphQL over HTTP); application/json stays 200.
const statuses: Partial<Record<PublicCode, number>> = {
  UNAUTHENTICATED: 401,
  BAD_USER_INPUT: 400,
  RATE_LIMITED: 429,
  UNAVAILABLE: 503,
  INTERNAL: 500,
};

/** Turns whatever was thrown into what a client may see. Idempotent. Never throws. */
export type Mask = (error: unknown) => GraphQLError;

/**
 * Makes the one mask of a node. A ChatError shows its code and message; an error that points into the document is BAD_USER_INPUT; an error
 * with one of the public codes passes; everything else is a bug: INTERNAL, its text only in the log, found there by `extensions.requestId`.
 */
export function createMask({ logger, requestId }: Logging): Mask {
  function bug(error: unknown): GraphQLError {
    const id = requestId();
    logger.error({ err: error }, 'a bug was masked');
    const { nodes, source, positions, path } = error instanceof GraphQLError ? error : {};
    return new GraphQLError('Something went wrong on our side. Report the request id.', {
      nodes: nodes ?? null,
      source: source ?? null,
      positions: positions ?? null,
      path: path ?? null,
      extensions: { code: 'INTERNAL', ...(id === undefined ? {} : { requestId: id }) },
    });
  }

  return function mask(error) {
    const origin = rootOf(error);
    if (origin instanceof ChatError) return withCode(error, origin.message, extensionsOf(origin));
    if (!(error instanceof GraphQLError) || !(origin instanceof GraphQLError)) return bug(error);
    if (publicCodes.has(error.extensions['code'])) return error;
    if (publicCodes.has(origin.extensions['code'])) return withCode(error, origin.message, origin.extensions);
    if (!pointsAtRequest(origin)) return bug(error);
    return withCode(error, origin.message, { code: 'BAD_USER_INPUT', ...httpOf(origin) });
  };
}

/** The same error for a response that has no data at all: HTTP shows it in its status too. */
export function asRequestError(error: GraphQLError): GraphQLError {
  const status = statuses[error.extensions['code'] as PublicCode];
  if (status === undefined) return error;
  const headers = status === 401 ? { 'www-authenticate': 'Bearer' } : {};
  // `spec`: only where the client accepts the media type in which a status other than 200 is allowed.
  return withCode(error, error.message, { ...error.extensions, http: { status, spec: true, headers } });
}

/** An error as it travels over a WebSocket: without what only HTTP needs. */
export function formatError(error: GraphQLError): GraphQLFormattedError {
  const { extensions = {}, ...rest } = error.toJSON();
  const { http: _, ...shown } = extensions;
  return { ...rest, extensions: shown };
}

function rootOf(error: unknown): unknown {
  let root = error;
  while (root instanceof GraphQLError && root.originalError) root = root.originalError;
  return root;
}

function extensionsOf({ code, field, retryAfterMs }: ChatError): Record<string, unknown> {
  return {
    code,
    ...(field === undefined ? {} : { field }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(code === 'UNAVAILABLE' ? { retryable: true } : {}),
  };
}

function withCode(error: unknown, message: string, extensions: Record<string, unknown>): GraphQLError {
  const { nodes, source, positions, path } = error instanceof GraphQLError ? error : {};
  return new GraphQLError(message, { nodes: nodes ?? null, source: source ?? null, positions: positions ?? null, path: path ?? null, extensions });
}

// Parsing, validation and the coercion of variables and arguments throw errors that carry the place in the document; Yoga's own refusals
// carry the HTTP status of a bad request. A resolver that throws a bare GraphQLError, or a scalar that cannot serialise, carries neither.
function pointsAtRequest(error: GraphQLError): boolean {
  const { status } = statusOf(error);
  return (error.nodes?.length ?? 0) > 0 || error.source !== undefined || (status !== undefined && status >= 400 && status < 500);
}

function statusOf(error: GraphQLError): { readonly status?: number } {
  return (error.extensions['http'] ?? {}) as { readonly status?: number };
}

function httpOf(error: GraphQLError): Record<string, unknown> {
  const { http } = error.extensions;
  return http === undefined ? {} : { http };
}
