import { ChatError } from '../errors.ts';
import { accountGone } from './account.ts';
import { noPassword, type Passwords } from './password.ts';
import type { SessionParts } from './session.ts';
import { isPassword } from './shape.ts';
import { readUserRows, type UserRow } from './store.ts';
import type { Throttle } from './throttle.ts';
import type { Viewer } from './user.ts';

/** The parts of acts that ask for the viewer's own password. */
export type PasswordParts = SessionParts & { readonly passwords: Passwords; readonly throttle: Throttle };

/** The password that the viewer gave, and the name of the input field. */
export interface GivenPassword {
  readonly password: string;
  readonly address: string;
  readonly field: string;
}

/** Creates the error for a password that is not, or no longer, the viewer's. */
export function wrongPassword(field: string): ChatError {
  return new ChatError('INVALID_CREDENTIALS', 'The password is wrong.', { field: [field] });
}

/**
 * Checks the viewer's own password and returns the hash that it matches. The caller must check under the account's lock that this hash is
 * still in force. A wrong one counts for the user and the address. Throws ChatError INVALID_CREDENTIALS (field), RATE_LIMITED, UNAVAILABLE
 * or NOT_FOUND.
 */
export async function requireOwnPassword(parts: PasswordParts, { userId }: Viewer, given: GivenPassword): Promise<string> {
  const [row] = await readUserRows(parts.db.client, [userId]);
  if (row?.state !== 'ACTIVE') throw accountGone();
  const { passwordHash } = row;
  const possible = isPassword(given.password);
  const right = await parts.throttle.ownPassword({ userId, address: given.address }, async () => {
    const fits = await parts.passwords.matches(possible ? passwordHash : null, possible ? given.password : '', given.address);
    return fits ? passwordHash : null;
  });
  if (right === null) throw wrongPassword(given.field);
  return right;
}

/** Throws ChatError INVALID_CREDENTIALS (field) if another password is in force by now. */
export function requireSamePassword(row: UserRow, checked: string, field: string): void {
  if (row.passwordHash !== checked) throw wrongPassword(field);
}

/** Returns whether the viewer has a password. Throws ChatError NOT_FOUND if their account is erased. */
export async function hasPassword({ db }: Pick<PasswordParts, 'db'>, { userId }: Viewer): Promise<boolean> {
  const [row] = await readUserRows(db.client, [userId]);
  if (row?.state !== 'ACTIVE') throw accountGone();
  return row.passwordHash !== noPassword;
}
