import type { GraphQLResolveInfo } from 'graphql';
import { type ChatError, type ErrorCode as Code, isRefusal, type RefusalCode } from '../src/errors.ts';
import { builder, type Types } from './builder.ts';
import { type Context, refresh } from './context.ts';
import { readFirst } from './operation.ts';

/** The descriptions of the codes. */
export const refusalMeanings: Readonly<Record<RefusalCode, { readonly description: string }>> = {
  NOT_FOUND: { description: 'The object does not exist, or the viewer may not see it. The two cases are never distinguished.' },
  FORBIDDEN: {
    description:
      'The viewer can see the object but may not do this. Their role or a policy of the group does not allow it, or the app that checks messages before they are sent refused it.',
  },
  INVALID_INPUT: {
    description: 'A value is not acceptable; `field` says which. This includes an ID that is malformed or names another type of node.',
  },
  INVALID_CREDENTIALS: {
    description:
      'The handle or password is wrong; which of them is not disclosed. Or a refresh token is unknown, expired, used or revoked.',
  },
  CONFLICT: {
    description:
      'The request conflicts with existing data: a handle is taken, a user is already a member, or a `clientMessageId` belongs to another request.',
  },
  BLOCKED: { description: 'The viewer has blocked the other user.' },
  NOT_CONTACTS: { description: 'The other user accepts messages only from their contacts.' },
  MUTED: { description: 'The viewer, or everyone, is muted in the group. `retryAfterMs` says for how long, if the mute ends.' },
  RATE_LIMITED: { description: 'Too many requests in too short a time. `retryAfterMs` says when to continue.' },
  TOO_LATE: { description: 'The time limit for this action has passed.' },
  LIMIT_REACHED: { description: 'A limit is reached: a group is full, a user is in too many groups, or too many messages are pinned.' },
  OWNER_MUST_TRANSFER: { description: 'The owner must transfer ownership of the group before leaving it.' },
  SUSPENDED: {
    description:
      'The operators have suspended the account. `message` says why. `retryAfterMs` says for how long, if the suspension ends within 24 days.',
  },
  UNAVAILABLE: { description: 'It is not known whether the change was stored. Sending the same request again settles it.' },
};

/** Why something was refused. */
export const ErrorCode = builder.enumType('ErrorCode', {
  description: 'Why something was refused. More codes may be added: treat an unknown code as a refusal.',
  values: refusalMeanings,
});

/** A refusal in a payload. It is not an Error, because GraphQL takes an Error among values for a failed field. */
export type UserErrorShape = Pick<Refusal, 'code' | 'message' | 'field' | 'retryAfterMs'>;
type Refusal = ChatError & { readonly code: RefusalCode };

const UserError = builder.objectRef<UserErrorShape>('UserError').implement({
  description: 'A refusal that a correct client can encounter.',
  fields: (t) => ({
    code: t.expose('code', { type: ErrorCode, description: 'The reason, for programs.' }),
    message: t.exposeString('message', { description: 'The reason and what to do next, for people.' }),
    field: t.stringList({
      nullable: true,
      description: 'The path of the input at fault, such as `["input", "userIds", "3"]`, or null if there is no single one.',
      resolve: ({ field }) => field,
    }),
    retryAfterMs: t.int({
      nullable: true,
      description: 'The number of milliseconds after which the same request may succeed, or null if it is not known.',
      resolve: ({ retryAfterMs }) => retryAfterMs,
    }),
  }),
});

/** The fields that every mutation's payload has. */
export interface Refusable {
  readonly errors?: readonly ChatError[] | undefined;
}

/** A payload with refusals and nothing else. */
export interface Refused {
  readonly errors: readonly ChatError[];
}

/** Adds the field `errors` to a payload type. */
export function withErrors<P extends Refusable>(payload: PothosSchemaTypes.ObjectRef<Types, P>): PothosSchemaTypes.ObjectRef<Types, P> {
  builder.objectField(payload, 'errors', (t) =>
    t.field({
      type: [UserError],
      description: 'The errors, each with the input at fault. Empty if the mutation succeeded.',
      resolve: ({ errors }) => (errors ?? []).map(userError),
    }),
  );
  return payload;
}

/** Converts a refusal for a payload. Throws any other error. */
export function userError(error: ChatError): UserErrorShape {
  if (!isRefusal(error)) throw error;
  const { code, message, field, retryAfterMs } = error;
  return { code, message, field: field && ['input', ...field], retryAfterMs };
}

/**
 * Runs a mutation. A refusal goes into the payload's `errors`. Any other error is thrown, and becomes a top-level error. The payload is
 * read after the mutation: nothing that was read before is used for it.
 */
export async function settle<P>(context: Context, info: GraphQLResolveInfo, act: () => Promise<P>): Promise<P | Refused> {
  refresh(context);
  try {
    const payload = await act();
    refresh(context, context.scope.viewer);
    await readFirst(context, info);
    return payload;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    if (error.code === 'UNAVAILABLE') context.unavailable = true;
    return { errors: [error] };
  }
}

/** The `extensions` of a top-level error. */
export interface ErrorExtensions {
  readonly code: Code;
  /** Present if the same request may be sent again unchanged. */
  readonly retryable?: true;
  readonly retryAfterMs?: number;
  /** The path of the argument at fault. */
  readonly argument?: readonly string[];
}

/** Returns the extensions of a ChatError as a top-level error. INVALID_INPUT, the code in mutations, becomes BAD_USER_INPUT. */
export function extensionsOf({ code, field, retryAfterMs }: ChatError): ErrorExtensions {
  return {
    code: code === 'INVALID_INPUT' ? 'BAD_USER_INPUT' : code,
    ...(code === 'UNAVAILABLE' && { retryable: true }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(field !== undefined && { argument: field }),
  };
}
