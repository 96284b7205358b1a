import { ChatError } from '../errors.ts';
import type { UserRow } from './store.ts';

/** Returns the row of an account that an act changes. Throws ChatError NOT_FOUND if the account was erased meanwhile. */
export function requireAccount(row: UserRow | null): UserRow {
  if (row?.state !== 'ACTIVE') throw accountGone();
  return row;
}

/** Creates the error for an act of a user whose account was erased meanwhile. */
export function accountGone(): ChatError {
  return new ChatError('NOT_FOUND', 'This account no longer exists.');
}
