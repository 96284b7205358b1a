import { ChatError } from '../errors.ts';
import type { UserRow } from './store.ts';

/** The account that an act changes. Throws NOT_FOUND where it was erased meanwhile. */
export function requireAccount(row: UserRow | null): UserRow {
  if (row?.state !== 'ACTIVE') throw accountGone();
  return row;
}

/** The refusal of an act by somebody whose account was erased while they asked for it. */
export function accountGone(): ChatError {
  return new ChatError('NOT_FOUND', 'This account no longer exists.');
}
