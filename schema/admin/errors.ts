import { type ChatError, isRefusal } from '../../src/errors.ts';
import { type Refusable, type Refused, refusalMeanings, type UserErrorShape, userError } from '../errors.ts';
import { builder, type Types } from './builder.ts';

const ErrorCode = builder.enumType('ErrorCode', {
  description: 'Why something was refused. The codes are those of the public schema.',
  values: refusalMeanings,
});

const UserError = builder.objectRef<UserErrorShape>('UserError').implement({
  description: 'A refusal of a mutation.',
  fields: (t) => ({
    code: t.expose('code', { type: ErrorCode, description: 'The reason, for programs.' }),
    message: t.exposeString('message', { description: 'The reason and what to do next, for people.' }),
    field: t.stringList({
      nullable: true,
      description: 'The path of the input at fault, such as `["input", "settings", "0", "value"]`, or null if there is no single one.',
      resolve: ({ field }) => field,
    }),
    retryAfterMs: t.int({
      nullable: true,
      description: 'The number of milliseconds after which the same request may succeed, or null if it is not known.',
      resolve: ({ retryAfterMs }) => retryAfterMs,
    }),
  }),
});

/** Adds the field `errors` to a payload type. */
export function withErrors<P extends Refusable>(payload: PothosSchemaTypes.ObjectRef<Types, P>): PothosSchemaTypes.ObjectRef<Types, P> {
  builder.objectField(payload, 'errors', (t) =>
    t.field({
      type: [UserError],
      description: 'The errors, each with the input at fault. Empty if the mutation succeeded.',
      resolve: ({ errors }) => (errors ?? []).map((error: ChatError) => userError(error)),
    }),
  );
  return payload;
}

/** Runs a mutation. A refusal goes into the payload's `errors`. Any other error is thrown, and becomes a top-level error. */
export async function settle<P>(act: () => Promise<P>): Promise<P | Refused> {
  try {
    return await act();
  } catch (error) {
    if (isRefusal(error)) return { errors: [error] };
    throw error;
  }
}
