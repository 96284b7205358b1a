import { ChatError } from '../errors.ts';
import { type RoleConfig, roleOf } from './role.ts';
import type { UserRow } from './store.ts';

/** Who does something to whom; `actorId` null: the command line. */
export interface SomebodyElse {
  readonly actorId: bigint | null;
  readonly userId: bigint;
}

/** The account that an operator acts on. Throws NOT_FOUND (userId) where there never was one, or it is erased. */
export function requireThere(row: UserRow | null): UserRow {
  if (row?.state !== 'ACTIVE') throw new ChatError('NOT_FOUND', 'User not found.', { field: ['userId'] });
  return row;
}

/** Throws CONFLICT (userId) for a bot: it comes by its keys, and by nothing else. */
export function requirePerson({ handle, bot }: UserRow): void {
  if (bot) throw new ChatError('CONFLICT', `${handle} is a bot. Create a key for it instead.`, { field: ['userId'] });
}

/** Throws CONFLICT (userId) for an admin: who takes it from them first has two decisions in the audit, and cannot do it by mistake. */
export function requireNoAdmin(row: UserRow, config: RoleConfig): void {
  if (roleOf(row, config) === 'ADMIN') {
    throw new ChatError('CONFLICT', `${row.handle} is an admin. Revoke that first.`, { field: ['userId'] });
  }
}
