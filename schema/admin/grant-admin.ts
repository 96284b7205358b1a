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
  description: 'Whom to make an admin.',
  fields: (t) => ({ userId: t.id({ required: true, description: 'Their global id.' }) }),
});

builder.mutationField('grantAdmin', (t) =>
  t.field({
    type: userPayload('grantAdmin'),
    description: 'Makes an admin of somebody: it counts with their next access token. CONFLICT for who is suspended.',
    args: { input: t.arg({ type: GrantAdminInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { userId } }, context) => actOn(context, userId, (id) => give(context, id, 'ADMIN')),
  }),
);

const RevokeAdminInput = builder.inputType('RevokeAdminInput', {
  description: 'Who is to be no admin any more.',
  fields: (t) => ({ userId: t.id({ required: true, description: 'Their global id.' }) }),
});

builder.mutationField('revokeAdmin', (t) =>
  t.field({
    type: userPayload('revokeAdmin'),
    description:
      'Takes that back at once, from oneself too. CONFLICT for the last admin, whom only the command line takes it from, and for who is one by ADMIN_HANDLES.',
    args: { input: t.arg({ type: RevokeAdminInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { userId } }, context) => actOn(context, userId, (id) => give(context, id, 'USER')),
  }),
);
