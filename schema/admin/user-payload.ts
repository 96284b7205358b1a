import type { User as UserShape } from '../../src/user/index.ts';
import { inputId } from '../ids.ts';
import type { AdminContext } from './context.ts';
import type { PayloadBuilder } from './mutation.ts';
import { User, userById } from './user.ts';

/** The payload of a mutation on an account. */
export function userFields(t: PayloadBuilder<{ readonly user: UserShape | null }>) {
  return {
    user: t.expose('user', {
      type: User,
      nullable: true,
      description: 'The user, or null if the mutation was refused.',
    }),
  };
}

/** Runs an act on the account that an input names, and resolves to the user afterwards. */
export async function actOn(context: AdminContext, userId: string, act: (userId: bigint) => Promise<unknown>) {
  const id = inputId('User', userId, 'userId');
  await act(id);
  return { user: await userById(context, id) };
}
