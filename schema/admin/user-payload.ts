import type { User as UserShape } from '../../src/user/index.ts';
import type { Refusable } from '../errors.ts';
import { inputId } from '../ids.ts';
import { payloadName } from '../payload-name.ts';
import { builder } from './builder.ts';
import type { AdminContext } from './context.ts';
import { settle, withErrors } from './errors.ts';
import { User, userById } from './user.ts';

/** The payload of a mutation on an account. */
export interface UserPayload extends Refusable {
  readonly user?: UserShape | null;
}

/** Creates the payload type of a mutation on an account. */
export function userPayload(mutation: string) {
  return withErrors(
    builder.objectRef<UserPayload>(payloadName(mutation)).implement({
      description: `The payload of \`${mutation}\`.`,
      fields: (t) => ({
        user: t.expose('user', {
          type: User,
          nullable: true,
          description: 'The user, or null if the mutation was refused.',
        }),
      }),
    }),
  );
}

/** Runs a mutation on the account that the input names, and resolves to the user afterwards. */
export function actOn(context: AdminContext, userId: string, act: (userId: bigint) => Promise<unknown>) {
  return settle<UserPayload>(async () => {
    const id = inputId('User', userId, 'userId');
    await act(id);
    return { user: await userById(context, id) };
  });
}
