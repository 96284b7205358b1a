import type { UserRole } from '../../src/user/index.ts';
import { inputDescription } from '../errors.ts';
import { builder } from './builder.ts';
import type { AdminContext } from './context.ts';
import { actOn, userPayload } from './user-payload.ts';

async function give({ chat, note }: AdminContext, userId: bigint, role: UserRole): Promise<void> {
  const { changed } = await chat.roles.give({ userId, role, byAdmin: true });
  const other = role === 'ADMIN' ? 'USER' : 'ADMIN';
  note({ before: { role: changed ? other : role }, after: { role } });
}

const GrantAdminInput = builder.inputType('GrantAdminInput', {
  description: 'The user to make an admin.',
  fields: (t) => ({ userId: t.id({ required: true, description: 'The global ID of the user.' }) }),
});

builder.mutationField('grantAdmin', (t) =>
  t.field({
    type: userPayload('grantAdmin'),
    description: 'Makes a user an admin. It takes effect with their next access token. Refused with CONFLICT if the user is suspended.',
    args: { input: t.arg({ type: GrantAdminInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { userId } }, context) => actOn(context, userId, (id) => give(context, id, 'ADMIN')),
  }),
);

const RevokeAdminInput = builder.inputType('RevokeAdminInput', {
  description: 'The user whose admin role to revoke.',
  fields: (t) => ({ userId: t.id({ required: true, description: 'The global ID of the user.' }) }),
});

builder.mutationField('revokeAdmin', (t) =>
  t.field({
    type: userPayload('revokeAdmin'),
    description:
      'Revokes the admin role of a user at once. Admins can revoke their own. Refused with CONFLICT for the last admin, whose role can be revoked only on the command line, and for a user who is an admin by ADMIN_HANDLES.',
    args: { input: t.arg({ type: RevokeAdminInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { userId } }, context) => actOn(context, userId, (id) => give(context, id, 'USER')),
  }),
);
