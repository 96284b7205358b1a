/** The refusals of the public API, in the contract's words (schema: `enum ErrorCode`). */
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

/** Refusals, and what only ever stands at the top level of a GraphQL response. INTERNAL has no member: a bug is any other Error. */
export type ErrorCode = RefusalCode | 'UNAUTHENTICATED' | 'BAD_USER_INPUT';

/** Where and when of a refusal. */
export interface ErrorDetail {
  /** The input at fault, named from the function's own argument on, e.g. ['userIds', '3']. */
  readonly field?: readonly string[] | undefined;
  /** After how many ms the same request may succeed. */
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/** The one error that modules throw on purpose. The message says what to do next and is shown to people. */
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

/** This node has more to do than it takes on. The same may succeed later, or at once on another node: never about what was asked. */
export class OverloadError extends ChatError {
  constructor(message: string, retryAfterMs: number) {
    super('UNAVAILABLE', message, { retryAfterMs });
    this.name = 'OverloadError';
  }
}

/** True for a ChatError whose code a mutation reports in its payload's `errors`. */
export function isRefusal(error: unknown): error is ChatError & { code: RefusalCode } {
  return error instanceof ChatError && (refusalCodes as readonly string[]).includes(error.code);
}
