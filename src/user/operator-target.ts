import { ChatError } from '../errors.ts';
import { type RoleConfig, roleOf } from './role.ts';
import type { UserRow } from './store.ts';

/** An operator, and the user whom they act on. `actorId` is null for the command. */
export interface OperatorTarget {
  readonly actorId: bigint | null;
  readonly userId: bigint;
}

/** Returns the row of the account that an operator acts on. Throws ChatError NOT_FOUND (userId) if there never was one, or it is erased. */
export function requireExistingAccount(row: UserRow | null): UserRow {
  if (row?.state !== 'ACTIVE') throw new ChatError('NOT_FOUND', 'User not found.', { field: ['userId'] });
  return row;
}

/** Throws ChatError CONFLICT (userId) for a bot, which signs in with keys only. */
export function requirePerson({ handle, bot }: UserRow): void {
  if (bot) throw new ChatError('CONFLICT', `${handle} is a bot. Create a key for it instead.`, { field: ['userId'] });
}

/**
 * Throws ChatError CONFLICT (userId) for an admin. Their role must be revoked first: that cannot happen by mistake, and the audit has both
 * decisions.
 */
export function requireNoAdmin(row: UserRow, config: RoleConfig): void {
  if (roleOf(row, config) === 'ADMIN') {
    throw new ChatError('CONFLICT', `${row.handle} is an admin. Revoke that first.`, { field: ['userId'] });
  }
}
