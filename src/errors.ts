/** The error codes that mutations report in their payloads (schema: `enum ErrorCode`). */
export const refusalCodes = [
  'NOT_FOUND',
  'FORBIDDEN',
  'INVALID_INPUT',
  'INVALID_CREDENTIALS',
  'CONFLICT',
  'BLOCKED',
  'NOT_CONTACTS',
  'MUTED',
  'RATE_LIMITED',
  'TOO_LATE',
  'LIMIT_REACHED',
  'OWNER_MUST_TRANSFER',
  'SUSPENDED',
  'UNAVAILABLE',
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

/**
 * All error codes: refusals, and the codes that occur only at the top level of a GraphQL response. INTERNAL is not among them: a bug is any
 * other Error.
 */
export type ErrorCode = RefusalCode | 'UNAUTHENTICATED' | 'BAD_USER_INPUT';

/** Details of an error. */
export interface ErrorDetail {
  /** Path of the input at fault, from the function's own argument on, for example ['userIds', '3']. */
  readonly field?: readonly string[] | undefined;
  /** In how many ms the same request may succeed. */
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/** The only error that modules throw on purpose. The message says what to do next and is shown to users. */
export class ChatError extends Error {
  readonly code: ErrorCode;
  readonly field: readonly string[] | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = 'ChatError';
    this.code = code;
    this.field = detail.field;
    this.retryAfterMs = detail.retryAfterMs;
  }
}

/** The node is overloaded. Says nothing about the request itself, which may succeed later, or at once on another node. */
export class OverloadError extends ChatError {
  constructor(message: string, retryAfterMs: number) {
    super('UNAVAILABLE', message, { retryAfterMs });
    this.name = 'OverloadError';
  }
}

/** Returns true for a ChatError that a mutation reports in its payload's `errors`. */
export function isRefusal(error: unknown): error is ChatError & { code: RefusalCode } {
  return error instanceof ChatError && (refusalCodes as readonly string[]).includes(error.code);
}
