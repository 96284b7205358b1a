import { ChatError } from '../errors.ts';
import { accountGone } from './account.ts';
import { noPassword, type Passwords } from './password.ts';
import type { SessionParts } from './session.ts';
import { isPassword } from './shape.ts';
import { readUserRows, type UserRow } from './store.ts';
import type { Throttle } from './throttle.ts';
import type { Viewer } from './user.ts';

/** What acts take that ask for the viewer's own password. */
export type PasswordParts = SessionParts & { readonly passwords: Passwords; readonly throttle: Throttle };

/** The password that the viewer gave, and under which name. */
export interface GivenPassword {
  readonly password: string;
  readonly address: string;
  readonly field: string;
}

/** The refusal of a password that is not the viewer's, or is not any more. */
export function wrongPassword(field: string): ChatError {
  return new ChatError('INVALID_CREDENTIALS', 'The password is wrong.', { field: [field] });
}

/**
 * Checks the viewer's own password and answers the hash it fits: whoever acts on it sees to it, under the account's lock, that this one is still in
 * force. Attempts count like those to sign in, and together with them. Throws INVALID_CREDENTIALS (field), RATE_LIMITED, UNAVAILABLE, NOT_FOUND.
 */
export async function requireOwnPassword(parts: PasswordParts, { userId }: Viewer, given: GivenPassword): Promise<string> {
  const [row] = await readUserRows(parts.db.client, [userId]);
  if (row?.state !== 'ACTIVE') throw accountGone();
  const { handle, passwordHash } = row;
  const possible = isPassword(given.password);
  const right = await parts.throttle.signIn({ handle, address: given.address }, async () => {
    const fits = await parts.passwords.matches(possible ? passwordHash : null, possible ? given.password : '');
    return fits ? passwordHash : null;
  });
  if (right === null) throw wrongPassword(given.field);
  return right;
}

/** Throws INVALID_CREDENTIALS (field) where another password is in force by now. */
export function requireSamePassword(row: UserRow, checked: string, field: string): void {
  if (row.passwordHash !== checked) throw wrongPassword(field);
}

/** Whether somebody has a password. Throws NOT_FOUND where their account is erased. */
export async function hasPassword({ db }: Pick<PasswordParts, 'db'>, { userId }: Viewer): Promise<boolean> {
  const [row] = await readUserRows(db.client, [userId]);
  if (row?.state !== 'ACTIVE') throw accountGone();
  return row.passwordHash !== noPassword;
}
