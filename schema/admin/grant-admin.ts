import type { UserRole } from '../../src/user/index.ts';
import type { AdminContext } from './context.ts';
import { mutation } from './mutation.ts';
import { actOn, userFields } from './user-payload.ts';

async function give({ chat, note }: AdminContext, userId: bigint, role: UserRole): Promise<void> {
  const { changed } = await chat.roles.give({ userId, role, byAdmin: true });
  const other = role === 'ADMIN' ? 'USER' : 'ADMIN';
  note({ before: { role: changed ? other : role }, after: { role } });
}

mutation('grantAdmin', {
  description: 'Makes a user an admin. It takes effect with their next access token. Refused with CONFLICT if the user is suspended.',
  inputDescription: 'The user to make an admin.',
  input: (t) => ({ userId: t.id({ required: true, description: 'The global ID of the user.' }) }),
  act: ({ userId }, context) => actOn(context, userId, (id) => give(context, id, 'ADMIN')),
  payload: userFields,
});

mutation('revokeAdmin', {
  description:
    'Revokes the admin role of a user at once. Admins can revoke their own. Refused with CONFLICT for the last admin, whose role can be revoked only on the command line, and for a user who is an admin by ADMIN_HANDLES.',
  inputDescription: 'The user whose admin role to revoke.',
  input: (t) => ({ userId: t.id({ required: true, description: 'The global ID of the user.' }) }),
  act: ({ userId }, context) => actOn(context, userId, (id) => give(context, id, 'USER')),
  payload: userFields,
});
