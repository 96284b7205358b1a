import type { User as UserShape } from '../../src/user/index.ts';
import type { Refusable } from '../errors.ts';
import { inputId } from '../ids.ts';
import { builder } from './builder.ts';
import type { AdminContext } from './context.ts';
import { settle, withErrors } from './errors.ts';
import { User, userById } from './user.ts';

/** What an act on an account answers. */
export interface UserPayload extends Refusable {
  readonly user?: UserShape | null;
}

/** The payload type of an act on an account. */
export function userPayload(mutation: string) {
  const name = `${mutation.slice(0, 1).toUpperCase()}${mutation.slice(1)}Payload`;
  return withErrors(
    builder.objectRef<UserPayload>(name).implement({
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

/** Runs an act on the account that an input names, and answers the user as they are after it. */
export function actOn(context: AdminContext, userId: string, act: (userId: bigint) => Promise<unknown>) {
  return settle<UserPayload>(async () => {
    const id = inputId('User', userId, 'userId');
    await act(id);
    return { user: await userById(context, id) };
  });
}
