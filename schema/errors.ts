import type { GraphQLResolveInfo } from 'graphql';
import { type ChatError, type ErrorCode as Code, isRefusal, type RefusalCode, refusalCodes } from '../src/errors.ts';
import { builder, type Types } from './builder.ts';
import { type Context, refresh } from './context.ts';
import { readFirst } from './operation.ts';

/** What each code means. */
export const refusalMeanings: { readonly [C in RefusalCode]: string } = {
  NOT_FOUND: 'There is no such thing, or it is not for the viewer to see: the two are never told apart.',
  FORBIDDEN:
    'The viewer sees it but may not do this to it: their role or a policy of the group is in the way, or the app that is asked before something is said.',
  INVALID_INPUT: 'A value cannot be accepted; `field` says which. An id that is malformed, or names another type of node, is one of them.',
  INVALID_CREDENTIALS: 'Handle or password is wrong, which of them is not told; or a refresh token is unknown, expired, used or revoked.',
  CONFLICT: 'It collides with what is there: a handle is taken, a user is a member already, a clientMessageId stands for another request.',
  BLOCKED: 'The viewer has blocked the other user.',
  NOT_CONTACTS: 'The other user takes messages from their contacts only.',
  MUTED: 'The viewer, or everyone, is muted in the group; `retryAfterMs` says for how long, if it ends.',
  RATE_LIMITED: 'Too much in too short a time; `retryAfterMs` says when to go on.',
  TOO_LATE: 'The time in which this could be done has passed.',
  LIMIT_REACHED: 'There can be no more of them: a group is full, a user is in too many groups, too many messages are pinned.',
  OWNER_MUST_TRANSFER: 'The owner hands the group over before leaving it.',
  SUSPENDED: 'The account is suspended by the operators: `message` says why, and `retryAfterMs` for how long, if it ends within 24 days.',
  UNAVAILABLE: 'Not known to be stored. The same request may be sent again, and settles it.',
};

/** Why something was refused. */
export const ErrorCode = builder.enumType('ErrorCode', {
  description: 'Why something was refused. More may be added: treat one that you do not know as a refusal.',
  values: Object.fromEntries(refusalCodes.map((code) => [code, { description: refusalMeanings[code] }])) as Record<
    RefusalCode,
    { description: string }
  >,
});

/** A refusal as the payload holds it: not an Error, for GraphQL takes one among its values for a failed field. */
export type UserErrorShape = Pick<Refusal, 'code' | 'message' | 'field' | 'retryAfterMs'>;
type Refusal = ChatError & { readonly code: RefusalCode };

const UserError = builder.objectRef<UserErrorShape>('UserError').implement({
  description: 'A refusal that a correct client can meet.',
  fields: (t) => ({
    code: t.expose('code', { type: ErrorCode, description: 'Why, for programs.' }),
    message: t.exposeString('message', { description: 'Why and what to do next, for people.' }),
    field: t.stringList({
      nullable: true,
      description: 'The input at fault as a path, such as `["input", "userIds", "3"]`; null: no single one.',
      resolve: ({ field }) => field,
    }),
    retryAfterMs: t.int({
      nullable: true,
      description: 'After how many milliseconds the same request may succeed; null: not known.',
      resolve: ({ retryAfterMs }) => retryAfterMs,
    }),
  }),
});

/** What every mutation's payload holds. */
export interface Refusable {
  readonly errors?: readonly ChatError[] | undefined;
}

/** A payload that holds refusals and nothing else. */
export interface Refused {
  readonly errors: readonly ChatError[];
}

/** Describes the `input` of every mutation. */
export const inputDescription = 'What to do.';

/** Gives a payload type its `errors`. */
export function withErrors<P extends Refusable>(payload: PothosSchemaTypes.ObjectRef<Types, P>): PothosSchemaTypes.ObjectRef<Types, P> {
  builder.objectField(payload, 'errors', (t) =>
    t.field({
      type: [UserError],
      description: 'What was refused, each with the input at fault; empty when all was done.',
      resolve: ({ errors }) => (errors ?? []).map(userError),
    }),
  );
  return payload;
}

/** A refusal as a payload holds it. What is none is thrown. */
export function userError(error: ChatError): UserErrorShape {
  if (!isRefusal(error)) throw error;
  const { code, message, field, retryAfterMs } = error;
  return { code, message, field: field && ['input', ...field], retryAfterMs };
}

/**
 * Runs a mutation's act. What it refuses becomes the payload's `errors`; anything else is passed on to stand at the top level. The payload is
 * read after the act: nothing that was read before it is used again.
 */
export async function settle<P>(context: Context, info: GraphQLResolveInfo, act: () => Promise<P>): Promise<P | Refused> {
  refresh(context);
  try {
    const payload = await act();
    refresh(context, context.scope.viewer);
    await readFirst(context, info);
    return payload;
  } catch (error) {
    if (isRefusal(error)) return { errors: [error] };
    throw error;
  }
}

/** What stands in the `extensions` of an error at the top level of a response. */
export interface ErrorExtensions {
  readonly code: Code;
  /** Present where the same request may be sent again as it is. */
  readonly retryable?: true;
  readonly retryAfterMs?: number;
  /** The argument at fault, as a path. */
  readonly argument?: readonly string[];
}

/** How a ChatError reads at the top level: a value that a mutation would call INVALID_INPUT is BAD_USER_INPUT there. */
export function extensionsOf({ code, field, retryAfterMs }: ChatError): ErrorExtensions {
  return {
    code: code === 'INVALID_INPUT' ? 'BAD_USER_INPUT' : code,
    ...(code === 'UNAVAILABLE' && { retryable: true }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(field !== undefined && { argument: field }),
  };
}
